import type { GroupMessage, Member } from '../../src/domain/message.ts'
import { createIntake, type Intake, type IntakeOptions } from '../../src/intake/intake.ts'
import { openPolicyBook, type PolicyBook } from '../../src/intake/policy-book.ts'
import type { Rooms } from '../../src/intake/rooms.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import type { OutboxJobs } from '../../src/outbox/jobs.ts'
import type { Store } from '../../src/store/database.ts'
import type { OutboxRef } from '../../src/store/outbox.ts'

/** A Wednesday morning in China. */
export const MORNING = Date.parse('2026-11-25T09:30:00+08:00')

export const LEADER: Member = { memberId: 'chen', name: '陈主任', role: 'leader' }
const MEMBER: Member = { memberId: 'limei', name: '东河村-李梅', role: 'member' }

/** A policy that acts at once, at any hour. */
export const ENFORCED = `name: 测试
mode: enforce
workHours: { days: everyday, from: "00:00", to: "23:59" }
bot: { groupPostsPerDay: 2, remindersPerPersonPerWeek: 2, quiet: ["00:00", "00:00"] }
rules:
  - id: no-boasting
    when: { label: boast, confidence: 0.8 }
    then: [remind-sender]
`

let serial = 0

/** A message of the test group; every call makes a new one. */
export function messageOf(text: string, changes: Partial<GroupMessage> & { by?: Member } = {}): GroupMessage {
  const { by = MEMBER, ...rest } = changes
  serial++
  return {
    tenantId: 'default',
    groupId: 'g1',
    messageId: `m${serial}`,
    adapter: 'test',
    channelId: 'main',
    chat: 'group',
    groupName: '测试群',
    sentAt: MORNING + serial,
    sender: { ...by },
    kind: 'text',
    text,
    mentions: [],
    addressesBot: false,
    ...rest,
  }
}

export const BOAST = '热烈祝贺我镇荣获全市乡村振兴考核第一名,在镇党委的坚强领导下,各项工作走在前列、成效显著!'
export const TASK = '请各村周五下午5点前把危房排查台账报到镇办。'

/** Jobs that are only remembered; the queue itself is tried in its own suite. */
export function rememberedJobs(): OutboxJobs & { refs: OutboxRef[] } {
  const refs: OutboxRef[] = []
  return {
    refs,
    enqueue: async (_trx, entries) => {
      refs.push(...entries.map(({ tenantId, groupId, outboxId }) => ({ tenantId, groupId, outboxId })))
    },
  }
}

export interface TestIntake {
  intake: Intake
  policies: PolicyBook
  rooms: Rooms
  jobs: ReturnType<typeof rememberedJobs>
}

/** The real intake with the real judge, a fixed clock and one channel that reaches everybody. */
export async function intakeOn(
  store: Store,
  changes: { policy?: string; rooms?: Partial<Rooms>; options?: Partial<IntakeOptions> } = {},
): Promise<TestIntake> {
  let ids = 0
  const judge = loadJudge()
  const prefix = Math.random().toString(36).slice(2)
  const rooms: Rooms = {
    judgeOf: () => judge,
    findDue,
    route: () => 'test',
    consequences: { enforce: () => 'test', observe: () => 'simulated' },
    roleOf: () => null,
    now: () => MORNING,
    newId: () => `${prefix}-${++ids}`,
    ...changes.rooms,
  }
  const policies = await openPolicyBook(store.db, rooms.now)
  const by = { author: 'test', reason: 'test' }
  await policies.set({ tenantId: 'default', groupId: '' }, changes.policy ?? ENFORCED, by)
  const jobs = rememberedJobs()
  const { of: policyOf, prepare: changePolicy } = policies
  const intake = createIntake({ db: store.db, jobs, rooms, policyOf, changePolicy, ...changes.options })
  return { intake, policies, rooms, jobs }
}
