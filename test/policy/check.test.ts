import { describe, expect, it } from 'vitest'
import { checkPolicy } from '../../src/policy/check.ts'
import { boastRule, escalate, policyOf, rule } from './fixtures.ts'

const warnings = (...input: Parameters<typeof policyOf>) => checkPolicy(policyOf(...input)).join('\n')

describe('a policy that says what it cannot mean', () => {
  it('is remarked on where a rule asks for certainty', () => {
    expect(warnings([rule('a', { label: 'boast', confidence: 1 }, ['record'])])).toContain('永远不会命中')
  })
  it('is remarked on where a label never bears the flags', () => {
    expect(warnings([rule('a', { label: ['ritual', 'boast'], flags: 'asks_ack' }, ['record'])])).toContain(
      '永远不会命中',
    )
    expect(warnings([rule('a', { label: ['mandate', 'boast'], flags: 'asks_ack' }, ['record'])])).toBe('')
  })
  it('is remarked on where the role of a rule is exempt, or everybody is', () => {
    const rules = [rule('a', { label: 'mandate', role: 'leader' }, ['record'])]
    expect(warnings(rules, { exempt: { roles: ['leader'] } })).toContain('已豁免 leader')
    expect(warnings(rules, { exempt: { roles: ['leader', 'member'] } })).toContain('豁免了所有人')
  })
  it('is remarked on where it is always working time', () => {
    const rules = [rule('a', { label: 'mandate', outOfHours: true }, ['record'])]
    const hours = { workHours: { days: 'everyday', from: '00:00', to: '23:59' } }
    expect(warnings(rules, hours)).toContain('全天都是工作时间')
  })
  it('is remarked on where an action escalates to itself', () => {
    expect(warnings([rule('a', { label: 'boast' }, ['record'], escalate(2, '7d', ['record']))])).toContain('没有变化')
  })
  it('is remarked on where a step can never be reached', () => {
    const never = rule('a', { label: 'boast', confidence: 1 }, ['record'], escalate(2, '7d', ['note-owner']))
    expect(warnings([never])).toContain('escalate 永远不会发生')
  })
  it('is remarked on where a flood of many is counted against one', () => {
    const flood = rule('a', { label: 'ritual', count: 5, within: '10m' }, ['record'], escalate(2, '7d', ['note-owner']))
    expect(warnings([flood])).toContain('刷屏由多人造成')
  })
  it('is remarked on where a rule of flags alone would be expected to look at tasks', () => {
    expect(warnings([rule('a', { flags: 'asks_ack' }, ['record'])])).toContain('不会看任务')
  })
  it('is remarked on where two rules have the same condition, or an action is written twice', () => {
    expect(warnings([boastRule, rule('b', { label: ['boast'] }, ['record'])])).toContain('完全一样')
    expect(warnings([rule('b', { label: 'boast' }, ['record', 'record'])])).toContain('写了两次')
  })
  it('is remarked on where a budget of nothing silences an action', () => {
    expect(warnings([boastRule], { bot: { remindersPerPersonPerWeek: 0 } })).toContain('私聊提醒永远不会说出来')
    const note = [rule('a', { label: 'boast' }, ['note-group'])]
    expect(warnings(note, { bot: { groupPostsPerDay: 0 } })).toContain('note-group 永远不会说出来')
  })
  it('is remarked on where quiet hours cover all working hours', () => {
    expect(warnings([boastRule], { bot: { quiet: ['08:00', '20:00'] } })).toContain('静默时段盖住了整个 workHours')
  })
  it('is remarked on where it has no rules', () => {
    expect(warnings([])).toContain('没有规则')
  })
  it('and one that means what it says is not remarked on', () => {
    expect(warnings([boastRule])).toBe('')
  })
})
