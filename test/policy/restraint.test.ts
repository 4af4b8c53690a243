import { describe, expect, it } from 'vitest'
import { chinaIso, fromChina } from '../../src/domain/calendar.ts'
import { LABELS } from '../../src/domain/label.ts'
import { policySchema } from '../../src/domain/policy.ts'
import { checkReach } from '../../src/policy/check.ts'
import { phrase } from '../../src/policy/wording.ts'
import { boastRule, brief, CAN_ALL, firstRule, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const DAY = 86_400_000
const boast = { label: 'boast', at } as const

describe('an urgent rule', () => {
  const urgent = rule('secret', { text: '机密' }, ['remind-sender'], { urgent: true })
  it('says its private word out of hours, and still not in the quiet hours', () => {
    const when = (hour: number) => {
      const said = { label: 'notice', at: fromChina(2026, 3, 7, hour), text: '机密' } as const
      const [decision] = say(policyOf([urgent]), newWorld(), said)
      return decision && chinaIso(decision.notBefore)
    }
    expect(when(10)).toBe('2026-03-07T10:00:00+08:00')
    expect(when(19)).toBe('2026-03-07T19:00:00+08:00')
    expect(when(22)).toBe('2026-03-08T08:00:00+08:00')
  })
  it('is the one that is heard where another rule speaks to the same person about the same message', () => {
    const policy = policyOf([boastRule, urgent])
    const said = { ...boast, at: fromChina(2026, 3, 7, 10), text: '机密工作再创佳绩' }
    const decisions = say(policy, newWorld(), said)
    expect(decisions.map(({ rule, held }) => [rule, held])).toEqual([
      ['secret', null],
      ['no-boasting', 'gathered'],
    ])
    expect(decisions[0]?.notBefore).toBe(said.at)
  })
  it('keeps the budget as well', () => {
    const policy = policyOf([urgent], { bot: { remindersPerPersonPerWeek: 1 } })
    const world = newWorld()
    const said = { label: 'notice', at, text: '机密' } as const
    expect(brief(say(policy, world, said))).toEqual(['remind-sender→zhang'])
    expect(brief(say(policy, world, said))).toEqual(['remind-sender!budget'])
  })
})

describe('a note to the owner', () => {
  const noting = policyOf(
    [rule('r', { label: 'boast' }, ['note-owner']), rule('s', { label: 'checkin' }, ['note-owner'])],
    {
      bot: { remindersPerPersonPerWeek: 50 },
    },
  )
  it('stands for all of its rule within a day, whoever they are by, and the next day there may be another', () => {
    const world = newWorld()
    const from = (who: string, more: number) =>
      brief(say(noting, world, { label: 'boast', at: at + more, from: who }))[0]
    expect([from('a', 0), from('b', 1), from('c', DAY - 1), from('d', DAY)]).toEqual([
      'note-owner→owner',
      'note-owner!gathered',
      'note-owner!gathered',
      'note-owner→owner',
    ])
  })
  it('of one rule does not stand for one of another', () => {
    const world = newWorld()
    say(noting, world, boast)
    expect(brief(say(noting, world, { label: 'checkin', at }))).toEqual(['note-owner→owner'])
  })
  it('that was itself held stands for nothing', () => {
    const world = newWorld()
    say(noting, world, boast, { silence: 'paused' })
    expect(brief(say(noting, world, { ...boast, at: at + 1 }))).toEqual(['note-owner→owner'])
  })
  it('in the group is gathered in the same way', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['note-group'])])
    const world = newWorld()
    expect(brief(say(policy, world, boast))).toEqual(['note-group→@group'])
    expect(brief(say(policy, world, { ...boast, at: at + 1, from: 'li' }))).toEqual(['note-group!gathered'])
  })
})

describe('the bot’s own words', () => {
  const policy = policyOf([
    rule('r', { label: [...LABELS] }, ['remind-sender']),
    rule('n', { label: [...LABELS] }, ['note-owner']),
  ])
  it('lead to nothing where somebody shows them to others, in any of their forms', () => {
    for (const label of LABELS) {
      for (let index = 0; index < 12; index++) {
        const decision = { rule: 'r', action: 'remind-sender', to: 'a', reason: '', held: null, notBefore: 0 } as const
        const text = `大家看机器人给我发的:${phrase(decision, { rule: firstRule(policy), label, excerpt: '略', cause: `c${index}` })}`
        expect(new Set(say(policy, newWorld(), { label: 'chatter', at, text }).map(({ held }) => held))).toEqual(
          new Set(['own-words']),
        )
      }
    }
  })
  it('lead to nothing where only a sentence of them is shown', () => {
    const text = '机器人说“不回复不代表没看到,需要您反馈时会单独说明。”笑死'
    expect(brief(say(policy, newWorld(), { label: 'chatter', at, text }))[0]).toBe('remind-sender!own-words')
  })
  it('do not excuse the better wording that they propose: whoever follows the advice is treated as anybody', () => {
    const text = '有异常的村请于周五前报,没有异常的不用回复。'
    expect(brief(say(policy, newWorld(), { label: 'task', at, text }))[0]).toBe('remind-sender→zhang')
  })
  it('neither fill a window nor count towards a step', () => {
    const flood = policyOf([rule('f', { label: 'chatter', count: 2, within: '10m' }, ['record'])])
    const world = newWorld()
    const quoted = '“不回复不代表没看到,需要您反馈时会单独说明。”'
    for (let index = 0; index < 5; index++)
      expect(say(flood, world, { label: 'chatter', at, text: quoted })).toEqual([])
    expect(say(flood, world, { label: 'chatter', at })).toEqual([])
  })
})

describe('a silence', () => {
  const policy = policyOf([rule('r', { label: 'boast' }, ['remind-sender', 'note-owner', 'note-group', 'recall'])], {
    bot: { mayRecall: true },
  })
  it.each(['emergency', 'paused'] as const)('because of %s holds everything and records that it did', (silence) => {
    const decisions = say(policy, newWorld(), boast, { silence, can: { ...CAN_ALL, recall: true } })
    expect(decisions).toHaveLength(4)
    for (const { held, to } of decisions) expect([held, to]).toEqual([silence, null])
  })
  it('that has ended holds nothing, and what it held has cost no budget', () => {
    const world = newWorld()
    for (let index = 0; index < 5; index++) say(policy, world, boast, { silence: 'paused' })
    expect(world.posts).toEqual([])
    expect(brief(say(policy, world, boast))[0]).toBe('remind-sender→zhang')
  })
  it('leaves an exempt person what they are: exempt', () => {
    const exempt = policyOf([boastRule], { exempt: { members: ['zhang'] } })
    expect(brief(say(exempt, newWorld(), boast, { silence: 'paused' }))).toEqual(['remind-sender!exempt'])
  })
})

describe('to recall', () => {
  const recalling = (mayRecall: boolean) =>
    policyOf([rule('r', { label: 'boast' }, ['recall'])], { bot: { mayRecall } })
  const can = { ...CAN_ALL, recall: true }
  it('is done where the platform lets the bot and an admin has switched it on', () => {
    expect(brief(say(recalling(true), newWorld(), boast, { can }))).toEqual(['recall→null'])
  })
  it('is a private word where either is lacking', () => {
    expect(brief(say(recalling(false), newWorld(), boast, { can }))).toEqual(['remind-sender→zhang'])
    expect(brief(say(recalling(true), newWorld(), boast))).toEqual(['remind-sender→zhang'])
  })
  it('is a record where nothing can be said in private either', () => {
    const mute = { privateMessage: false, groupPost: true, recall: false }
    expect(brief(say(recalling(true), newWorld(), boast, { can: mute }))).toEqual(['record!no-channel'])
  })
  it('and to tell the sender why is one word, not two, where recall falls back to it', () => {
    const both = policyOf([rule('r', { label: 'boast' }, ['recall', 'remind-sender'])])
    expect(brief(say(both, newWorld(), boast))).toEqual(['remind-sender→zhang', 'remind-sender!gathered'])
  })
})

describe('what a group’s channels cannot carry of a policy', () => {
  const policy = policyOf([
    rule('a', { label: 'boast' }, ['recall', 'note-group']),
    rule('b', { label: 'checkin' }, ['record'], { title: '不用打卡' }),
    rule('c', { label: 'mandate' }, ['remind-sender', 'note-owner']),
  ])
  it('is nothing where they carry all', () => {
    expect(checkReach(policy, { privateMessage: true, groupPost: true, recall: true })).toEqual([])
  })
  it('is said a sentence a rule and reason, with what will be done instead', () => {
    const lacking = checkReach(policy, { privateMessage: false, groupPost: false, recall: false })
    expect(lacking).toEqual([
      '规则「a」(a):本群的通道不能撤回成员的消息,recall 会改为私下提醒',
      '规则「a」(a):本群的通道不能在群里说话,note-group 会改为告知群主',
      '规则「c」(c):本群的通道不能私下说话,remind-sender 只会记录',
      '规则「c」(c):本群的通道不能私下说话,note-owner 只会记录',
    ])
  })
})

describe('observing first', () => {
  it('is a length of time, and is not asked for unless it is written', () => {
    expect(policyOf([]).observeFirst).toBeUndefined()
    expect(policyOf([], { observeFirst: '7d' }).observeFirst).toBe(7 * DAY)
  })
  it('of no time at all is refused', () => {
    for (const observeFirst of ['0d', 7, true, '-1d', '7 d']) {
      expect(policySchema.safeParse({ name: 'x', rules: [], observeFirst }).success).toBe(false)
    }
  })
})
