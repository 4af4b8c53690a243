import type { Kysely } from 'kysely'
import { chinaDate } from '../domain/calendar.ts'
import { CodedError } from '../domain/errors.ts'
import type { Clock } from '../domain/message.ts'
import type { Judge } from '../domain/verdict.ts'
import { decodeModel, encodeModel } from '../judge/model-file.ts'
import type { CorpusLine } from '../judge/train/corpus.ts'
import { type TenantReport, trainTenant } from '../judge/train/tenant.ts'
import type { TrainOptions } from '../judge/train/train.ts'
import { standingCorrections } from '../store/corrections.ts'
import type { Tables } from '../store/tables.ts'
import { insertTenantModel, type TenantModel } from '../store/tenant-models.ts'

/** With fewer corrections a difference in what is judged rightly is chance. */
const LEAST_CORRECTIONS = 10

export interface TenantTrainingRequest {
  tenantId: string
  shipped: Judge
  /** Read once it is known that there is enough to train on. */
  corpus(): readonly CorpusLine[]
  evaluation(): readonly CorpusLine[]
  options?: TrainOptions
  now: Clock
  newId(): string
}

/**
 * Trains a model on the corpus and what a tenant has corrected, compares it with the shipped one, and stores the
 * outcome: a model that is taken is in force at once. Throws CodedError CORRECTIONS_TOO_FEW.
 */
export async function trainForTenant(
  db: Kysely<Tables>,
  request: TenantTrainingRequest,
): Promise<TenantModel & { report: TenantReport }> {
  const { tenantId, shipped, options, now, newId } = request
  const corrections = await standingCorrections(db, tenantId)
  if (corrections.length < LEAST_CORRECTIONS)
    throw new CodedError(
      'CORRECTIONS_TOO_FEW',
      `租户 ${tenantId} 只有 ${corrections.length} 条有效的更正,至少要 ${LEAST_CORRECTIONS} 条 (too few corrections)`,
      { hint: '请先用 correct 命令更正判错的消息,再训练。', status: 409 },
    )
  const own = corrections.map(({ correctionId: id, seen, label, flags }) => ({ id, seen, label, flags }))
  const { model, report } = await trainTenant({
    tenantId,
    shipped,
    corpus: request.corpus(),
    evaluation: request.evaluation(),
    own,
    options,
  })
  const date = chinaDate(now())
  const file = encodeModel({ ...model, card: { ...model.card, trainedAt: date } }, date)
  const outcome: TenantModel = {
    tenantId,
    modelId: newId(),
    state: report.taken ? 'taken' : 'refused',
    version: decodeModel(file).card.version,
    baseVersion: shipped.version,
    createdAt: now(),
  }
  await insertTenantModel(db, { ...outcome, report, file: report.taken ? file : null })
  return { ...outcome, report }
}
