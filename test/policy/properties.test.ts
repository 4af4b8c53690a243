import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, fromChina, startOfDay } from '../../src/domain/calendar.ts'
import { ACTIONS } from '../../src/domain/decision.ts'
import { FLAGS, isSubstantive, LABELS } from '../../src/domain/label.ts'
import { ROLES } from '../../src/domain/message.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import { COUNTED, type Policy } from '../../src/domain/policy.ts'
import { type Judged, meetsAlone } from '../../src/policy/conditions.ts'
import type { DecideInput } from '../../src/policy/decide.ts'
import { namesWords } from '../../src/policy/history.ts'
import { afterQuiet, nextAllowed, outOfHours } from '../../src/policy/hours.ts'
import { escalate, newWorld, policyOf, rule, type Said, say } from './fixtures.ts'

const PEOPLE = ['zhang', 'li', 'wang', 'owner', 'boss']
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const actions = fc.uniqueArray(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 3 })
const span = fc.constantFrom('1m', '10m', '3h', '2d', '7d', '30d')

const TEXTS = [
  '一句话',
  '一句话',
  '值班打卡',
  '防汛要紧',
  '[图片]',
  '请各村接龙打卡',
  '请各村于3月6日前报送林长制巡林记录',
  '未打卡:张三、李四、王五',
]

/** Mostly nothing: a rule of many conditions meets nothing. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, nothing = 1) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: nothing }, { arbitrary, weight: 1 })
const yes = maybe(fc.constant(true), 11)

const ruleArbitrary = fc
  .record({
    when: fc.record({
      label: maybe(fc.uniqueArray(fc.constantFrom(...LABELS), { minLength: 1, maxLength: 5 })),
      flags: maybe(fc.constantFrom(...FLAGS), 8),
      role: maybe(fc.constantFrom(...ROLES), 8),
      confidence: fc.constantFrom(0.5, 0.8, 0.95),
      text: maybe(fc.constantFrom('打卡', '接龙', ['报送', '一句']), 8),
      pattern: maybe(fc.constantFrom('\\d月', '[一二]句', '接龙$'), 8),
      mentionsAll: yes,
      ranking: yes,
      picturesOnly: yes,
      missing: maybe(fc.constantFrom('due', 'assignee', ['due', 'assignee']), 8),
      repeated: maybe(span, 8),
      outOfHours: yes,
      restDay: yes,
    }),
    window: maybe(fc.tuple(fc.integer({ min: 2, max: 6 }), span, maybe(fc.constantFrom(...COUNTED)))),
    actions,
    steps: maybe(fc.array(fc.tuple(fc.integer({ min: 2, max: 4 }), span, actions), { minLength: 1, maxLength: 3 })),
    urgent: yes,
  })
  .map(({ when: drawn, window, actions, steps, urgent }) => (id: string) => {
    const { confidence, ...fields } = drawn
    const { role, repeated, outOfHours, restDay, ...telling } = fields
    const tells = Object.values(telling).some((value) => value !== undefined)
    const when = { ...drawn, label: drawn.label ?? (tells ? undefined : 'boast') }
    const [count, within, of] = window ?? []
    const counted = window === undefined ? when : { ...when, count, within, of }
    const escalation = steps && { escalate: steps.map((step) => escalate(...step).escalate) }
    return rule(id, counted, actions, { ...escalation, urgent })
  })

const policyArbitrary: fc.Arbitrary<Policy> = fc
  .record({
    rules: fc.array(ruleArbitrary, { maxLength: 6, size: 'max' }),
    quiet: fc.tuple(time, time),
    hours: fc.tuple(time, time),
    days: fc.constantFrom('workdays', 'everyday'),
    posts: fc.integer({ min: 0, max: 3 }),
    reminders: fc.integer({ min: 0, max: 3 }),
    mayRecall: fc.boolean(),
    members: fc.subarray(PEOPLE, { maxLength: 2 }),
    roles: fc.subarray([...ROLES], { maxLength: 1 }),
    keywords: fc.constantFrom([], ['值班']),
  })
  .map(({ rules, quiet, hours: [from, to], days, posts, reminders, mayRecall, members, roles, keywords }) =>
    policyOf(
      rules.map((build, index) => build(`r${index}`)),
      {
        workHours: { from, to, days, emergencies: ['防汛'] },
        bot: { quiet, groupPostsPerDay: posts, remindersPerPersonPerWeek: reminders, mayRecall },
        exempt: { members, roles, keywords },
      },
    ),
  )

/** Some come late: sent before the one that came before them. */
const gap = fc.constantFrom(0, 1, 1000, 60_000, 599_999, 3_600_000, 40_000_000, 3 * DAY_MS, -1, -60_000, -7_200_000)

const streamArbitrary: fc.Arbitrary<Said[]> = fc
  .array(
    fc.record({
      gap,
      label: fc.constantFrom(...LABELS),
      from: fc.constantFrom(...PEOPLE),
      confidence: fc.constantFrom(0.6, 0.85, 0.99),
      flags: fc.subarray([...FLAGS], { maxLength: 2 }),
      text: fc.constantFrom(...TEXTS),
      mentionsAll: fc.boolean(),
      quotedId: fc.constantFrom('m1', 'm2', undefined),
      opens: fc.constantFrom({ assignee: true, due: false }, { assignee: false, due: true }, undefined),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((steps) => {
    let at = fromChina(2026, 2, 10, 9)
    return steps.map(({ gap, quotedId, opens, ...said }) => {
      at += gap
      const role = said.from === 'boss' || said.from === 'owner' ? 'leader' : 'member'
      return { ...said, at, role, ...(quotedId && { quotedId }), ...(opens && { opens }) }
    })
  })

interface Reached {
  can: { privateMessage: boolean; groupPost: boolean; recall: boolean }
  ownerId: string | null
}

const reachArbitrary: fc.Arbitrary<Reached> = fc.record({
  can: fc.record({ privateMessage: fc.boolean(), groupPost: fc.boolean(), recall: fc.boolean() }),
  ownerId: fc.constantFrom('owner', null),
})

/** What the bot says over a stream, each with the message that led to it. */
function run(policy: Policy, stream: Said[], reach: Reached, silence: DecideInput['silence'] = null) {
  const world = newWorld()
  const all = stream.flatMap((said) =>
    say(policy, world, said, { ...reach, silence }).map((decision) => ({ said, decision })),
  )
  return { world, all, spoken: all.filter(({ decision }) => decision.held === null && decision.to !== null) }
}

/** Ten properties, 10,000 policies and streams in all. */
const whenever = (check: (policy: Policy, stream: Said[], reach: Reached) => void) =>
  fc.assert(fc.property(policyArbitrary, streamArbitrary, reachArbitrary, check), { numRuns: 1000 })

const judgedOf = ({
  from = '',
  at,
  role = 'member',
  text = '',
  confidence = 0,
  flags = [],
  ...rest
}: Said): Judged => ({
  ...rest,
  senderId: from,
  role,
  text,
  sentAt: at,
  confidence,
  flags,
})

const ABOUT_ONESELF = ['remind-sender', 'ask-for-details']

describe('whatever the policy and the messages', () => {
  it('no budget is exceeded: no day of the group, no seven days of a person', () => {
    whenever((policy, stream, reach) => {
      const { world } = run(policy, stream, reach)
      for (const { to, at } of world.posts) {
        const others = world.posts.filter((post) => post.to === to)
        if (to === GROUP) {
          const sameDay = others.filter((post) => startOfDay(post.at) === startOfDay(at))
          expect(sameDay.length).toBeLessThanOrEqual(policy.bot.groupPostsPerDay)
        } else {
          const week = others.filter((post) => post.at <= at && post.at > at - 7 * DAY_MS)
          expect(week.length).toBeLessThanOrEqual(policy.bot.remindersPerPersonPerWeek)
        }
      }
    })
  })
  it('nothing is said because of an exempt person, to one about their own doing, or in an emergency', () => {
    whenever((policy, stream, reach) => {
      const exempt = (id: string | null) =>
        policy.exempt.members.includes(id ?? '') ||
        policy.exempt.roles.some((role) => role === (id === 'boss' || id === 'owner' ? 'leader' : 'member'))
      for (const { said, decision } of run(policy, stream, reach).spoken) {
        expect(exempt(said.from ?? '')).toBe(false)
        expect(said.text).not.toBe('防汛要紧')
        if (policy.exempt.keywords.length > 0) expect(said.text).not.toBe('值班打卡')
        if (ABOUT_ONESELF.includes(decision.action)) expect(exempt(decision.to)).toBe(false)
      }
    })
  })
  it('nothing is said before its cause, in quiet hours, or in private out of hours where hours can be kept', () => {
    whenever((policy, stream, reach) => {
      for (const { said, decision } of run(policy, stream, reach).spoken) {
        expect(decision.notBefore).toBeGreaterThanOrEqual(said.at)
        expect(afterQuiet(policy, decision.notBefore)).toBe(decision.notBefore)
        const possible = !outOfHours(policy, nextAllowed(policy, fromChina(2026, 3, 2)))
        const urgent = policy.rules.find(({ id }) => id === decision.rule)?.urgent
        if (possible && decision.to !== GROUP && !urgent) expect(outOfHours(policy, decision.notBefore)).toBe(false)
      }
    })
  })
  it('no person is told twice because of one message', () => {
    whenever((policy, stream, reach) => {
      const world = newWorld()
      for (const said of stream) {
        const to = say(policy, world, said, reach)
          .filter(({ held }) => held === null)
          .flatMap(({ to }) => (to === null ? [] : [to]))
        expect(new Set(to).size).toBe(to.length)
      }
    })
  })
  it('only what the channel carries is said, and private words go to private people', () => {
    whenever((policy, stream, reach) => {
      for (const { decision } of run(policy, stream, reach).spoken) {
        expect(decision.to === GROUP).toBe(decision.action === 'note-group')
        expect(decision.to === GROUP ? reach.can.groupPost : reach.can.privateMessage).toBe(true)
      }
    })
  })
  it('substantive messages are met only by rules that name their label, or words and the like and no label', () => {
    whenever((policy, stream, reach) => {
      for (const { said, decision } of run(policy, stream, reach).all) {
        const met = policy.rules.find(({ id }) => id === decision.rule)
        if (met === undefined) throw new Error('a decision names a rule of the policy')
        if (!isSubstantive(said.label)) continue
        if (met.when.label !== undefined) expect(met.when.label).toContain(said.label)
        else expect(namesWords(met)).toBe(true)
      }
    })
  })
  it('a window of n is met by at most every nth message that the rule speaks of', () => {
    whenever((policy, stream, reach) => {
      const { all } = run(policy, stream, reach)
      for (const each of policy.rules) {
        const { id, when } = each
        if (when.count === undefined) continue
        const met = new Set(all.filter(({ decision }) => decision.rule === id).map(({ said }) => said)).size
        const spokenOf = stream.filter((said) => meetsAlone(policy, each, judgedOf(said))).length
        expect(met).toBeLessThanOrEqual(Math.floor(spokenOf / when.count))
      }
    })
  })
  it('the same input gives the same result, and changes nothing of what it was given', () => {
    whenever((policy, stream, reach) => {
      const before = structuredClone(policy)
      expect(run(policy, stream, reach).all).toEqual(run(policy, stream, reach).all)
      expect(policy).toEqual(before)
    })
  })
  it('observe and enforce decide alike', () => {
    whenever((policy, stream, reach) => {
      const observed = run({ ...policy, mode: 'observe' }, stream, reach)
      const enforced = run({ ...policy, mode: 'enforce' }, stream, reach)
      expect(observed.all).toEqual(enforced.all)
    })
  })
  it('silence silences: nothing is said, and all that would have been is recorded as held', () => {
    whenever((policy, stream, reach) => {
      for (const silence of ['paused', 'emergency'] as const) {
        const { all, world } = run(policy, stream, reach, silence)
        expect(world.posts).toEqual([])
        for (const { decision } of all) expect([silence, 'exempt', 'emergency', 'own-words']).toContain(decision.held)
      }
    })
  })
})
