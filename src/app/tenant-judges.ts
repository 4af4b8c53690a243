import type { Kysely } from 'kysely'
import type { Judge } from '../domain/verdict.ts'
import { createJudge } from '../judge/judge.ts'
import { decodeModel } from '../judge/model-file.ts'
import { errorFields, type Logger } from '../log.ts'
import type { Tables } from '../store/tables.ts'
import { type TenantModel, tenantModelFile, tenantModelsInForce } from '../store/tenant-models.ts'

/** Who judges for whom. */
export interface TenantJudges {
  /** The tenant's own judge, else the shipped one. */
  of(tenantId: string): Judge
  /** Looks for models that were taken or undone since; cheap where nothing has changed. */
  refresh(): Promise<void>
}

/**
 * Loads the models that tenants have trained. One that was trained over another shipped model, or whose bytes are
 * damaged, is not used: its tenant is judged by the shipped model, and the log says so once.
 */
export async function openTenantJudges(db: Kysely<Tables>, shipped: Judge, log: Logger): Promise<TenantJudges> {
  let judges = new Map<string, { modelId: string; judge: Judge }>()

  async function load(model: TenantModel): Promise<Judge> {
    const { tenantId, modelId, version, baseVersion } = model
    const fields = { tenantId, modelId, version, baseVersion, shipped: shipped.version }
    if (baseVersion !== shipped.version) {
      log.warn(fields, 'the model of a tenant is stale: the shipped one judges until it is trained again')
      return shipped
    }
    const file = await tenantModelFile(db, model)
    try {
      if (!file) throw new TypeError('no bytes')
      const judge = createJudge(decodeModel(file))
      log.info(fields, 'a tenant is judged by its own model')
      return judge
    } catch (error) {
      log.error({ ...fields, ...errorFields(error) }, 'the model of a tenant is damaged: the shipped one judges')
      return shipped
    }
  }

  async function refresh(): Promise<void> {
    const next: typeof judges = new Map()
    for (const model of await tenantModelsInForce(db)) {
      const loaded = judges.get(model.tenantId)
      next.set(
        model.tenantId,
        loaded?.modelId === model.modelId ? loaded : { modelId: model.modelId, judge: await load(model) },
      )
    }
    judges = next
  }

  await refresh()
  return { of: (tenantId) => judges.get(tenantId)?.judge ?? shipped, refresh }
}
