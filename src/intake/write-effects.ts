import type { Kysely } from 'kysely'
import { composeDigest } from '../outbox/compose-digest.ts'
import { answerEntry } from '../outbox/entries.ts'
import type { OutboxJobs } from '../outbox/jobs.ts'
import { insertDecisions } from '../store/decisions.ts'
import { insertDemands } from '../store/demands.ts'
import { type GroupRef, groupKey, saveGroups, saveMembers } from '../store/groups.ts'
import { appendEvents, saveItems } from '../store/ledger.ts'
import { insertMessages } from '../store/messages.ts'
import { insertOutbox, type OutboxEntry } from '../store/outbox.ts'
import { insertMatches } from '../store/rule-matches.ts'
import type { Tables } from '../store/tables.ts'
import { takeAppeal } from './appeals/take-appeal.ts'
import { hasWordsWaiting, type SecondJudge } from './await-opinion.ts'
import { numberOffers } from './confirm/number-offers.ts'
import type { Effects } from './effects.ts'
import type { GroupState, PolicyInForce } from './group-state.ts'
import { carryOut } from './orders/carry-out.ts'
import type { PolicyBook } from './policy-book.ts'
import type { Rooms } from './rooms.ts'

/** The last element of each key, so that one statement never writes a row twice. */
function lastOf<T>(all: readonly T[], key: (each: T) => string): T[] {
  return [...new Map(all.map((each) => [key(each), each])).values()]
}

const at = ({ stored: { tenantId, groupId } }: Effects): GroupRef => ({ tenantId, groupId })

/** Writes what is only ever added: messages, ledger events, decisions and what later rules look back on. A batch may be written in several parts. */
export async function writeHistory(trx: Kysely<Tables>, effects: readonly Effects[]): Promise<void> {
  await insertMessages(
    trx,
    effects.map((effect) => effect.stored),
  )
  await appendEvents(
    trx,
    effects.flatMap((effect) => effect.events.map((event) => ({ ...at(effect), ...event }))),
  )
  await insertDecisions(
    trx,
    effects.flatMap((effect) => effect.decisions),
  )
  await insertMatches(
    trx,
    effects.flatMap((effect) => effect.matches.map((match) => ({ ...at(effect), ...match }))),
  )
  await insertDemands(
    trx,
    effects.flatMap((effect) => effect.demand ?? []),
  )
}

/**
 * Writes what else a batch leads to once its history is written, in the transaction that holds the locks of its groups,
 * and composes the answers that need what was just written. Gives those answers and the notes that come with them, and
 * what is to be done once the transaction has committed.
 */
export async function writeEffects(
  trx: Kysely<Tables>,
  states: ReadonlyMap<string, GroupState>,
  effects: readonly Effects[],
  {
    jobs,
    rooms,
    policyOf,
    changePolicy = null,
    secondJudge,
  }: {
    jobs: OutboxJobs
    rooms: Rooms
    policyOf(group: GroupRef): PolicyInForce
    changePolicy?: PolicyBook['prepare'] | null
    secondJudge?: SecondJudge | undefined
  },
): Promise<{ later: OutboxEntry[]; onCommit: (() => void)[] }> {
  const members = effects.flatMap((effect) => effect.members.map((member) => ({ ...at(effect), ...member })))
  await saveMembers(
    trx,
    lastOf(members, (member) => `${groupKey(member)}\0${member.memberId}`),
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
  const said = await numberOffers(trx, effects, { rooms, policyOf, now: rooms.now() })
  const later: OutboxEntry[] = []
  const onCommit: (() => void)[] = []
  for (const { stored, digest, appeal, order } of effects) {
    const answering = { outboxId: rooms.newId(), now: rooms.now() }
    if (digest) later.push(answerEntry(stored, await composeDigest(trx, stored, digest, stored.sentAt), answering))
    if (order !== null) {
      const pending = [...said, ...later]
      const done = await carryOut(trx, order, stored, { rooms, policyOf, changePolicy, pending })
      if (done.answer !== '') later.push(answerEntry(stored, done.answer, answering))
      later.push(...done.notes)
      if (done.apply) onCommit.push(done.apply)
    }
    if (appeal === null) continue
    const { answer, notes } = await takeAppeal(trx, stored, appeal, { rooms, policyOf })
    later.push(answerEntry(stored, answer, answering), ...notes)
  }
  const entries = [...said, ...later]
  const added = await insertOutbox(trx, entries)
  const queued = entries.filter((entry) => entry.state === 'queued' && added.has(entry.outboxId))
  await jobs.enqueue(trx, queued)
  const doubtful = effects.filter((effect) => effect.awaitsOpinion)
  await secondJudge?.jobs.enqueueQuestions(
    trx,
    doubtful.map((effect) => ({
      ...at(effect),
      messageId: effect.stored.messageId,
      urgent: hasWordsWaiting(effect),
    })),
  )
  return { later, onCommit }
}
