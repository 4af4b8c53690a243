import { describe, expect, it } from 'vitest'
import { historyNeeds } from '../../src/policy/history.ts'
import { boastRule, brief, escalate, MINUTE, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const DAY = 24 * 60 * MINUTE
const flood = rule('flood', { label: 'ritual', count: 5, within: '10m' }, ['record'])

/** Which of the messages, counted from 1, met the rule. */
function met(policy: ReturnType<typeof policyOf>, moments: number[], more: object = {}): number[] {
  const world = newWorld()
  return moments.flatMap((moment, index) =>
    say(policy, world, { label: 'ritual', at: moment, from: `p${index}`, ...more }).length > 0 ? [index + 1] : [],
  )
}

describe('a window of a count', () => {
  it('is met by the message that completes it, and again only by a fresh window', () => {
    const moments = Array.from({ length: 12 }, (_, index) => at + index * 1000)
    expect(met(policyOf([flood]), moments)).toEqual([5, 10])
  })
  it('counts messages that share a moment once each', () => {
    expect(met(policyOf([flood]), Array(11).fill(at))).toEqual([5, 10])
  })
  it('is half open: four minutes apart five messages never lie within ten minutes', () => {
    expect(
      met(
        policyOf([flood]),
        [0, 4, 8, 12, 16, 20].map((m) => at + m * MINUTE),
      ),
    ).toEqual([])
    expect(
      met(
        policyOf([flood]),
        [0, 1, 2, 3, 10].map((m) => at + m * MINUTE),
      ),
    ).toEqual([])
    expect(met(policyOf([flood]), [at, at + 1, at + 2, at + 3, at + 10 * MINUTE - 1])).toEqual([5])
  })
  it('slides: old messages leave it one by one', () => {
    expect(
      met(
        policyOf([flood]),
        [0, 9, 9, 9, 12, 12].map((m) => at + m * MINUTE),
      ),
    ).toEqual([6])
  })
  it('does not count doubtful messages, nor other labels', () => {
    const world = newWorld()
    const policy = policyOf([flood])
    for (let index = 0; index < 4; index++) {
      say(policy, world, { label: 'ritual', at, confidence: 0.79 })
      say(policy, world, { label: 'chatter', at })
      say(policy, world, { label: 'ritual', at })
    }
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
  })
  it('counts by flags and role where the rule has them', () => {
    const policy = policyOf([
      rule('m', { label: 'mandate', flags: 'asks_trace', role: 'leader', count: 2, within: '1d' }, ['record']),
    ])
    const world = newWorld()
    say(policy, world, { label: 'mandate', at, role: 'leader' })
    say(policy, world, { label: 'mandate', at, role: 'member', flags: ['asks_trace'] })
    expect(say(policy, world, { label: 'mandate', at, role: 'leader', flags: ['asks_trace'] })).toEqual([])
    expect(say(policy, world, { label: 'mandate', at, role: 'leader', flags: ['asks_trace'] })).toHaveLength(1)
  })
  it('is neither filled nor completed by exempt people', () => {
    const policy = policyOf([flood], { exempt: { roles: ['leader'] } })
    const world = newWorld()
    for (let index = 0; index < 9; index++) {
      expect(say(policy, world, { label: 'ritual', at, role: 'leader' })).toEqual([])
    }
    for (let index = 0; index < 4; index++) expect(say(policy, world, { label: 'ritual', at })).toEqual([])
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
  })
  it('is completed also by a message that is delivered late', () => {
    expect(
      met(
        policyOf([flood]),
        [2000, 3000, 4000, 5000, 1000].map((ms) => at + ms),
      ),
    ).toEqual([5])
    expect(
      met(
        policyOf([flood]),
        [60, 61, 62, 63, 0].map((m) => at + m * MINUTE),
      ),
    ).toEqual([])
  })
  it('starts afresh after an emergency that held it', () => {
    const policy = policyOf([flood], { workHours: { emergencies: ['防汛'] } })
    const world = newWorld()
    for (let index = 0; index < 4; index++) say(policy, world, { label: 'ritual', at })
    expect(brief(say(policy, world, { label: 'ritual', at, text: '防汛收到' }))).toEqual(['record!emergency'])
    for (let index = 0; index < 4; index++) expect(say(policy, world, { label: 'ritual', at })).toEqual([])
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
  })
  it('starts afresh also where the message that completed the last one is no longer at hand', () => {
    const policy = policyOf([flood])
    const world = newWorld()
    for (let index = 0; index < 7; index++) say(policy, world, { label: 'ritual', at: at + index })
    world.messages = world.messages.filter(({ messageId }) => messageId !== 'm5')
    for (let index = 7; index < 9; index++) {
      expect(say(policy, world, { label: 'ritual', at: at + index })).toEqual([])
    }
    expect(say(policy, world, { label: 'ritual', at: at + 9 })).toHaveLength(1)
  })
  it('says the number and the time in its reason', () => {
    const world = newWorld()
    for (let index = 0; index < 4; index++) say(policyOf([flood]), world, { label: 'ritual', at })
    expect(say(policyOf([flood]), world, { label: 'ritual', at })[0]?.reason).toContain('10分钟内已有5条')
  })
  it('is counted alike from exactly what the policy asks the store for', () => {
    const policy = policyOf([flood])
    const needs = historyNeeds(policy)
    const full = newWorld()
    let moment = at
    let times = 0
    for (let index = 0; index < 200; index++) {
      moment += ((index * 37) % 11) * 20_000
      const kept = {
        ...newWorld(),
        messages: full.messages
          .filter((past) => past.sentAt > moment - needs.within && needs.messageCount[past.label] > 0)
          .slice(-needs.messageCount.ritual),
        decisions: full.decisions.filter((past) => past.at > moment - needs.decisionsWithin),
      }
      const said = { label: index % 3 ? 'ritual' : 'chatter', at: moment } as const
      const decisions = say(policy, full, said)
      expect(say(policy, kept, said)).toEqual(decisions)
      times += decisions.length
    }
    expect(times).toBeGreaterThan(5)
  })
})

describe('escalation', () => {
  const policy = policyOf([
    rule('no-boasting', { label: 'boast' }, ['remind-sender'], escalate(3, '7d', ['note-owner'])),
  ])
  const boastAt = (moment: number, from = 'zhang') => ({ label: 'boast', at: moment, from }) as const

  it('takes the place of the first step at the third time', () => {
    const world = newWorld()
    expect(brief(say(policy, world, boastAt(at)))).toEqual(['remind-sender→zhang'])
    expect(brief(say(policy, world, boastAt(at + DAY)))).toEqual(['remind-sender→zhang'])
    const third = say(policy, world, boastAt(at + 2 * DAY))
    expect(brief(third)).toEqual(['note-owner→owner'])
    expect(third[0]?.reason).toContain('7天内第3次')
  })
  it('forgets: points decay with the window', () => {
    const world = newWorld()
    say(policy, world, boastAt(at))
    say(policy, world, boastAt(at + DAY))
    expect(brief(say(policy, world, boastAt(at + 7 * DAY)))).toEqual(['remind-sender→zhang'])
  })
  it('leaves no trace of a decision that was withdrawn', () => {
    const world = newWorld()
    say(policy, world, boastAt(at))
    say(policy, world, boastAt(at + DAY))
    world.decisions.pop()
    expect(brief(say(policy, world, boastAt(at + 2 * DAY)))[0]).toMatch(/^remind-sender/)
  })
  it('counts each person apart', () => {
    const world = newWorld()
    for (const from of ['zhang', 'li', 'wang']) {
      expect(brief(say(policy, world, boastAt(at, from)))).toEqual([`remind-sender→${from}`])
    }
  })
  it('counts a message once, however many actions its rule has', () => {
    const twice = policyOf([
      rule('r', { label: 'boast' }, ['record', 'remind-sender'], escalate(3, '7d', ['note-owner'])),
    ])
    const world = newWorld()
    say(twice, world, boastAt(at))
    expect(brief(say(twice, world, boastAt(at + DAY)))).toEqual(['record→null', 'remind-sender→zhang'])
  })
  it('does not count what was exempt or an emergency', () => {
    const calm = policyOf([rule('r', { label: 'boast' }, ['remind-sender'], escalate(2, '7d', ['note-owner']))], {
      workHours: { emergencies: ['防汛'] },
    })
    const world = newWorld()
    say(calm, world, { ...boastAt(at), text: '防汛工作成效显著' })
    expect(brief(say(calm, world, boastAt(at + 1)))).toEqual(['remind-sender→zhang'])
  })
  it('notes to the owner once a window about one person, never one a message', () => {
    const generous = policyOf([rule('r', { label: 'boast' }, ['record'], escalate(2, '7d', ['note-owner']))], {
      bot: { remindersPerPersonPerWeek: 50 },
    })
    const world = newWorld()
    const outcomes = Array.from({ length: 6 }, (_, day) => brief(say(generous, world, boastAt(at + day * 1000)))[0])
    expect(outcomes).toEqual(['record→null', 'note-owner→owner', ...Array(4).fill('note-owner!budget')])
  })
})

describe('what the store must fetch', () => {
  it('is nothing for a policy that looks at single messages', () => {
    const needs = historyNeeds(policyOf([boastRule]))
    expect(needs).toMatchObject({ within: 0, decisionsWithin: 0, postsWithin: 7 * DAY })
    expect(Object.values(needs.messageCount).every((count) => count === 0)).toBe(true)
  })
  it('reaches as far as the longest window and the longest escalation', () => {
    const needs = historyNeeds(
      policyOf([flood, rule('r', { label: 'boast' }, ['record'], escalate(3, '14d', ['note-owner']))]),
    )
    expect(needs).toMatchObject({ within: 10 * MINUTE, decisionsWithin: 14 * DAY })
    expect(needs.messageCount.ritual).toBeGreaterThanOrEqual(4)
    expect(needs.messageCount.boast).toBe(0)
  })
  it('reaches a day back to find who asked, where silent confirmation is offered', () => {
    const needs = historyNeeds(policyOf([rule('r', { label: 'ritual' }, ['offer-silent-confirm'])]))
    expect(needs.within).toBe(DAY)
    expect(needs.messageCount.task).toBeGreaterThan(0)
  })
})
