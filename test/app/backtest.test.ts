import { expect, it } from 'vitest'
import { seededRandom } from '../../scripts/lib/seeded-random.ts'
import { type BacktestReport, backtest, type Difference } from '../../src/app/backtest/backtest.ts'
import { DAY_MS, fromChina, HOUR_MS } from '../../src/domain/calendar.ts'
import type { Flag, Label } from '../../src/domain/label.ts'
import type { GroupMessage, Member } from '../../src/domain/message.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import type { Policy } from '../../src/domain/policy.ts'
import { digestEntry } from '../../src/outbox/entries.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import type { Store } from '../../src/store/database.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { insertSilence } from '../../src/store/silences.ts'
import { intakeOn, messageOf } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { verdictOf } from '../policy/fixtures.ts'

/** Everything that looks back: windows of all kinds, steps, budgets that run out, notes that gather, demands. */
const STRICT = `name: 严格
mode: enforce
workHours: { days: workdays, from: "08:30", to: "18:00", emergencies: [防汛] }
bot: { groupPostsPerDay: 1, remindersPerPersonPerWeek: 3, quiet: ["20:00", "08:00"] }
exempt: { members: [guard], keywords: [值班] }
rules:
  - { id: secrets, when: { pattern: '机密★' }, then: [remind-sender], urgent: true }
  - { id: same-demand, when: { label: [mandate, task], repeated: 7d }, then: [note-owner] }
  - { id: mandates, when: { label: mandate }, then: [remind-sender], escalate: { after: 3, within: 7d, then: [note-owner, note-group] } }
  - { id: asks-ack, when: { label: mandate, flags: asks_ack }, then: [offer-silent-confirm] }
  - { id: flood, when: { label: ritual, count: 4, within: 2h }, then: [offer-silent-confirm, note-group] }
  - { id: answers, when: { label: ritual, count: 3, within: 1h, of: reply }, then: [offer-silent-confirm] }
  - { id: copies, when: { label: [ritual, boast], count: 3, within: 1d, of: text }, then: [note-owner] }
  - { id: own-flood, when: { label: [boast, checkin], count: 3, within: 1d, of: sender }, then: [recall, remind-sender] }
  - { id: boasts, when: { label: boast }, then: [remind-sender], escalate: [{ after: 2, within: 3d, then: [note-owner] }, { after: 4, within: 7d, then: [note-group] }] }
  - { id: late-work, when: { label: [task, mandate], outOfHours: true }, then: [note-owner] }
  - { id: everybody, when: { mentionsAll: true, count: 2, within: 1d }, then: [note-owner] }
  - { id: loose-task, when: { label: task, missing: [assignee, due] }, then: [ask-for-details] }
`
const LENIENT = STRICT.replace('name: 严格', 'name: 宽松').replace(
  'remindersPerPersonPerWeek: 3',
  'remindersPerPersonPerWeek: 1',
)
const NOTHING = 'name: 不管\nrules: []\n'

const ROLES: Record<string, Member['role']> = { chen: 'leader', zhou: 'leader' }
const PEOPLE = ['chen', 'zhou', 'li', 'wang', 'guard']

interface Line {
  text: string
  label: Label
  flags?: Flag[]
}
const LINES: readonly Line[] = [
  { text: '收到', label: 'ritual' },
  { text: '收到!', label: 'ritual' },
  { text: '辛苦了', label: 'ritual' },
  { text: '热烈祝贺我镇荣获全市第一名', label: 'boast' },
  { text: '我村各项工作走在前列', label: 'boast' },
  { text: '防汛值守到位,再创佳绩', label: 'boast' },
  { text: '已打卡', label: 'checkin' },
  { text: '值班打卡', label: 'checkin' },
  { text: '请各村接龙打卡,收到请回复', label: 'mandate', flags: ['asks_ack'] },
  { text: '请各村每天晚上上传秸秆禁烧巡查水印照片', label: 'mandate', flags: ['asks_trace'] },
  { text: '请各村于3月6日前上传秸秆禁烧巡查水印照片', label: 'mandate', flags: ['asks_trace'] },
  { text: '请把危房排查台账报到镇办。', label: 'task' },
  { text: '请李梅周五下午5点前把危房排查台账报到镇办。', label: 'task' },
  { text: '请各村今天下班前把老旧房屋排查台账报到镇办', label: 'task' },
  { text: '水管爆了,村里停水', label: 'problem' },
  { text: '名单见附件,机密★,勿传', label: 'notice' },
  { text: '今天天气不错', label: 'chatter' },
]

/** Judges by heart. */
const judge = {
  version: 'by-heart',
  classify: ({ text }: { text: string }) => {
    const { label, flags } = LINES.find((line) => line.text === text) ?? { label: 'chatter' as const, flags: [] }
    return verdictOf(label, 0.95, flags ?? [])
  },
}

const START = fromChina(2026, 3, 2, 9)
const GAPS = [1000, 20_000, 60_000, 400_000, 1_500_000, HOUR_MS, 5 * HOUR_MS, 15 * HOUR_MS]

/** Two weeks of two groups; floods come as several messages at once. */
function streamOf(seed: number, count: number): GroupMessage[] {
  const random = seededRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const stream: GroupMessage[] = []
  let at = START
  for (let index = 0; index < count; index++) {
    at += pick(GAPS)
    const by = index < 2 ? 'chen' : pick(PEOPLE)
    const earlier = random() < 0.2 ? pick(stream.slice(-8)) : undefined
    const groupId = earlier?.groupId ?? (index < 2 ? `g${index + 1}` : pick(['g1', 'g1', 'g2']))
    stream.push(
      messageOf(random() < 0.4 ? pick(LINES.slice(0, 4)).text : pick(LINES).text, {
        messageId: `s${seed}-${index}`,
        groupId,
        sentAt: at,
        sender: { memberId: by, name: by, role: ROLES[by] ?? 'member' },
        mentions: random() < 0.15 ? [{ everyone: true }] : [],
        ...(earlier
          ? { quote: { messageId: earlier.messageId, senderId: earlier.sender.memberId, text: earlier.text } }
          : {}),
      }),
    )
  }
  return stream
}

/** The real intake takes the stream in, some of it in batches, with a digest and a silence on the way. */
async function takeIn(store: Store, stream: readonly GroupMessage[], source: string, seed: number): Promise<Policy> {
  const random = seededRandom(seed + 1000)
  let clock = START
  const { intake } = await intakeOn(store, {
    policy: source,
    rooms: { judgeOf: () => judge, now: () => clock },
  })
  const besides = async (at: number) => {
    if (at === Math.floor(stream.length / 3)) {
      const silence = { tenantId: 'default', groupId: 'g1', silenceId: 'one', by: 'chen', reason: '' }
      await insertSilence(store.db, { ...silence, kind: 'paused', since: clock, until: clock + 3 * DAY_MS })
    }
    if (at !== Math.floor(stream.length / 2)) return
    const digest = { kind: 'weekly', period: 'one', body: '小结', channel: 'test' }
    const context = { outboxId: 'digest', now: clock, notBefore: clock }
    await insertOutbox(store.db, [digestEntry({ tenantId: 'default', groupId: 'g1' }, digest, context)])
  }
  for (let index = 0; index < stream.length; ) {
    clock = stream[index]?.sentAt ?? clock
    const together = stream.slice(index, index + (random() < 0.5 ? 3 : 1))
    // The clock of a batch stands still, so what it holds was sent at about its time.
    const batch = together.filter(({ sentAt }) => sentAt < clock + 60_000)
    for (let at = index; at < index + batch.length; at++) await besides(at)
    await intake.deliver({ tenantId: 'default', channel: 'test' }, { messages: batch })
    index += batch.length
  }
  return parsePolicy(source, 'in force')
}

const tryOn = async (
  store: Store,
  policies: { old: Policy; new: Policy },
  rest: Partial<Parameters<typeof backtest>[0]> = {},
): Promise<{ report: BacktestReport; differences: Difference[] }> => {
  const differences: Difference[] = []
  const report = await backtest({
    db: store.db,
    tenantId: 'default',
    span: { from: null, to: null },
    policies: { old: () => policies.old, new: () => policies.new },
    onDifference: (difference) => differences.push(difference),
    ...rest,
  })
  return { report, differences }
}

/** Decisions as they are compared, a line each. */
const decisionsOf = (differences: readonly Difference[]): string[] =>
  differences
    .flatMap(({ message, decisions }) =>
      decisions.new.map(({ rule, action, to, held, notBefore }) =>
        [message.messageId, rule, action, to, held, new Date(notBefore).toISOString()].join(' '),
      ),
    )
    .sort()

async function storedDecisions(store: Store): Promise<string[]> {
  const rows = await store.db.selectFrom('decisions').selectAll().execute()
  return rows
    .map((row) =>
      [row.message_id, row.rule, row.action, row.recipient, row.held, row.not_before.toISOString()].join(' '),
    )
    .sort()
}

const nothing = parsePolicy(NOTHING, 'nothing')

onEachStore('a backtest', (stores) => {
  it.each([
    ['enforced', 1, STRICT],
    ['enforced', 2, STRICT],
    ['with a budget of one', 3, LENIENT],
    ['observed', 4, STRICT.replace('mode: enforce', 'mode: observe')],
    ['observed first', 5, STRICT.replace('mode: enforce', 'mode: enforce\nobserveFirst: 4d')],
  ])(
    'of the policy in force, %s, decides on every message what intake decided (seed %i)',
    async (_how, seed, source) => {
      const store = await stores.open()
      const policy = await takeIn(store, streamOf(seed, 240), source, seed)
      const { differences } = await tryOn(store, { old: nothing, new: policy })
      const stored = await storedDecisions(store)

      expect(decisionsOf(differences)).toEqual(stored)
      const holds = new Set(stored.map((line) => line.split(' ')[4]))
      for (const hold of ['', 'budget', 'gathered', 'exempt', 'emergency', 'paused']) expect(holds).toContain(hold)
      const rules = new Set(stored.map((line) => line.split(' ')[1]))
      expect(rules.size).toBeGreaterThanOrEqual(policy.rules.length - 2)
      expect((await tryOn(store, { old: policy, new: policy })).report.differences).toBe(0)
    },
    60_000,
  )

  it('counts both sides alike with what it tells message by message', async () => {
    const store = await stores.open()
    const strict = await takeIn(store, streamOf(6, 120), STRICT, 6)
    const lenient = parsePolicy(LENIENT, 'lenient')
    const { report } = await tryOn(store, { old: strict, new: lenient })
    const all = (await tryOn(store, { old: nothing, new: lenient })).differences.flatMap(
      ({ decisions }) => decisions.new,
    )
    const said = all.filter(({ held, to }) => held === null && to !== null)

    expect(report.messages).toBe(120)
    expect(report.differences).toBeGreaterThan(0)
    expect(report.totals.new.said).toBe(said.length)
    expect(report.totals.new.groupPosts).toBe(said.filter(({ to }) => to === GROUP).length)
    expect(report.totals.new.held.budget).toBe(all.filter(({ held }) => held === 'budget').length)
    expect(report.totals.new.held.budget).toBeGreaterThan(report.totals.old.held.budget ?? 0)
    const ofRules = report.rules.reduce((sum, { counts }) => sum + counts.new.said, 0)
    expect(ofRules).toBe(said.length)
    for (const { memberId, new: counts } of report.people)
      expect(counts.said).toBe(said.filter(({ to }) => to === memberId).length)
    expect(report.people.map(({ memberId }) => memberId)).toContain('li')
  })

  it('judges nothing anew, changes nothing, and tells how far it is', async () => {
    const store = await stores.open()
    const policy = await takeIn(store, streamOf(7, 40), STRICT, 7)
    const everything = async () =>
      Promise.all(
        (['messages', 'decisions', 'outbox', 'rule_matches', 'demands', 'groups'] as const).map(async (table) =>
          (await store.db.selectFrom(table).selectAll().execute()).map((row) => JSON.stringify(row)).sort(),
        ),
      )
    const before = await everything()
    const seen: number[][] = []
    await tryOn(store, { old: policy, new: nothing }, { onProgress: (done, total) => seen.push([done, total]) })

    expect(await everything()).toEqual(before)
    expect(seen.at(-1)).toEqual([40, 40])
  })

  it('tells of the days asked for what the whole would tell of them, looking back on the days before', async () => {
    const store = await stores.open()
    const policy = await takeIn(store, streamOf(8, 160), STRICT, 8)
    const from = START + 5 * DAY_MS
    const whole = (await tryOn(store, { old: nothing, new: policy })).differences
    const part = await tryOn(store, { old: nothing, new: policy }, { span: { from, to: from + 3 * DAY_MS } })
    const within = whole.filter(({ message }) => message.sentAt >= from && message.sentAt < from + 3 * DAY_MS)

    expect(within.length).toBeGreaterThan(5)
    expect(decisionsOf(part.differences)).toEqual(decisionsOf(within))
    expect(part.report.first).toBeGreaterThanOrEqual(from)
    expect(part.report.last).toBeLessThan(from + 3 * DAY_MS)
  })

  it('tells of one group and still counts what the others say to a person', async () => {
    const store = await stores.open()
    const policy = await takeIn(store, streamOf(9, 160), STRICT, 9)
    const whole = (await tryOn(store, { old: nothing, new: policy })).differences
    const { differences, report } = await tryOn(store, { old: nothing, new: policy }, { groupId: 'g2' })

    expect(decisionsOf(differences)).toEqual(decisionsOf(whole.filter(({ message }) => message.groupId === 'g2')))
    expect(report.groups).toBe(1)
    expect(report.messages).toBeLessThan(160)
  })

  it('reads page after page without losing or doubling one, also where many were sent in the same moment', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy: NOTHING, rooms: { judgeOf: () => judge } })
    const messages = Array.from({ length: 2300 }, (_, index) =>
      messageOf('收到', {
        messageId: `p${index}`,
        groupId: `g${index % 3}`,
        sentAt: index < 1800 ? START : START + (index % 5) * 40 * DAY_MS,
      }),
    )
    await intake.deliver({ tenantId: 'default', channel: 'test' }, { messages })
    const every = parsePolicy('name: 全部\nrules:\n  - { id: all, when: { label: ritual }, then: [record] }\n', 'every')
    const { report, differences } = await tryOn(store, { old: nothing, new: every })

    expect(report.messages).toBe(2300)
    expect(differences.map(({ message }) => message.sentAt)).toEqual(
      messages.map(({ sentAt }) => sentAt).sort((a, b) => a - b),
    )
    expect(new Set(differences.map(({ message }) => message.messageId)).size).toBe(2300)
  }, 60_000)

  it('marks what falls into the days in which a new group is only observed', async () => {
    const store = await stores.open()
    await takeIn(store, streamOf(10, 80), STRICT, 10)
    const patient = parsePolicy(STRICT.replace('mode: enforce', 'mode: observe\nobserveFirst: 3d'), 'patient')
    const { report, differences } = await tryOn(store, { old: nothing, new: patient })

    for (const { message, decisions } of differences)
      for (const { trial } of decisions.new) expect(trial).toBe(message.sentAt < START + 3 * DAY_MS + HOUR_MS)
    expect(report.totals.new.trial).toBeGreaterThan(0)
    expect(report.totals.new.said).toBeGreaterThan(0)
  })

  it('names the groups that are known where it is asked for another, and the days that hold messages', async () => {
    const store = await stores.open()
    const policy = await takeIn(store, streamOf(11, 10), STRICT, 11)
    const policies = { old: policy, new: policy }
    await expect(tryOn(store, policies, { groupId: 'g9' })).rejects.toMatchObject({
      code: 'GROUP_UNKNOWN',
      hint: expect.stringContaining('g1、g2'),
    })
    const span = { from: START - 9 * DAY_MS, to: START - DAY_MS }
    await expect(tryOn(store, policies, { span })).rejects.toMatchObject({
      code: 'NO_MESSAGES',
      hint: expect.stringContaining('2026-03-02'),
    })
  })
})
