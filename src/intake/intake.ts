import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { GroupMessage } from '../domain/message.ts'
import { composeDigest } from '../outbox/compose-digest.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { insertDecisions } from '../store/decisions.ts'
import { type GroupRef, groupKey, saveGroups, saveMembers } from '../store/groups.ts'
import { appendEvents, saveItems } from '../store/ledger.ts'
import { insertMessages, knownMessages, messageKey } from '../store/messages.ts'
import { answersTo, insertOutbox, type OutboxEntry } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { takeAppeal } from './appeal.ts'
import { createBatcher } from './batcher.ts'
import { absorb, consider, type Effects, unjudged } from './consider.ts'
import { answerEntry } from './entries.ts'
import type { GroupState, PolicyInForce } from './group-state.ts'
import { loadStates, trimState } from './load-states.ts'
import type { Rooms } from './rooms.ts'
import { createStateCache } from './state-cache.ts'
import { storableMessage } from './storable-message.ts'

/** What became of a message, once it is on disk. */
export interface Receipt {
  duplicate: boolean
  answers: readonly string[]
}

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

const byTime = (a: GroupMessage, b: GroupMessage) => a.sentAt - b.sentAt

/** The one way in: what arrives while a transaction runs forms the next one. */
export function createIntake(options: IntakeOptions): Intake {
  const { db, jobs, rooms } = options
  const cache = createStateCache()

  /** A fault in judging must not cost the message: it is kept without verdict, and the fault is reported. */
  function considerSafely(message: GroupMessage, state: GroupState): Effects {
    try {
      return consider(message, state, rooms)
    } catch (error) {
      options.onJudgeFailure?.({ ...state.group, messageId: message.messageId, error })
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED'
      const { memberId, name, role } = message.sender
      const known = state.members.get(memberId)
      const sender = { memberId, name: name ?? memberId, role: role ?? known?.role ?? 'member' }
      const stored = unjudged(message, sender, rooms, `error:${code}`)
      return {
        stored,
        members: known ? [] : [sender],
        events: [],
        items: [],
        decisions: [],
        entries: [],
        digest: null,
        appeal: null,
      }
    }
  }

  async function write(trx: Kysely<Tables>, states: Map<string, GroupState>, effects: readonly Effects[]) {
    await insertMessages(
      trx,
      effects.map((effect) => effect.stored),
    )
    const at = (effect: Effects) => ({ tenantId: effect.stored.tenantId, groupId: effect.stored.groupId })
    const members = effects.flatMap((effect) => effect.members.map((member) => ({ ...at(effect), ...member })))
    await saveMembers(
      trx,
      lastOf(members, (member) => `${groupKey(member)}\0${member.memberId}`),
    )
    await appendEvents(
      trx,
      effects.flatMap((effect) => effect.events.map((event) => ({ ...at(effect), ...event }))),
    )
    const items = effects.flatMap((effect) =>
      effect.items.map((item) => ({ ...at(effect), item, changedAt: effect.stored.sentAt })),
    )
    await saveItems(
      trx,
      lastOf(items, (each) => `${groupKey(each)}\0${each.item.number}`),
    )
    const groups = [...states.values()].map((state) => state.group)
    for (const group of groups) group.version++
    await saveGroups(trx, groups)
    await insertDecisions(
      trx,
      effects.flatMap((effect) => effect.decisions),
    )
    const later: OutboxEntry[] = []
    for (const { stored, digest, appeal } of effects) {
      const answering = { outboxId: rooms.newId(), now: rooms.now() }
      if (digest) later.push(answerEntry(stored, await composeDigest(trx, stored, digest, stored.sentAt), answering))
      if (appeal === null) continue
      const { answer, notes } = await takeAppeal(trx, stored, appeal, rooms)
      later.push(answerEntry(stored, answer, answering), ...notes)
    }
    const entries = [...effects.flatMap((effect) => effect.entries), ...later]
    const added = await insertOutbox(trx, entries)
    const queued = entries.filter((entry) => entry.state === 'queued' && added.has(entry.outboxId))
    await jobs.enqueue(trx, queued)
    return later
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
      const later = effects.length > 0 ? await write(trx, states, effects) : []
      const repeated = batch.filter((message) => known.has(messageKey(message)))
      const answers = new Map<string, string>()
      for (const { body, ...of } of await answersTo(trx, repeated)) answers.set(messageKey(of), body)
      for (const entry of [...effects.flatMap((effect) => effect.entries), ...later])
        if (entry.purpose === 'answer' && entry.messageId !== null)
          answers.set(messageKey({ ...entry, messageId: entry.messageId }), entry.body)
      return { known, effects, answers, states }
    })

  const batcher = createBatcher<GroupMessage, Receipt>(take)
  return { accept: (message) => batcher.add(storableMessage(message)), idle: () => batcher.idle() }
}

/** A person's budget holds across groups: what one group of the batch says to a person, the others must know. */
function shareWithOthers(states: ReadonlyMap<string, GroupState>, from: GroupState, effect: Effects): void {
  for (const { audience, purpose, notBefore, state: entryState } of effect.entries) {
    if (audience.kind !== 'member' || entryState === 'held') continue
    for (const state of states.values())
      if (state !== from && state.group.tenantId === from.group.tenantId)
        state.posts.push({ to: audience.memberId, purpose, at: notBefore })
  }
}

/** The last element of each key, so that one statement never writes a row twice. */
function lastOf<T>(all: readonly T[], key: (each: T) => string): T[] {
  return [...new Map(all.map((each) => [key(each), each])).values()]
}
