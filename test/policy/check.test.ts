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
  it('is remarked on where two rules of one condition do different things', () => {
    const fight = [boastRule, rule('b', { label: 'boast' }, ['record'])]
    expect(warnings(fight)).toContain('做法却不同(remind-sender 和 record),请合并成一条')
  })
  it('is remarked on where one rule always speaks before another to the same person', () => {
    const narrow = rule('b', { label: 'boast', text: '喜报', confidence: 0.9 }, ['ask-for-details'])
    expect(warnings([boastRule, narrow])).toContain('它的话永远不会说出来;请把它写到前面')
    expect(warnings([narrow, boastRule])).toBe('')
    expect(warnings([boastRule, { ...narrow, urgent: true }])).toBe('')
    expect(warnings([boastRule, rule('b', { label: 'boast', text: '喜报' }, ['note-owner'])])).toBe('')
  })
  it.each([
    ['a wider label', { label: ['boast', 'checkin'] }],
    ['no label', { flags: 'asks_ack' }],
    ['less confidence', { label: 'boast', confidence: 0.6 }],
  ])('is not remarked on where the later rule also meets what the first does not: %s', (_, when) => {
    expect(warnings([boastRule, rule('b', when, ['remind-sender'])])).not.toContain('永远不会说出来')
  })
  it.each([
    ['text', { text: '打卡' }],
    ['a pattern', { pattern: '打卡' }],
    ['@所有人', { mentionsAll: true }],
    ['a ranking', { ranking: true }],
    ['a repeated demand', { repeated: '7d' }],
    ['the same text', { count: 2, within: '1h', of: 'text' }],
  ])('is remarked on where a message of nothing but pictures is to have %s', (_, more) => {
    expect(warnings([rule('a', { picturesOnly: true, ...more }, ['record'])])).toContain('永远不会命中')
  })
  it('is remarked on where slots are missing of what is no task', () => {
    expect(warnings([rule('a', { label: 'notice', missing: 'due' }, ['record'])])).toContain('label 里却没有 task')
  })
  it('is remarked on where the words of a rule are themselves exempt', () => {
    const rules = [rule('a', { text: ['值班签到'] }, ['remind-sender'])]
    expect(warnings(rules, { exempt: { keywords: ['签到'] } })).toContain('命中了也不会说出来')
    expect(warnings(rules, { workHours: { emergencies: ['值班'] } })).toContain('命中了也不会说出来')
    expect(warnings(rules)).toBe('')
  })
  it('is remarked on where urgency or recalling has no effect', () => {
    expect(warnings([rule('a', { label: 'boast' }, ['record'], { urgent: true })])).toContain('urgent 不起作用')
    expect(warnings([rule('a', { label: 'boast' }, ['recall'])])).toContain('bot.mayRecall 没有打开')
  })
  it('is remarked on where two words of one action list go to the same person', () => {
    const twice = rule('a', { label: 'task', missing: 'due' }, ['remind-sender', 'ask-for-details'])
    expect(warnings([twice])).toContain('后写的不会说出来')
  })
  it('is remarked on where steps of escalation are out of order or change nothing', () => {
    const steps = [escalate(3, '7d', ['note-owner']).escalate, escalate(2, '7d', ['note-group']).escalate]
    expect(warnings([rule('a', { label: 'boast' }, ['record'], { escalate: steps })])).toContain('要一步比一步大')
    const same = [escalate(2, '7d', ['note-owner']).escalate, escalate(3, '7d', ['note-owner']).escalate]
    expect(warnings([rule('a', { label: 'boast' }, ['record'], { escalate: same })])).toContain('没有变化')
  })
  it('is remarked on where an exempt or emergency word is so short that it is everywhere', () => {
    expect(warnings([boastRule], { exempt: { keywords: ['防'] } })).toContain('只有一个字')
  })
  it('is not remarked on where certainty is asked of a judge that is not asked', () => {
    expect(warnings([rule('a', { text: '打卡', confidence: 1 }, ['record'])])).toBe('')
  })
  it('and one that means what it says is not remarked on', () => {
    expect(warnings([boastRule])).toBe('')
  })
})
