import type { Kysely } from 'kysely'
import type { Receipt } from '../adapters/adapter.ts'
import { CodedError } from '../domain/errors.ts'
import type { GroupMessage } from '../domain/message.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { type GroupRef, groupKey } from '../store/groups.ts'
import { knownMessages, messageKey } from '../store/messages.ts'
import { answersTo } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { absorb, shareWithOthers } from './absorb.ts'
import { bringAskedItems } from './asked-items.ts'
import { createBatcher } from './batcher.ts'
import { consider } from './consider.ts'
import { type Effects, onlyKept } from './effects.ts'
import type { GroupState, PolicyInForce } from './group-state.ts'
import { loadStates, trimState } from './load-states.ts'
import { membersMet, senderOf } from './people.ts'
import type { Rooms } from './rooms.ts'
import { createStateCache } from './state-cache.ts'
import { storableMessage } from './storable-message.ts'
import { writeEffects } from './write-effects.ts'

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
  /** Called after the commit, for each group that changed. */
  onCommitted?(groups: readonly GroupRef[], messages: readonly Effects[]): void
  onJudgeFailure?(failure: JudgeFailure): void
}

export interface Intake {
  /** Resolves when the message and all it leads to are committed. Rejects where the store refuses: then nothing is. */
  accept(message: GroupMessage): Promise<Receipt>
  idle(): Promise<void>
}

/** SQLSTATE classes 22 and 23: data that the store cannot take. Anything else would fail for every message alike. */
const isItemsFault = (error: unknown): boolean =>
  error instanceof Error && !('code' in error && typeof error.code === 'string' && !/^2[23]/.test(error.code))

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

  async function take(batch: readonly GroupMessage[]): Promise<Receipt[]> {
    const result = await commit(batch).catch((error) => {
      // What was absorbed has not happened.
      for (const message of batch) cache.drop(message)
      throw error
    })
    for (const state of result.states.values()) {
      trimState(state)
      cache.keep(state)
    }
    if (result.effects.length > 0) {
      const groups = [...result.states.values()].map(({ group: { tenantId, groupId } }) => ({ tenantId, groupId }))
      options.onCommitted?.(groups, result.effects)
    }
    const seen = new Set<string>()
    return batch.map((message) => {
      const key = messageKey(message)
      const duplicate = result.known.has(key) || seen.has(key)
      seen.add(key)
      const answer = result.answers.get(key)
      return { duplicate, answers: answer === undefined ? [] : [answer] }
    })
  }

  const commit = (batch: readonly GroupMessage[]) =>
    db.transaction().execute(async (trx) => {
      const states = await loadStates(trx, batch, options.policyOf, cache, rooms.now())
      await bringAskedItems(trx, states, batch)
      const known = await knownMessages(trx, batch)
      const fresh = new Map<string, GroupMessage>()
      for (const message of batch) {
        const key = messageKey(message)
        if (!known.has(key) && !fresh.has(key)) fresh.set(key, message)
      }
      const effects: Effects[] = []
      for (const message of [...fresh.values()].sort(byTime)) {
        const state = states.get(groupKey(message))
        if (!state) throw new CodedError('GROUP_MISSING', 'a group vanished while it was locked')
        const effect = considerSafely(message, state)
        absorb(state, effect)
        shareWithOthers(states, state, effect)
        effects.push(effect)
      }
      const later = effects.length > 0 ? await writeEffects(trx, states, effects, options) : []
      const repeated = batch.filter((message) => known.has(messageKey(message)))
      const answers = new Map<string, string>()
      for (const { body, ...of } of await answersTo(trx, repeated)) answers.set(messageKey(of), body)
      for (const entry of [...effects.flatMap((effect) => effect.entries), ...later])
        if (entry.purpose === 'answer' && entry.messageId !== null)
          answers.set(messageKey({ ...entry, messageId: entry.messageId }), entry.body)
      return { known, effects, answers, states }
    })

  const batcher = createBatcher<GroupMessage, Receipt>(take, { isItemsFault })
  return { accept: (message) => batcher.add(storableMessage(message)), idle: () => batcher.idle() }
}
