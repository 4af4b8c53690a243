import type { Kysely } from 'kysely'
import type { Delivery, Receipt } from '../adapters/adapter.ts'
import { CodedError } from '../domain/errors.ts'
import type { Amendment, GroupMessage } from '../domain/message.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { amendMessages } from '../store/amendments.ts'
import { type ChannelRef, type CursorMove, moveCursors } from '../store/cursors.ts'
import { type GroupRef, groupKey, lockKnown } from '../store/groups.ts'
import { knownMessages, messageKey } from '../store/messages.ts'
import { answersTo } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { absorb, shareWithOthers } from './absorb.ts'
import { groupsOfAppeals } from './appeals/decide-appeal.ts'
import { bringAskedItems } from './asked-items.ts'
import { awaitOpinion, type SecondJudge } from './await-opinion.ts'
import { createBatcher } from './batcher.ts'
import { withdrawRecalled } from './confirm/withdraw-recalled.ts'
import { consider } from './consider.ts'
import { type Effects, onlyKept } from './effects.ts'
import { fillQuotes } from './fill-quotes.ts'
import type { GroupState, PolicyInForce } from './group-state.ts'
import { loadStates, trimState } from './load-states.ts'
import { appealsDecided } from './orders/appeals-decided.ts'
import { membersMet, senderOf } from './people.ts'
import type { PolicyBook } from './policy-book.ts'
import { createPortions } from './portions.ts'
import type { Rooms } from './rooms.ts'
import { createStateCache } from './state-cache.ts'
import { storableMessage } from './storable-message.ts'
import { writeEffects, writeHistory } from './write-effects.ts'

/** A message that could not be judged; it is stored all the same. */
export interface JudgeFailure extends GroupRef {
  messageId: string
  error: unknown
}

export interface IntakeOptions {
  db: Kysely<Tables>
  jobs: OutboxJobs
  rooms: Rooms
  policyOf(group: GroupRef): PolicyInForce
  /** Stores a policy that somebody sets by a word to the bot; without it nobody can. */
  changePolicy?: PolicyBook['prepare'] | undefined
  /** Asked about doubtful messages once they are stored; without one every verdict stands. */
  secondJudge?: SecondJudge | undefined
  /** Called after the commit, for each group that changed. */
  onCommitted?(groups: readonly GroupRef[], messages: readonly Effects[]): void
  onJudgeFailure?(failure: JudgeFailure): void
}

export interface Intake {
  /** Resolves when the message and all it leads to are committed. Rejects where the store refuses: then nothing is. */
  accept(message: GroupMessage): Promise<Receipt>
  /** As `accept`, for all that a channel hands over at once: it is stored in one transaction, the cursor with it. */
  deliver(from: ChannelRef, delivery: Delivery): Promise<readonly Receipt[]>
  idle(): Promise<void>
}

/** SQLSTATE classes 22 and 23: data that the store cannot take. Anything else would fail for every message alike. */
const isItemsFault = (error: unknown): boolean =>
  error instanceof Error && !('code' in error && typeof error.code === 'string' && !/^2[23]/.test(error.code))

/** What is to be stored together. */
interface Order {
  messages: readonly GroupMessage[]
  amendments: readonly Amendment[]
  cursor: CursorMove | null
}

const byTime = (a: GroupMessage, b: GroupMessage) => a.sentAt - b.sentAt

/** The one way in: what arrives while a transaction runs forms the next one. */
export function createIntake(options: IntakeOptions): Intake {
  const { db, rooms } = options
  const cache = createStateCache()

  /** A fault in judging must not cost the message: it is kept without verdict, and the fault is reported. */
  function considerSafely(message: GroupMessage, state: GroupState): Effects {
    try {
      return consider(message, state, rooms)
    } catch (error) {
      options.onJudgeFailure?.({ ...state.group, messageId: message.messageId, error })
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED'
      const sender = senderOf(message, state, rooms)
      return onlyKept(message, sender, membersMet(message, sender, state, rooms), rooms, `error:${code}`)
    }
  }

  /** Considers the messages in their order; their history is written as it comes about. */
  async function considerAll(
    trx: Kysely<Tables>,
    messages: readonly GroupMessage[],
    states: ReadonlyMap<string, GroupState>,
  ): Promise<Effects[]> {
    const effects: Effects[] = []
    const history = createPortions<Effects>((portion) => writeHistory(trx, portion))
    try {
      for (const message of messages) {
        const state = states.get(groupKey(message))
        if (!state) throw new CodedError('GROUP_MISSING', 'a group vanished while it was locked')
        const effect = awaitOpinion(considerSafely(message, state), options.secondJudge, rooms.now())
        absorb(state, effect)
        shareWithOthers(states, state, effect)
        effects.push(effect)
        await history.add(effect)
      }
      await history.finish()
      return effects
    } finally {
      await history.settled()
    }
  }

  async function take(orders: readonly Order[]): Promise<(readonly Receipt[])[]> {
    const batch = orders.flatMap((order) => order.messages)
    const amendments = orders.flatMap((order) => order.amendments)
    const cursors = orders.flatMap((order) => order.cursor ?? [])
    const result = await commit(batch, amendments, cursors).catch((error) => {
      // What was absorbed has not happened.
      for (const message of batch) cache.drop(message)
      throw error
    })
    for (const apply of result.onCommit) apply()
    for (const state of result.states.values()) {
      trimState(state)
      cache.keep(state)
    }
    // What is remembered still holds the words that were recalled.
    for (const amendment of amendments) cache.drop(amendment)
    if (result.effects.length > 0) {
      const groups = [...result.states.values()].map(({ group: { tenantId, groupId } }) => ({ tenantId, groupId }))
      options.onCommitted?.(groups, result.effects)
    }
    const seen = new Set<string>()
    const receiptOf = (message: GroupMessage): Receipt => {
      const key = messageKey(message)
      const duplicate = result.known.has(key) || seen.has(key)
      seen.add(key)
      const answer = result.answers.get(key)
      return { duplicate, answers: answer === undefined ? [] : [answer] }
    }
    return orders.map((order) => order.messages.map(receiptOf))
  }

  const commit = (batch: readonly GroupMessage[], amendments: readonly Amendment[], cursors: readonly CursorMove[]) =>
    db.transaction().execute(async (trx) => {
      // Locked at once, always in the same order, so that two transactions never wait for one another.
      const others = [...amendments, ...(await groupsOfAppeals(trx, appealsDecided(batch)))]
      const touched = [...new Map([...batch, ...others].map((each) => [groupKey(each), each])).values()]
      if (others.length > 0) await lockKnown(trx, touched)
      const states =
        batch.length > 0
          ? await loadStates(trx, batch, options.policyOf, cache, rooms.now())
          : new Map<string, GroupState>()
      await bringAskedItems(trx, states, batch)
      const known = await knownMessages(trx, batch)
      const fresh = new Map<string, GroupMessage>()
      for (const message of batch) {
        const key = messageKey(message)
        if (!known.has(key) && !fresh.has(key)) fresh.set(key, message)
      }
      const ordered = (await fillQuotes(trx, [...fresh.values()])).sort(byTime)
      const effects = await considerAll(trx, ordered, states)
      const nothing = { later: [], onCommit: [] }
      const { later, onCommit } = effects.length > 0 ? await writeEffects(trx, states, effects, options) : nothing
      if (amendments.length > 0) {
        await amendMessages(trx, amendments)
        await withdrawRecalled(trx, amendments, rooms.now())
      }
      if (cursors.length > 0) await moveCursors(trx, cursors, rooms.now())
      const repeated = batch.filter((message) => known.has(messageKey(message)))
      const answers = new Map<string, string>()
      for (const { body, ...of } of await answersTo(trx, repeated)) answers.set(messageKey(of), body)
      for (const entry of [...effects.flatMap((effect) => effect.entries), ...later])
        if (entry.purpose === 'answer' && entry.messageId !== null)
          answers.set(messageKey({ ...entry, messageId: entry.messageId }), entry.body)
      return { known, effects, answers, states, onCommit }
    })

  const batcher = createBatcher<Order, readonly Receipt[]>(take, { isItemsFault })
  return {
    accept: async (message) => {
      const [receipt] = await batcher.add({ messages: [storableMessage(message)], amendments: [], cursor: null })
      return receipt as Receipt
    },
    deliver: (from, { messages, amendments = [], cursor }) =>
      batcher.add({
        messages: messages.map(storableMessage),
        amendments,
        cursor: cursor === undefined ? null : { ...from, value: cursor },
      }),
    idle: () => batcher.idle(),
  }
}
