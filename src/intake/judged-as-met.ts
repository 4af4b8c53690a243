import type { Kysely } from 'kysely'
import type { Label } from '../domain/label.ts'
import { findCorrection, type JudgedCase, judgedCase } from '../store/corrections.ts'
import type { MessageRef } from '../store/messages.ts'
import type { Tables } from '../store/tables.ts'
import { correctionIn } from './corrected-verdict.ts'

/**
 * The case as the judge met it, also where the message has been corrected before; `now` is whose verdict stands,
 * and `standing` its label.
 * `unknown` where there is no such message, `unjudged` where it has no verdict.
 */
export async function caseOf(
  trx: Kysely<Tables>,
  message: MessageRef,
): Promise<(JudgedCase & { now: string; standing: Label }) | 'unknown' | 'unjudged'> {
  const found = await judgedCase(trx, message)
  if (!found) return 'unknown'
  if (found === 'unjudged') return found
  const now = found.saidBy
  const standing = found.said.label
  const correctionId = correctionIn(now)
  const earlier = correctionId === null ? undefined : await findCorrection(trx, message.tenantId, correctionId)
  return earlier
    ? { seen: earlier.seen, said: earlier.said, saidBy: earlier.saidBy, now, standing }
    : { ...found, now, standing }
}
