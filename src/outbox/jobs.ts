import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { MessageRef } from '../store/messages.ts'
import type { OutboxRef } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'

/** The queue that wakes the courier: one job an outbox entry, written in the transaction that writes the entry. */
export interface OutboxJobs {
  enqueue(trx: Kysely<Tables>, entries: readonly (OutboxRef & { notBefore: EpochMs })[]): Promise<void>
}

/** The queue of questions to a second judge: one job a doubtful message, written in the transaction that stores it. */
export interface OpinionJobs {
  /** Those with words that wait for the opinion (`urgent`) come first. */
  enqueueQuestions(trx: Kysely<Tables>, messages: readonly (MessageRef & { urgent: boolean })[]): Promise<void>
}
