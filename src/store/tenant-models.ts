import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import { storableJson, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A model as it is kept: a readable header and the weights. */
export interface StoredModelFile {
  header: string
  weights: Uint8Array
}

/** A training of a tenant's own model, whatever came of it. */
export interface TenantModel {
  tenantId: string
  modelId: string
  /** `refused` models are not kept, only their report. */
  state: 'taken' | 'refused' | 'undone'
  version: string
  /** The shipped model that it was trained over and compared with. */
  baseVersion: string
  createdAt: EpochMs
}

const COLUMNS = ['tenant_id', 'model_id', 'state', 'version', 'base_version', 'created_at'] as const

const toModel = (row: {
  tenant_id: string
  model_id: string
  state: TenantModel['state']
  version: string
  base_version: string
  created_at: Date
}): TenantModel => ({
  tenantId: row.tenant_id,
  modelId: row.model_id,
  state: row.state,
  version: row.version,
  baseVersion: row.base_version,
  createdAt: row.created_at.getTime(),
})

/** Keeps a training with its report, and with its file where the model was taken: then it is in force. */
export async function insertTenantModel(
  db: Kysely<Tables>,
  model: TenantModel & { report: unknown; file: StoredModelFile | null },
): Promise<void> {
  await db
    .insertInto('tenant_models')
    .values({
      tenant_id: model.tenantId,
      model_id: model.modelId,
      state: model.state,
      version: model.version,
      base_version: model.baseVersion,
      header: model.file?.header ?? null,
      weights: model.file && Buffer.from(model.file.weights),
      report: storableJson(model.report),
      created_at: timestamp(model.createdAt),
    })
    .execute()
}

/** The model in force of each tenant that has one of its own: the last one taken and not undone. */
export async function tenantModelsInForce(db: Kysely<Tables>): Promise<TenantModel[]> {
  const rows = await db
    .selectFrom('tenant_models')
    .select(COLUMNS)
    .where('state', '=', 'taken')
    .distinctOn('tenant_id')
    .orderBy('tenant_id')
    .orderBy('position', 'desc')
    .execute()
  return rows.map(toModel)
}

/** The bytes of a model; undefined where they are not kept. */
export async function tenantModelFile(
  db: Kysely<Tables>,
  { tenantId, modelId }: Pick<TenantModel, 'tenantId' | 'modelId'>,
): Promise<StoredModelFile | undefined> {
  const row = await db
    .selectFrom('tenant_models')
    .select(['header', 'weights'])
    .where('tenant_id', '=', tenantId)
    .where('model_id', '=', modelId)
    .executeTakeFirst()
  return row?.header && row.weights ? { header: row.header, weights: row.weights } : undefined
}

/** Takes a tenant's model out of force; gives it and the earlier one that is in force again, if any. */
export function undoTenantModel(
  db: Kysely<Tables>,
  tenantId: string,
  at: EpochMs,
): Promise<{ undone: TenantModel; now: TenantModel | null } | null> {
  return db.transaction().execute(async (trx) => {
    const [current, earlier] = await trx
      .selectFrom('tenant_models')
      .select(COLUMNS)
      .where('tenant_id', '=', tenantId)
      .where('state', '=', 'taken')
      .orderBy('position', 'desc')
      .limit(2)
      .forUpdate()
      .execute()
    if (!current) return null
    await trx
      .updateTable('tenant_models')
      .set({ state: 'undone', undone_at: timestamp(at) })
      .where('tenant_id', '=', tenantId)
      .where('model_id', '=', current.model_id)
      .execute()
    return { undone: toModel({ ...current, state: 'undone' }), now: earlier ? toModel(earlier) : null }
  })
}
