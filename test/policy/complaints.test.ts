import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../src/domain/decision.ts'
import { policySchema } from '../../src/domain/policy.ts'
import { checkPolicy, checkReach } from '../../src/policy/check.ts'
import { decide } from '../../src/policy/decide.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { matchesPattern } from '../../src/policy/pattern.ts'
import { withMode } from '../../src/policy/with-mode.ts'
import { phrase } from '../../src/policy/wording.ts'
import {
  boastRule,
  brief,
  CAN_ALL,
  escalate,
  newWorld,
  policyOf,
  rule,
  say,
  verdictOf,
  WEDNESDAY_10,
} from './fixtures.ts'

const at = WEDNESDAY_10
const DAY = 86_400_000
const boast = { label: 'boast', at } as const
const file = (name: string) => readFileSync(new URL(`../../config/policies/${name}.yaml`, import.meta.url), 'utf8')
const standard = parsePolicy(file('standard'), 'standard.yaml')
const worded = (...words: string[]) => policyOf([rule('words', { text: words }, ['remind-sender'])])
const met = (text: string, ...words: string[]) =>
  say(worded(...words), newWorld(), { label: 'notice', at, text }).length > 0

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

describe('false positives and explanations, as users of such systems complain of them', () => {
  it('1: 大麻 does not block 大麻烦', () => {
    expect(met('这次可惹了大麻烦', '大麻')).toBe(false)
    expect(met('昨夜缴获大麻一批', '大麻')).toBe(true)
  })
  it('2: harmless text that has the words of a rule in it is left alone by the shipped rules', () => {
    const texts = ['值班人员今天打卡机坏了,请维修', '请关注下午的暴雨', '已投票选出业委会', '排名不分先后']
    for (const text of texts) {
      for (const label of ['task', 'progress', 'problem', 'notice'] as const) {
        expect(say(standard, newWorld(), { label, at, text })).toEqual([])
      }
    }
  })
  it('3: a word inside a longer word is not that word, in any script', () => {
    expect(met('Scunthorpe', 'cunt')).toBe(false)
    expect(met('tokyo', 'ok')).toBe(false)
    expect(met('ok!', 'ok')).toBe(true)
  })
  it('4: a pattern may be used, and none makes the filter slow', () => {
    const long = 'a'.repeat(20_000)
    matchesPattern(long, '(a+)+$!')
    const start = performance.now()
    expect(matchesPattern(long, '(a+)+$!')).toBe(false)
    expect(performance.now() - start).toBeLessThan(1000)
  })
  it('5: the reason says which word was met', () => {
    const [decision] = say(worded('接龙', '打卡'), newWorld(), { label: 'notice', at, text: '请大家打卡' })
    expect(decision?.reason).toContain('有「打卡」')
    expect(decision?.reason).not.toContain('接龙')
  })
  it('6: a note to the owner carries the message that led to it', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['note-owner'])])
    const [decision] = say(policy, newWorld(), boast)
    const words = decision && phrase(decision, { rule: policy.rules[0], label: 'boast', excerpt: '我镇荣获第一名' })
    expect(words).toContain('「我镇荣获第一名」')
  })
  it('7: who types fast is not punished for it, and what a flood leads to is for the admin to choose', () => {
    const world = newWorld()
    for (let index = 0; index < 50; index++) {
      expect(say(standard, world, { label: 'progress', at: at + index, text: `第${index}户已走访` })).toEqual([])
    }
    for (const action of ACTIONS) {
      const policy = policyOf([rule('f', { label: 'ritual', count: 2, within: '1m', of: 'sender' }, [action])])
      const flood = newWorld()
      say(policy, flood, { label: 'ritual', at })
      expect(say(policy, flood, { label: 'ritual', at: at + 1 })).toHaveLength(1)
    }
  })
  it('8: a message that was taken back counts in no flood', () => {
    const policy = policyOf([rule('f', { label: 'ritual', count: 3, within: '10m' }, ['record'])])
    const world = newWorld()
    for (let index = 0; index < 2; index++) say(policy, world, { label: 'ritual', at })
    world.matches.pop()
    expect(say(policy, world, { label: 'ritual', at })).toEqual([])
    expect(say(policy, world, { label: 'ritual', at })).toHaveLength(1)
  })
  it('9: an edited message is not its own duplicate', () => {
    const policy = policyOf([
      rule('same', { label: 'ritual', count: 2, within: '10m', of: 'text' }, ['record']),
      rule('again', { label: 'ritual', repeated: '7d' }, ['record']),
    ])
    const message = {
      messageId: 'm1',
      senderId: 'a',
      text: '请报送林长制巡林记录',
      sentAt: at,
      role: 'member' as const,
    }
    const empty = { matches: [], asks: [], demands: [], decisions: [], posts: [] }
    const input = { policy, message, verdict: verdictOf('ritual'), ownerId: 'owner', can: CAN_ALL }
    const { matches, decisions } = decide({ ...input, history: empty })
    expect(matches).toHaveLength(1)
    expect(decisions).toEqual([])
    const demands = [{ groupId: 'g', messageId: 'm1', senderId: 'a', sentAt: at }]
    expect(decide({ ...input, history: { ...empty, matches, demands } }).decisions).toEqual([])
  })
  it('11: no number of short harmless messages buys anybody an exemption', () => {
    const world = newWorld()
    for (let index = 0; index < 200; index++) say(standard, world, { label: 'progress', at: at + index, text: '好' })
    expect(brief(say(standard, world, { ...boast, at: at + 300 }))).toEqual(['remind-sender→zhang'])
  })
  it('12: nobody gets on the list of the exempt but by an admin’s hand', () => {
    const policy = frozen(policyOf([boastRule], { exempt: { members: ['li'] } }))
    const world = newWorld()
    for (let index = 0; index < 20; index++) say(policy, world, { ...boast, at: at + index * DAY })
    expect(policy.exempt.members).toEqual(['li'])
  })
})

describe('dry runs and undoing, as users of such systems complain of them', () => {
  it('14: what enforcing would do can be seen before it is done', () => {
    const [observe, enforce] = (['observe', 'enforce'] as const).map((mode) => ({ ...standard, mode }))
    if (!observe || !enforce) throw new Error('unreachable')
    const decided = (policy: typeof standard) => say(policy, newWorld(), boast)
    expect(decided(observe)).toEqual(decided(enforce))
  })
  it('15: the two modes are called observe and enforce, and whoever calls them otherwise is told so', () => {
    const refusal = (mode: string) => () => parsePolicy(`name: a\nmode: ${mode}\nrules: []\n`, 'p.yaml')
    expect(refusal('dry-run')).toThrow('是不是想写 observe?')
    expect(refusal('试运行')).toThrow('是不是想写 observe?')
    expect(refusal('训练')).toThrow('可以写 observe、enforce')
  })
  it('16: a policy that does not say so observes', () => {
    expect(policySchema.parse({ name: 'a', rules: [] }).mode).toBe('observe')
  })
  it('17: to enforce what was observed changes the mode and nothing else', () => {
    const enforced = parsePolicy(withMode(file('standard'), 'enforce'), 'standard.yaml')
    expect(enforced).toEqual({ ...standard, mode: 'enforce' })
  })
  it('18: no consequence is forced on a rule: any may be chosen, down to a mere record', () => {
    for (const action of ACTIONS)
      expect(policyOf([rule('r', { label: 'boast' }, [action])]).rules[0]?.then).toEqual([action])
  })
  it('19: what is dangerous in a policy is warned of when it is loaded', () => {
    expect(checkPolicy(policyOf([boastRule], { exempt: { keywords: ['好'] } })).join()).toContain('只有一个字')
    expect(checkPolicy(policyOf([rule('r', { flags: 'asks_ack' }, ['remind-sender'])])).join()).toContain('不会看任务')
  })
  it('20: no rule is silently off: what can never be met or never be said is named', () => {
    const off = policyOf([rule('r', { label: 'boast', confidence: 1 }, ['remind-sender'])])
    expect(checkPolicy(off).join()).toContain('永远不会命中')
    expect(checkReach(policyOf([boastRule]), { ...CAN_ALL, privateMessage: false }).join()).toContain('只会记录')
  })
  it('21: the bot does not react to its own reasons, whoever quotes them', () => {
    const [decision] = say(standard, newWorld(), boast)
    if (!decision) throw new Error('unreachable')
    const text = phrase(decision, { rule: undefined, label: 'boast', excerpt: '喜报' })
    expect(brief(say(standard, newWorld(), { ...boast, text }))).toEqual(['remind-sender!own-words'])
  })
  it('22: a consequence changes nothing of the verdict that it follows from', () => {
    const verdict = frozen(verdictOf('boast'))
    const message = { messageId: 'm', senderId: 'a', text: '喜报', sentAt: at, role: 'member' as const }
    const history = frozen({ matches: [], asks: [], demands: [], decisions: [], posts: [] })
    const input = { policy: standard, message, verdict, history, ownerId: null, can: CAN_ALL }
    expect(decide(input).decisions).toHaveLength(1)
    expect(verdict).toEqual(verdictOf('boast'))
  })
  it('24: a switch that softens a consequence is heeded: without mayRecall nothing is recalled', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['recall'])])
    expect(brief(say(policy, newWorld(), boast, { can: { ...CAN_ALL, recall: true } }))).toEqual([
      'remind-sender→zhang',
    ])
  })
})

describe('exemptions, escalation and appeal, as users of such systems complain of them', () => {
  it('25: moderators and staff are exempt where the policy says so, by name and by role', () => {
    const policy = policyOf([boastRule], { exempt: { roles: ['leader'], members: ['clerk'] } })
    expect(brief(say(policy, newWorld(), { ...boast, role: 'leader' }))).toEqual(['remind-sender!exempt'])
    expect(brief(say(policy, newWorld(), { ...boast, from: 'clerk' }))).toEqual(['remind-sender!exempt'])
  })
  it('25: too many @所有人 are answered by themselves, with the reason, and in private', () => {
    const policy = policyOf([
      rule('all', { mentionsAll: true, count: 2, within: '1d', of: 'sender' }, ['remind-sender']),
    ])
    const world = newWorld()
    const call = () => say(policy, world, { label: 'notice', at, mentionsAll: true })
    call()
    const [decision] = call()
    expect(decision).toMatchObject({ to: 'zhang', reason: expect.stringContaining('@了所有人') })
  })
  it('26: the list of the exempt is edited in the policy, and a slip in it is shown at its line', () => {
    const text = 'name: a\nrules: []\nexempt:\n  member: [li]\n'
    expect(() => parsePolicy(text, 'p.yaml')).toThrow('p.yaml:4:3 exempt.member: 没有这个字段,是不是想写 members?')
  })
  it('27: points expire with their window, and one that was withdrawn is as if it had never been', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['record'], escalate(2, '7d', ['note-owner']))])
    const later = (days: number) => ({ ...boast, at: at + days * DAY })
    const expired = newWorld()
    say(policy, expired, boast)
    expect(brief(say(policy, expired, later(7)))).toEqual(['record→null'])
    const withdrawn = newWorld()
    say(policy, withdrawn, boast)
    for (const decision of withdrawn.decisions) decision.held = 'corrected'
    expect(brief(say(policy, withdrawn, later(1)))).toEqual(['record→null'])
  })
  it('28: every word to a person says how to appeal', () => {
    for (const action of ['remind-sender', 'ask-for-details', 'offer-silent-confirm', 'note-owner'] as const) {
      const decision = { rule: 'r', action, to: 'a', reason: '', held: null, notBefore: 0 }
      expect(phrase(decision, { rule: standard.rules[0], label: 'boast', excerpt: 'x' })).toContain('「申诉」')
    }
  })
  it('29: warnings are counted and escalate within a window', () => {
    const world = newWorld()
    const outcomes = [0, 1, 2].map((day) => brief(say(standard, world, { ...boast, at: at + day * 3_600_000 }))[0])
    expect(outcomes).toEqual(['remind-sender→zhang', 'remind-sender→zhang', 'note-owner→owner'])
  })
  it('30: an admin is not notified of every message: one note stands for many, within a budget a week', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['note-owner'])])
    const world = newWorld()
    const notes = Array.from({ length: 100 }, (_, index) =>
      brief(say(policy, world, { ...boast, at: at + index * 3_600_000, from: `p${index % 9}` })),
    ).filter(([outcome]) => outcome === 'note-owner→owner')
    expect(notes).toHaveLength(2)
  })
  it('31: lists and limits have their effect: with and without them differs', () => {
    const outcome = (rest: Record<string, unknown>) =>
      brief(say(policyOf([boastRule], rest), newWorld(), { ...boast, text: '今日交接班' }))
    expect(outcome({})).toEqual(['remind-sender→zhang'])
    expect(outcome({ exempt: { members: ['zhang'] } })).toEqual(['remind-sender!exempt'])
    expect(outcome({ exempt: { roles: ['member'] } })).toEqual(['remind-sender!exempt'])
    expect(outcome({ exempt: { keywords: ['交接班'] } })).toEqual(['remind-sender!exempt'])
    expect(outcome({ workHours: { emergencies: ['交接'] } })).toEqual(['remind-sender!emergency'])
    expect(outcome({ bot: { remindersPerPersonPerWeek: 0 } })).toEqual(['remind-sender!budget'])
  })
})
