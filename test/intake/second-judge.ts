import nock from 'nock'
import type { Label } from '../../src/domain/label.ts'
import type { EpochMs, GroupMessage } from '../../src/domain/message.ts'
import type { Judge, Verdict } from '../../src/domain/verdict.ts'
import { type Reconsidered, reconsider } from '../../src/intake/reconsider.ts'
import { createSecondOpinion, type SecondOpinionEvent } from '../../src/judge/second-opinion/second-opinion.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import type { OpinionJobs, OutboxJobs } from '../../src/outbox/jobs.ts'
import { createPermit } from '../../src/outbox/permit.ts'
import type { Store } from '../../src/store/database.ts'
import type { MessageRef } from '../../src/store/messages.ts'
import type { OutboxRef } from '../../src/store/outbox.ts'
import { spendRequest } from '../../src/store/second-opinions.ts'
import { ENFORCED, intakeOn, MORNING } from '../helpers/intake.ts'
import { completion, verdictOf } from '../judge/second-opinion/fixtures.ts'
import { scriptedChannel } from '../outbox/outbox-fixtures.ts'

const SERVICE = 'https://model.example'

/** Acts on doubtful verdicts too, so that there is something to take back. */
export const EAGER = ENFORCED.replace('confidence: 0.8', 'confidence: 0.5')

/** What the service says next, in the wire form of chat completions. */
export const says = (label: Label, confidence = 0.95, more: object = {}) =>
  nock(SERVICE)
    .post('/v1/chat/completions')
    .reply(200, completion(JSON.stringify({ label, confidence, flags: [], why: '说的是实事', ...more })))

/** The next request to the service, to be answered as the test likes. */
export const nextRequest = () => nock(SERVICE).post('/v1/chat/completions')

/** A judge whose chances are given by text: the shipped model is retrained, what is tried here must not move with it. */
const judgeBy = (verdicts: ReadonlyMap<string, Verdict>): Judge => ({
  version: 'test/1',
  classify: ({ text }) => verdicts.get(text) ?? verdictOf({ chatter: 0.97 }),
})

/**
 * The real intake, courier and second opinion on one store with one clock; jobs are remembered and worked on when the
 * test says so. `node` makes another process on the same store.
 */
export async function nodeOn(
  store: Store,
  {
    policy = EAGER,
    chances = {},
    perDay = 100,
    clock = { at: MORNING },
    secondJudge = true,
    way = scriptedChannel(),
    baseUrl = `${SERVICE}/v1`,
    timeoutMs = 5_000,
  }: {
    policy?: string
    chances?: Record<string, Verdict>
    perDay?: number
    clock?: { at: EpochMs }
    secondJudge?: boolean
    way?: ReturnType<typeof scriptedChannel>
    baseUrl?: string
    timeoutMs?: number
  } = {},
) {
  const waiting: { ref: OutboxRef; notBefore: EpochMs }[] = []
  const questions: (MessageRef & { urgent: boolean })[] = []
  const events: SecondOpinionEvent[] = []
  const jobs: OutboxJobs & OpinionJobs = {
    enqueue: async (_trx, entries) => {
      waiting.push(...entries.map((entry) => ({ ref: entry, notBefore: entry.notBefore })))
    },
    enqueueQuestions: async (_trx, messages) => {
      questions.push(...messages)
    },
  }
  const now = () => clock.at
  const secondOpinion = createSecondOpinion({
    baseUrl,
    apiKey: 'sk-secret',
    model: 'm1',
    timeoutMs,
    spend: () => spendRequest(store.db, perDay, now()),
    band: { from: 0.3, to: 0.8 },
    fetch: globalThis.fetch,
    now,
    onEvent: (event) => events.push(event),
    wait: async () => {},
  })
  const judge = judgeBy(new Map(Object.entries(chances)))
  const { intake, rooms, policies } = await intakeOn(store, {
    policy,
    rooms: { judgeOf: () => judge, now },
    options: {
      jobs,
      secondJudge: secondJudge ? { isDoubtful: secondOpinion.isDoubtful, jobs } : undefined,
    },
  })
  const courier = createCourier({
    db: store.db,
    jobs,
    channels: way.channels,
    now,
    permit: createPermit(policies.of),
  })
  const options = { db: store.db, rooms, policyOf: policies.of, secondOpinion }

  return {
    intake,
    policies,
    courier,
    options,
    clock,
    events,
    questions,
    waiting,
    said: way.calls,
    codes: () => events.map(({ code }) => code),
    /** Asks what waits to be asked, in order. */
    async ask(): Promise<(Reconsidered | null)[]> {
      const results: (Reconsidered | null)[] = []
      for (const question of questions.splice(0)) results.push(await reconsider(question, options))
      return results
    },
    /** Lets the time pass, and says what is due by then. */
    async pass(ms: number): Promise<void> {
      clock.at += ms
      const due = waiting.filter((job) => job.notBefore <= clock.at)
      for (const job of due) {
        waiting.splice(waiting.indexOf(job), 1)
        await courier.deliver(job.ref)
      }
    },
  }
}

/** The stored message with what came of it. */
export const messageRow = (store: Store, { messageId }: Pick<GroupMessage, 'messageId'>) =>
  store.db.selectFrom('messages').selectAll().where('message_id', '=', messageId).executeTakeFirstOrThrow()

/** The words of the outbox: recipient, state and what held them. */
export const words = async (store: Store) => {
  const rows = await store.db
    .selectFrom('outbox')
    .select(['recipient', 'state', 'held'])
    .orderBy('created_at')
    .execute()
  return rows.map((row) => [row.recipient, row.state, row.held])
}
