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
  it('is neither filled nor completed by what is said in an emergency, or with an exempt word', () => {
    const policy = policyOf([flood], { workHours: { emergencies: ['防汛'] }, exempt: { keywords: ['值班签到'] } })
    const world = newWorld()
    for (let index = 0; index < 4; index++) say(policy, world, { label: 'ritual', at })
    for (const text of ['防汛收到', '值班签到']) expect(say(policy, world, { label: 'ritual', at, text })).toEqual([])
    expect(brief(say(policy, world, { label: 'ritual', at }))).toEqual(['record→null'])
  })
  it('starts afresh after one that was completed while the bot was silenced', () => {
    const world = newWorld()
    const policy = policyOf([flood])
    for (let index = 0; index < 4; index++) say(policy, world, { label: 'ritual', at })
    expect(brief(say(policy, world, { label: 'ritual', at }, { silence: 'paused' }))).toEqual(['record!paused'])
    for (let index = 0; index < 4; index++) expect(say(policy, world, { label: 'ritual', at })).toEqual([])
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
  })
  it('starts afresh also where the message that completed the last one is no longer at hand', () => {
    const policy = policyOf([flood])
    const world = newWorld()
    for (let index = 0; index < 7; index++) say(policy, world, { label: 'ritual', at: at + index })
    world.matches = world.matches.filter(({ messageId }) => messageId !== 'm5')
    for (let index = 7; index < 9; index++) {
      expect(say(policy, world, { label: 'ritual', at: at + index })).toEqual([])
    }
    expect(say(policy, world, { label: 'ritual', at: at + 9 })).toHaveLength(1)
  })
  it('is not completed again by messages that a late one has already completed it with', () => {
    expect(
      met(
        policyOf([flood]),
        [2000, 3000, 4000, 5000, 1000, 6000, 7000, 8000, 9000, 10_000].map((ms) => at + ms),
      ),
    ).toEqual([5, 10])
  })
  it('is found also where it ends with the late message and not with the latest', () => {
    expect(
      met(
        policyOf([flood]),
        [0, 1, 2, 3, 13, 4].map((m) => at + m * MINUTE),
      ),
    ).toEqual([6])
  })
  it('is open again where the decision that completed it was taken back', () => {
    const policy = policyOf([flood])
    const world = newWorld()
    for (let index = 0; index < 5; index++) say(policy, world, { label: 'ritual', at })
    world.matches.pop()
    for (const decision of world.decisions) decision.held = 'corrected'
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
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
        count: full.count,
        matches: full.matches.filter((past) => past.sentAt > moment - needs.matchesWithin),
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

describe('the windows of a rule', () => {
  const counting = (of: string) => policyOf([rule('r', { label: 'ritual', count: 3, within: '10m', of }, ['record'])])
  const outcomes = (of: string, said: { from?: string; text?: string; quotedId?: string }[]) => {
    const world = newWorld()
    const policy = counting(of)
    return said.map((each, index) => say(policy, world, { label: 'ritual', at: at + index, ...each }).length)
  }

  it('are each sender’s own where it counts by sender', () => {
    const said = ['a', 'b', 'a', 'b', 'a', 'b', 'c'].map((from) => ({ from }))
    expect(outcomes('sender', said)).toEqual([0, 0, 0, 0, 1, 1, 0])
  })
  it('are each text’s own where it counts by text, whatever the width, the marks and the stickers', () => {
    const said = ['收到', '辛苦了', '收到!', '收 到[强]', '辛苦了'].map((text) => ({ text }))
    expect(outcomes('text', said)).toEqual([0, 0, 0, 1, 0])
  })
  it('hold no message without words where it counts by text', () => {
    expect(outcomes('text', Array(4).fill({ text: '[图片]' }))).toEqual([0, 0, 0, 0])
    const world = newWorld()
    say(counting('text'), world, { label: 'ritual', at, text: '[图片]' })
    expect(world.matches).toEqual([])
  })
  it('are each message’s own where it counts replies', () => {
    const said = ['m', 'n', 'm', 'n', 'm', 'n', 'o'].map((quotedId) => ({ quotedId }))
    expect(outcomes('reply', said)).toEqual([0, 0, 0, 0, 1, 1, 0])
  })
  it('take what quotes nothing for an answer to the last demand, and to none where there is none', () => {
    const world = newWorld()
    const policy = counting('reply')
    const reply = (ms: number) => say(policy, world, { label: 'ritual', at: at + ms }).length
    expect([reply(0), reply(1), reply(2), reply(3)]).toEqual([0, 0, 0, 0])
    say(policy, world, { label: 'task', at: at + 4, from: 'boss', role: 'leader' })
    expect([reply(5), reply(6)]).toEqual([0, 0])
    say(policy, world, { label: 'task', at: at + 7, from: 'boss', role: 'leader' })
    expect([reply(8), reply(9), reply(10)]).toEqual([0, 0, 1])
  })
  it('offer silent confirmation to the one whose message is answered, not to the last who asked', () => {
    const world = newWorld()
    const policy = policyOf([
      rule('r', { label: 'ritual', count: 2, within: '10m', of: 'reply' }, ['offer-silent-confirm']),
    ])
    say(policy, world, { label: 'task', at, from: 'boss', role: 'leader' })
    say(policy, world, { label: 'task', at: at + 1, from: 'other', role: 'leader' })
    const reply = () => brief(say(policy, world, { label: 'ritual', at: at + 2, quotedId: 'm1' }))
    expect([reply(), reply()]).toEqual([[], ['offer-silent-confirm→boss']])
  })
  it('count the same from whatever is kept, also where another window’s message is no longer at hand', () => {
    const world = newWorld()
    const policy = counting('sender')
    for (let index = 0; index < 3; index++) say(policy, world, { label: 'ritual', at: at + index, from: 'a' })
    world.matches = world.matches.filter(({ messageId }) => messageId !== 'm3')
    for (let index = 0; index < 2; index++) say(policy, world, { label: 'ritual', at: at + 3, from: 'b' })
    expect(say(policy, world, { label: 'ritual', at: at + 4, from: 'b' })).toHaveLength(1)
    expect(say(policy, world, { label: 'ritual', at: at + 4, from: 'a' })).toEqual([])
  })
})

describe('what the store must fetch', () => {
  it('is nothing for a policy that looks at single messages', () => {
    const needs = historyNeeds(policyOf([boastRule]))
    expect(needs).toEqual({
      matchesWithin: 0,
      asksWithin: 0,
      demandsWithin: 0,
      decisionsWithin: 0,
      postsWithin: 7 * DAY,
    })
  })
  it('reaches as far as the longest window and the longest escalation', () => {
    const needs = historyNeeds(
      policyOf([flood, rule('r', { label: 'boast' }, ['record'], escalate(3, '14d', ['note-owner']))]),
    )
    expect(needs).toMatchObject({ matchesWithin: 20 * MINUTE, decisionsWithin: 14 * DAY })
  })
  it('reaches a day back to find who asked, where silent confirmation is offered', () => {
    const needs = historyNeeds(policyOf([rule('r', { label: 'ritual' }, ['offer-silent-confirm'])]))
    expect(needs.asksWithin).toBe(DAY)
  })
  it('reaches a day back to find what was answered, where replies are counted', () => {
    const needs = historyNeeds(
      policyOf([rule('r', { label: 'ritual', count: 3, within: '5m', of: 'reply' }, ['record'])]),
    )
    expect(needs.asksWithin).toBe(DAY)
  })
  it('reaches as far as a repeated demand is looked for, and a day to gather notes', () => {
    const needs = historyNeeds(policyOf([rule('r', { label: 'task', repeated: '30d' }, ['note-owner'])]))
    expect(needs).toMatchObject({ demandsWithin: 30 * DAY, decisionsWithin: DAY })
  })
})
