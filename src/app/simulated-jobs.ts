import type { EpochMs } from '../domain/message.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import type { OutboxRef } from '../store/outbox.ts'

/** Jobs on a simulated clock, in place of pg-boss, whose clock is the database's. */
export function createSimulatedJobs() {
  let waiting: { ref: OutboxRef; notBefore: EpochMs }[] = []
  const jobs: OutboxJobs = {
    enqueue: async (_trx, entries) => {
      waiting.push(...entries.map((entry) => ({ ref: entry, notBefore: entry.notBefore })))
    },
  }
  /** Takes out the earliest job that is due at `now`. */
  const takeDue = (now: EpochMs) => {
    const due = waiting.filter((job) => job.notBefore <= now).sort((a, b) => a.notBefore - b.notBefore)[0]
    waiting = waiting.filter((job) => job !== due)
    return due
  }
  return { jobs, takeDue }
}
