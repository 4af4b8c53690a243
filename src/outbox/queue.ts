import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss'
import { startOfDay } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Store } from '../store/database.ts'
import { groupKey } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import type { OutboxRef } from '../store/outbox.ts'
import type { Courier } from './courier.ts'
import type { OpinionJobs, OutboxJobs } from './jobs.ts'

const OUTBOX = 'outbox'
const DIGESTS = 'digests'
const OPINIONS = 'opinions'

/** Ten to five in the afternoon: platforms ask to keep mass sending off the full and half hours. */
const HOUR = 16
const MINUTE = 50
const DIGEST_CRON = `${MINUTE} ${HOUR} * * *`

/** When the digests of the day that `at` falls on are posted. */
export const digestHour = (at: EpochMs): EpochMs => startOfDay(at) + (HOUR * 60 + MINUTE) * 60_000

/** Longer than any attempt may take: after this a job counts as cut short and its entry as uncertain. */
const EXPIRE_SECONDS = 300

/** The outbox has an expiry of its own: no job may be swept away before its entry has been looked at. */
const RETENTION_SECONDS = 10 * 365 * 86_400

/** Longer than any question may take; a question that was cut short is asked again. */
const OPINION_EXPIRE_SECONDS = 45
/** An opinion that comes after a day helps nobody any more. */
const OPINION_RETENTION_SECONDS = 86_400
const QUESTIONS_AT_ONCE = 4

/** What the queue wakes. Without `reconsider` nobody works on questions. */
export interface Workers {
  courier: Courier
  postDigests(): Promise<void>
  reconsider?: ((ref: MessageRef) => Promise<unknown>) | undefined
}

/** pg-boss on the store's own database. */
export interface Queue extends OutboxJobs, OpinionJobs {
  /** Starts the workers. Jobs that were queued before wait for this. */
  work(workers: Workers): Promise<void>
  stop(): Promise<void>
}

/** `order` counts the jobs of this process: those of one transaction share their creation time. */
type OutboxJob = OutboxRef & { order: number }

const byCreation = (a: JobWithMetadata<OutboxJob>, b: JobWithMetadata<OutboxJob>) =>
  a.createdOn.getTime() - b.createdOn.getTime() || a.data.order - b.data.order

/** Runs the jobs of one batch, which pg-boss hands over in any order: those of one group in theirs, groups side by side. */
async function deliverAll(jobs: readonly JobWithMetadata<OutboxJob>[], courier: Courier): Promise<void> {
  const byGroup = Map.groupBy([...jobs].sort(byCreation), ({ data }) => groupKey(data))
  const outcomes = await Promise.allSettled(
    [...byGroup.values()].map(async (ofGroup) => {
      for (const { data, retryCount } of ofGroup) {
        const { tenantId, groupId, outboxId } = data
        await courier.deliver({ tenantId, groupId, outboxId }, retryCount > 0)
      }
    }),
  )
  // The whole batch is tried again; what was settled in this round is then found settled.
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

/** Opens the queue. `onError` hears of what pg-boss itself could not do; it tries again by itself. */
export async function openQueue(store: Store, onError: (error: unknown) => void): Promise<Queue> {
  const boss = new PgBoss({
    ...store.queue,
    schema: 'pgboss',
    registerInstance: false,
    persistWarnings: false,
    reindex: false,
    monitorVacuum: false,
  })
  boss.on('error', onError)
  await boss.start()
  await boss.createQueue(OUTBOX, {
    retryLimit: 5,
    retryDelay: 5,
    expireInSeconds: EXPIRE_SECONDS,
    retentionSeconds: RETENTION_SECONDS,
    deleteAfterSeconds: 3600,
  })
  await boss.createQueue(DIGESTS, { retryLimit: 5, retryDelay: 30, deleteAfterSeconds: 3600, policy: 'singleton' })

  await boss.createQueue(OPINIONS, {
    retryLimit: 2,
    retryDelay: 5,
    expireInSeconds: OPINION_EXPIRE_SECONDS,
    retentionSeconds: OPINION_RETENTION_SECONDS,
    deleteAfterSeconds: 3600,
  })

  let order = 0
  return {
    enqueue: async (trx, entries) => {
      if (entries.length === 0) return
      await boss.insert(
        OUTBOX,
        entries.map(({ tenantId, groupId, outboxId, notBefore }) => ({
          data: { tenantId, groupId, outboxId, order: ++order } satisfies OutboxJob,
          startAfter: new Date(notBefore),
        })),
        { db: fromKysely(trx) },
      )
    },
    enqueueQuestions: async (trx, messages) => {
      if (messages.length === 0) return
      await boss.insert(
        OPINIONS,
        messages.map(({ tenantId, groupId, messageId, urgent }) => ({
          data: { tenantId, groupId, messageId } satisfies MessageRef,
          priority: urgent ? 1 : 0,
        })),
        { db: fromKysely(trx) },
      )
    },
    work: async ({ courier, postDigests, reconsider }) => {
      await boss.work<OutboxJob, void, { includeMetadata: true; batchSize: number; pollingIntervalSeconds: number }>(
        OUTBOX,
        { includeMetadata: true, batchSize: 50, pollingIntervalSeconds: 0.5 },
        (jobs) => deliverAll(jobs, courier),
      )
      if (reconsider)
        await boss.work<MessageRef>(
          OPINIONS,
          { batchSize: 1, localConcurrency: QUESTIONS_AT_ONCE, pollingIntervalSeconds: 1 },
          async (jobs) => {
            for (const { data } of jobs) await reconsider(data)
          },
        )
      await boss.work(DIGESTS, { pollingIntervalSeconds: 30 }, postDigests)
      await boss.schedule(DIGESTS, DIGEST_CRON, null, { tz: 'Asia/Shanghai' })
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000, close: true }),
  }
}
