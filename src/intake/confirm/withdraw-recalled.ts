import type { Kysely } from 'kysely'
import type { Amendment, EpochMs } from '../../domain/message.ts'
import { confirmCause } from '../../outbox/entries.ts'
import { findConfirmations } from '../../store/confirmations.ts'
import { takeBackEntries } from '../../store/outbox.ts'
import type { Tables } from '../../store/tables.ts'

/** Keeps the group from being asked for a tap on messages that were recalled, where that has not been said yet. */
export async function withdrawRecalled(
  trx: Kysely<Tables>,
  amendments: readonly Amendment[],
  now: EpochMs,
): Promise<void> {
  for (const { tenantId, groupId, messageId, change } of amendments) {
    if (change.kind !== 'recalled') continue
    const [confirmation] = await findConfirmations(trx, { tenantId, groupId, number: null, messageId })
    if (confirmation) await takeBackEntries(trx, confirmation, [confirmCause(confirmation.number)], now)
  }
}
