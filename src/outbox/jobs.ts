import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { OutboxRef } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'

/** The queue that wakes the courier: one job an outbox entry, written in the transaction that writes the entry. */
export interface OutboxJobs {
  enqueue(trx: Kysely<Tables>, entries: readonly (OutboxRef & { notBefore: EpochMs })[]): Promise<void>
}
