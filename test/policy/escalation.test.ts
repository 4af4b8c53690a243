import { describe, expect, it } from 'vitest'
import { brief, escalate, MINUTE, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const DAY = 24 * 60 * MINUTE

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
    expect(outcomes).toEqual(['record→null', 'note-owner→owner', ...Array(4).fill('note-owner!gathered')])
  })
})

describe('several steps of escalation', () => {
  const steps = [
    escalate(2, '7d', ['remind-sender']).escalate,
    escalate(4, '7d', ['remind-sender', 'note-owner']).escalate,
    escalate(5, '14d', ['note-owner']).escalate,
  ]
  const policy = policyOf([rule('r', { label: 'boast' }, ['record'], { escalate: steps })], {
    bot: { remindersPerPersonPerWeek: 50 },
  })
  const boastAt = (moment: number) => ({ label: 'boast', at: moment }) as const

  it('follow one another, and the last that is reached counts', () => {
    const world = newWorld()
    const outcomes = Array.from({ length: 5 }, (_, index) => brief(say(policy, world, boastAt(at + index))))
    expect(outcomes).toEqual([
      ['record→null'],
      ['remind-sender→zhang'],
      ['remind-sender→zhang'],
      ['remind-sender→zhang', 'note-owner→owner'],
      ['note-owner!gathered'],
    ])
  })
  it('decay each with its own window', () => {
    const world = newWorld()
    for (let index = 0; index < 4; index++) say(policy, world, boastAt(at + index))
    expect(brief(say(policy, world, boastAt(at + 8 * DAY)))).toEqual(['note-owner!gathered'])
    expect(brief(say(policy, world, boastAt(at + 30 * DAY)))).toEqual(['record→null'])
  })
  it('do not count what was taken back', () => {
    const world = newWorld()
    for (let index = 0; index < 3; index++) say(policy, world, boastAt(at + index))
    for (const decision of world.decisions) if (decision.messageId !== 'm1') decision.held = 'corrected'
    expect(brief(say(policy, world, boastAt(at + 3)))).toEqual(['remind-sender→zhang'])
  })
  it('count a message that is delivered late within any window around it, and none that lies further apart', () => {
    const late = policyOf([rule('r', { label: 'boast' }, ['record'], escalate(3, '7d', ['note-owner']))])
    const world = newWorld()
    say(late, world, boastAt(at + DAY))
    say(late, world, boastAt(at + 2 * DAY))
    expect(brief(say(late, world, boastAt(at)))).toEqual(['note-owner→owner'])
    const apart = newWorld()
    say(late, apart, boastAt(at + 6 * DAY))
    say(late, apart, boastAt(at - 6 * DAY))
    expect(brief(say(late, apart, boastAt(at)))).toEqual(['record→null'])
  })
})
