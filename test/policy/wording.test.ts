import { describe, expect, it } from 'vitest'
import { ACTIONS, type Action, type Decision } from '../../src/domain/decision.ts'
import { LABELS, type Label } from '../../src/domain/label.ts'
import { type PhraseContext, phrase } from '../../src/policy/wording.ts'
import { firstRule, policyOf, rule } from './fixtures.ts'

const titled = (rest: Record<string, unknown>) => firstRule(policyOf([rule('r', { label: 'boast' }, ['record'], rest)]))
const decisionOf = (action: Action): Decision => ({
  rule: 'r',
  action,
  to: 'zhang',
  reason: '',
  held: null,
  notBefore: 0,
})
const words = (action: Action, label: Label, context: Partial<PhraseContext> = {}) =>
  phrase(decisionOf(action), { rule: undefined, label, excerpt: '我镇荣获全县第一名', ...context })

const SPOKEN = ACTIONS.filter((action) => action !== 'record' && action !== 'recall')
const longest = titled({ title: '长'.repeat(100), clause: '𠮷'.repeat(150) })
const every = SPOKEN.flatMap((action) =>
  LABELS.flatMap((label) => Array.from({ length: 12 }, (_, cause) => ({ action, label, cause: `c${cause}` }))),
)

describe('what the bot says', () => {
  it('is nothing for a record, and nothing for what is taken out', () => {
    expect(words('record', 'boast')).toBe('')
    expect(words('recall', 'boast')).toBe('')
  })
  it('is the same whenever the same is said', () => {
    expect(words('remind-sender', 'boast')).toBe(words('remind-sender', 'boast'))
  })
  it('varies from cause to cause, so that it does not sound like one', () => {
    for (const action of SPOKEN) {
      const heard = new Set(Array.from({ length: 60 }, (_, index) => words(action, 'boast', { cause: `c${index}` })))
      expect(heard.size).toBeGreaterThanOrEqual(9)
    }
  })
  it('says how to object, in every one of its forms', () => {
    for (const { action, label, cause } of every) expect(words(action, label, { cause })).toContain('「申诉」')
  })
  it('is never longer than 300 characters, whatever the rule and the message', () => {
    for (const { action, label, cause } of every) {
      const text = words(action, label, { cause, rule: longest, excerpt: '𠮷*'.repeat(100), count: 99_999 })
      expect(text.length).toBeLessThanOrEqual(300)
      expect(text.isWellFormed()).toBe(true)
    }
  })
  it('never shames: no word of blame in any of its forms', () => {
    for (const { action, label, cause } of every) {
      expect(words(action, label, { cause })).not.toMatch(/批评|通报|违规|违反|警告|处罚|不允许|禁止|严禁|问责|曝光/)
    }
  })
  it('asks for no 收到, no screenshot and no clock-in of its own', () => {
    for (const { action, label, cause } of every) {
      expect(words(action, label, { cause, excerpt: '略' })).not.toMatch(/收到请|请回复收到|请截图|请打卡|请签到/)
    }
  })
  it('leaves no gap of its templates open', () => {
    for (const { action, label, cause } of every) expect(words(action, label, { cause })).not.toMatch(/[{}]/)
  })
  it('reads nothing in a message as a template', () => {
    expect(words('note-owner', 'boast', { excerpt: '{label}{count}$&{excerpt}' })).toContain(
      '{label}{count}$\uff06{excerpt}',
    )
  })
})

describe('a reminder', () => {
  it('says what was seen, what would be welcome, and which rule it is', () => {
    const text = words('remind-sender', 'boast', {
      rule: titled({ title: '不晒成绩', clause: '浙江2019年规定「不得晒成绩」' }),
    })
    expect(text).toContain('我镇荣获全县第一名')
    expect(text).toContain('本群约定:不晒成绩')
    expect(text).toContain('依据:浙江2019年规定「不得晒成绩」')
    expect(text).toMatch(/办到了哪一步|回报交办的事|某事已办结/)
  })
  it('offers a better wording to the one who demands traces', () => {
    for (let index = 0; index < 12; index++) {
      const text = words('remind-sender', 'mandate', { cause: `c${index}`, excerpt: '收到请回复并截图' })
      expect(text).toMatch(/请于周五前报/)
    }
  })
  it('does not blame those who clock in because they were told to', () => {
    for (let index = 0; index < 12; index++) {
      expect(words('remind-sender', 'checkin', { cause: `c${index}` })).toMatch(/责任不在您|不是您的问题|不必介意/)
    }
  })
  it('shows at most 30 characters of the message', () => {
    const text = words('remind-sender', 'boast', { excerpt: '甲'.repeat(500) })
    expect(text.match(/甲+…?/)?.[0]).toHaveLength(30)
  })
  it('calls nobody by quoting a call, and lets no markup through', () => {
    const text = words('remind-sender', 'boast', { excerpt: '@所有人 **喜报** <@all> [点我](http://x.cn)' })
    expect(text).not.toMatch(/[@*<>[\]]/)
    expect(text).toContain('\uff20所有人 \uff0a\uff0a喜报')
  })
  it('is whole where the message has no text', () => {
    expect(words('remind-sender', 'checkin', { excerpt: '\u0000\n ' })).toContain('(无文字)')
  })
})

describe('a note', () => {
  it('to the owner gathers under a number where one is known', () => {
    expect(words('note-owner', 'boast', { count: 3 })).toContain(' 3 条')
    expect(words('note-owner', 'boast')).toContain('多条')
  })
  it('to the owner names nobody', () => {
    for (const label of LABELS) expect(words('note-owner', label, { count: 3 })).not.toContain('zhang')
  })
  it('in the group names nobody and quotes nobody', () => {
    for (const { label, cause } of every) {
      const text = words('note-group', label, { cause })
      expect(text).not.toContain('zhang')
      expect(text).not.toContain('我镇荣获')
    }
  })
})

describe('the offer of silent confirmation', () => {
  it('explains that readers are counted without 收到', () => {
    for (let index = 0; index < 12; index++) {
      const text = words('offer-silent-confirm', 'ritual', { cause: `c${index}` })
      expect(text).toContain('已读')
      expect(text).toMatch(/不用回复|不需要大家回复/)
    }
  })
})
