import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Channel } from '../adapters/adapter.ts'
import type { PastMessage } from '../adapters/history/past-message.ts'
import { startOfDay } from '../domain/calendar.ts'
import { mentionsIn } from '../domain/mentions-in.ts'
import type { EpochMs, GroupMessage, Member, Role } from '../domain/message.ts'
import { SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { FindDue, Judge } from '../domain/verdict.ts'
import { createIntake } from '../intake/intake.ts'
import { openPolicyBook } from '../intake/policy-book.ts'
import type { Rooms } from '../intake/rooms.ts'
import { createCourier } from '../outbox/courier.ts'
import { findGroup, type GroupRef, membersOf } from '../store/groups.ts'
import { currentPolicies } from '../store/policies.ts'
import { withSavepoints } from '../store/savepoints.ts'
import type { Tables } from '../store/tables.ts'
import { createSimulatedJobs } from './simulated-jobs.ts'

export interface ImportOptions {
  db: Kysely<Tables>
  group: GroupRef & { name: string }
  /** In the order of time. */
  messages: readonly PastMessage[]
  /** Put in force where the tenant has no policy yet. */
  policy: { source: string; fileName: string }
  judge: Judge
  findDue: FindDue
  /** The role that the operator has given somebody. */
  roleOf(memberId: string): Role | null
  newId(): string
  /** When the simulation ends: what would have been said until then counts as said. */
  until: EpochMs
  onProgress?(done: number, total: number): void
}

const MOST_IN_BATCH = 100

/** What came of an import. */
export interface Imported {
  added: number
  /** They were stored before. */
  known: number
  /** Stored without a verdict, since judging them failed. */
  unjudged: number
}

/** The way out of an import: it records and says nothing. */
const recorder: Channel = {
  name: SIMULATED_CHANNEL,
  maxBytes: Number.MAX_SAFE_INTEGER,
  reaches: () => true,
  send: async () => ({ status: 'sent', receipt: null }),
}
const toRecorder = () => SIMULATED_CHANNEL

/**
 * Ids for messages that an export names none for: time, person, words, and which it is of several that are alike. The
 * same message in another export of the group has the same id.
 */
function messageIds(messages: readonly PastMessage[]): string[] {
  const seen = new Map<string, number>()
  return messages.map(({ messageId, sentAt, from, text }) => {
    if (messageId !== undefined) return messageId
    const content = JSON.stringify([sentAt, from.memberId ?? from.name, text])
    const count = (seen.get(content) ?? 0) + 1
    seen.set(content, count)
    return `import-${createHash('sha256').update(`${count} ${content}`).digest('hex').slice(0, 40)}`
  })
}

/** Who speaks in the file: by the export's own id, else as the only known member of that name, else by the name. */
function peopleOf(messages: readonly PastMessage[], known: readonly Member[]): (from: PastMessage['from']) => Member {
  const byName = Map.groupBy(known, ({ name }) => name)
  const people = new Map<string, Member>()
  for (const { from } of messages) {
    const namesakes = byName.get(from.name) ?? []
    const memberId = from.memberId ?? (namesakes.length === 1 ? (namesakes[0] as Member).memberId : from.name)
    people.set(keyOf(from), { memberId, name: from.name, role: from.role ?? 'member' })
  }
  return (from) => people.get(keyOf(from)) as Member
}
const keyOf = ({ memberId, name }: PastMessage['from']): string => `${memberId ?? ''}\0${name}`

/** The messages as intake takes them. In a group that is known they are heard by the way in that it has. */
function toMessages(
  options: ImportOptions,
  known: readonly Member[],
  heardBy: Pick<GroupMessage, 'adapter' | 'channelId'>,
) {
  const { group, messages } = options
  const personOf = peopleOf(messages, known)
  const present = [
    ...new Map([...known, ...messages.map(({ from }) => personOf(from))].map((each) => [each.memberId, each])).values(),
  ]
  const ids = messageIds(messages)
  return messages.map(({ sentAt, from, text }, index): GroupMessage => {
    const { memberId, name } = personOf(from)
    return {
      tenantId: group.tenantId,
      groupId: group.groupId,
      messageId: ids[index] as string,
      ...heardBy,
      chat: 'group',
      groupName: group.name,
      sentAt,
      sender: { memberId, name, ...(from.role ? { role: from.role } : {}) },
      kind: text === '' ? 'unsupported' : 'text',
      text,
      mentions: mentionsIn(text, present),
      addressesBot: false,
    }
  })
}

/** Messages of one day, so that the clock is nowhere further off, and few enough for one batch of intake. */
function inBatches(messages: readonly GroupMessage[]): GroupMessage[][] {
  const batches: GroupMessage[][] = []
  for (const message of messages) {
    const last = batches.at(-1)
    const isSameDay = last?.[0] !== undefined && startOfDay(last[0].sentAt) === startOfDay(message.sentAt)
    if (last && isSameDay && last.length < MOST_IN_BATCH) last.push(message)
    else batches.push([message])
  }
  return batches
}

/** Stores them on a clock that stands where they were sent, with the outbox run on that clock, too. */
async function storeAll(db: Kysely<Tables>, options: ImportOptions): Promise<Imported> {
  const { group, judge, findDue, newId, policy, until } = options
  const heardBy = (await findGroup(db, group)) ?? { adapter: 'import', channelId: 'import' }
  const messages = toMessages(options, await membersOf(db, [group]), {
    adapter: heardBy.adapter,
    channelId: heardBy.channelId,
  })
  let clock = messages[0]?.sentAt ?? until
  const now = () => clock
  const policies = await openPolicyBook(db, now)
  if (!(await currentPolicies(db)).some(({ tenantId, groupId }) => tenantId === group.tenantId && groupId === ''))
    await policies.set({ tenantId: group.tenantId, groupId: '' }, policy.source, {
      author: 'operator',
      reason: '导入聊天记录时载入',
      fileName: policy.fileName,
    })
  const rooms: Rooms = {
    judgeOf: () => judge,
    findDue,
    route: toRecorder,
    consequences: { observe: toRecorder, enforce: toRecorder },
    roleOf: ({ memberId }) => options.roleOf(memberId),
    now,
    newId,
  }
  const { jobs, takeDue } = createSimulatedJobs()
  const courier = createCourier({ db, jobs, channels: new Map([[recorder.name, recorder]]), now })
  const imported: Imported = { added: 0, known: 0, unjudged: 0 }
  const intake = createIntake({
    db,
    jobs,
    rooms,
    policyOf: (each) => {
      const inForce = policies.of(each)
      return { ...inForce, policy: { ...inForce.policy, mode: 'observe' } }
    },
    onJudgeFailure: () => imported.unjudged++,
  })
  async function passUntil(moment: EpochMs) {
    for (let job = takeDue(moment); job; job = takeDue(moment)) {
      clock = Math.max(clock, job.notBefore)
      await courier.deliver(job.ref)
    }
    clock = Math.max(clock, moment)
  }
  let done = 0
  for (const together of inBatches(messages)) {
    // What was said before the first of them is what rules look back on; none of them looks back less far for it.
    await passUntil((together[0] as GroupMessage).sentAt)
    const receipts = await intake.deliver({ tenantId: group.tenantId, channel: 'import' }, { messages: together })
    imported.known += receipts.filter(({ duplicate }) => duplicate).length
    done += together.length
    options.onProgress?.(done, messages.length)
  }
  imported.added = messages.length - imported.known
  await passUntil(until)
  return imported
}

/**
 * Takes an exported history in through the real intake, all of it or nothing. Nothing is ever said because of it: the
 * policy is observed, every way out is the one that only records, and both run on the clock of the history.
 */
export const importHistory = (options: ImportOptions): Promise<Imported> =>
  options.db.transaction().execute((trx) => withSavepoints(trx, (db) => storeAll(db, options)))
