import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import { markUncertain, overdueEntries } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import type { OutboxJobs } from './jobs.ts'

/** Longer than a batch of the courier takes, so that what is about to be said is not woken twice for nothing. */
const LATE_MS = 10 * 60_000
/** Longer than a channel takes over one part: whatever still counts as being sent then was left by a process that died. */
const STUCK_MS = 15 * 60_000

/**
 * Wakes the courier again for entries whose job is gone: one that failed too often, or was lost with its queue. What
 * has been on its way for too long first becomes uncertain, so that it does not stand before others for ever.
 * Harmless where the job is still there, since an entry is claimed once. Gives how many it found.
 */
export async function sweepOutbox(db: Kysely<Tables>, jobs: OutboxJobs, now: EpochMs): Promise<number> {
  await markUncertain(db, { unmovedSince: now - STUCK_MS }, now)
  const late = await overdueEntries(db, now - LATE_MS, now, 500)
  await db.transaction().execute((trx) =>
    jobs.enqueue(
      trx,
      late.map((ref) => ({ ...ref, notBefore: now })),
    ),
  )
  return late.length
}
