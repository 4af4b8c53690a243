import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Clock } from '../domain/message.ts'
import { appealsOf, reopenAppeal } from '../store/appeals.ts'
import { type Correction, correctionsOn, findCorrection, markWithdrawn } from '../store/corrections.ts'
import type { Tables } from '../store/tables.ts'
import { lockGroup, rewriteVerdict } from '../store/verdicts.ts'
import { judgedBy, verdictOf } from './corrected-verdict.ts'

/**
 * Withdraws a correction: the message has again what the last other correction in force says, else what its judge
 * said, and an appeal that was upheld by it is open again; decisions that were taken back
 * stay so. `changed` is false where it was withdrawn before.
 * Throws CodedError CORRECTION_UNKNOWN.
 */
export function withdrawCorrection(
  db: Kysely<Tables>,
  request: { tenantId: string; correctionId: string; by: string },
  now: Clock,
): Promise<{ correction: Correction; changed: boolean }> {
  const { tenantId, correctionId, by } = request
  const find = async (trx: Kysely<Tables>): Promise<Correction> => {
    const found = await findCorrection(trx, tenantId, correctionId)
    if (found) return found
    const hint = '更正的编号见 npm run -s qingqun -- corrections。'
    throw new CodedError('CORRECTION_UNKNOWN', `没有编号为 ${correctionId} 的更正 (no such correction)`, {
      hint,
      status: 404,
    })
  }
  return db.transaction().execute(async (trx) => {
    await lockGroup(trx, await find(trx))
    const correction = await find(trx)
    if (correction.withdrawn) return { correction, changed: false }
    await markWithdrawn(trx, correction, by, now())
    const other = (await correctionsOn(trx, correction)).at(-1)
    await rewriteVerdict(trx, correction, {
      replaces: judgedBy(correction),
      verdict: other ? verdictOf(other) : correction.said,
      judgedBy: other ? judgedBy(other) : correction.saidBy,
    })
    if (correction.appealId !== null) {
      const appeal = (await appealsOf(trx, correction)).find((each) => each.appealId === correction.appealId)
      if (appeal) await reopenAppeal(trx, appeal)
    }
    return { correction: await find(trx), changed: true }
  })
}
