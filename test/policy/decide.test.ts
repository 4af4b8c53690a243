import { describe, expect, it } from 'vitest'
import { chinaIso, fromChina } from '../../src/domain/calendar.ts'
import { boastRule, brief, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const boast = { label: 'boast', at } as const
const mute = { can: { privateMessage: false, groupPost: false, recall: false } }

describe('a rule and a message', () => {
  it('meet where label and confidence suffice, and the sender is told in private at once', () => {
    const [decision] = say(policyOf([boastRule]), newWorld(), boast)
    expect(decision).toEqual({
      rule: 'no-boasting',
      action: 'remind-sender',
      to: 'zhang',
      held: null,
      notBefore: at,
      reason: '这条消息像是「晒成绩」(把握95%),对应规则「no-boasting」。',
    })
  })
  it('do not meet below the confidence of the rule', () => {
    expect(say(policyOf([boastRule]), newWorld(), { ...boast, confidence: 0.79 })).toEqual([])
    expect(say(policyOf([boastRule]), newWorld(), { ...boast, confidence: 0.8 })).toHaveLength(1)
  })
  it('never call a doubtful judgement certain in the reason', () => {
    const [decision] = say(policyOf([boastRule]), newWorld(), { ...boast, confidence: 0.999 })
    expect(decision?.reason).toContain('把握99%')
  })
  it('meet only where all flags of the rule hold', () => {
    const policy = policyOf([
      rule('traces', { label: 'mandate', flags: ['asks_ack', 'asks_trace'] }, ['remind-sender']),
    ])
    expect(say(policy, newWorld(), { label: 'mandate', at, flags: ['asks_ack'] })).toEqual([])
    const [decision] = say(policy, newWorld(), { label: 'mandate', at, flags: ['asks_trace', 'asks_ack', 'deadline'] })
    expect(decision?.reason).toContain('要求回复收到,要求拍照')
  })
  it('meet only where the sender has the role that the rule asks for', () => {
    const policy = policyOf([rule('leaders', { label: 'mandate', role: 'leader' }, ['remind-sender'])])
    expect(say(policy, newWorld(), { label: 'mandate', at })).toEqual([])
    expect(say(policy, newWorld(), { label: 'mandate', at, role: 'leader' })).toHaveLength(1)
  })
  it('meet out of hours only where the rule asks for it', () => {
    const policy = policyOf([rule('late', { label: 'mandate', outOfHours: true }, ['remind-sender'])])
    expect(say(policy, newWorld(), { label: 'mandate', at })).toEqual([])
    const [decision] = say(policy, newWorld(), { label: 'mandate', at: fromChina(2026, 3, 6, 22) })
    expect(decision && chinaIso(decision.notBefore)).toBe('2026-03-09T08:30:00+08:00')
    expect(decision?.reason).toContain('工作时间以外')
  })
})

describe('substantive messages', () => {
  it('are never met by a rule that names flags alone', () => {
    const policy = policyOf([rule('acks', { flags: 'asks_ack' }, ['remind-sender'])])
    for (const label of ['task', 'progress', 'problem', 'notice'] as const) {
      expect(say(policy, newWorld(), { label, at, flags: ['asks_ack'] })).toEqual([])
    }
    expect(say(policy, newWorld(), { label: 'mandate', at, flags: ['asks_ack'] })).toHaveLength(1)
  })
  it('are met by a rule that names their label', () => {
    const policy = policyOf([rule('acks', { label: ['task', 'notice'], flags: 'asks_ack' }, ['offer-silent-confirm'])])
    expect(brief(say(policy, newWorld(), { label: 'task', at, flags: ['asks_ack'] }))).toEqual([
      'offer-silent-confirm→zhang',
    ])
  })
})

describe('exemption', () => {
  it('leaves moderators and staff alone: exempt members are recorded and told nothing', () => {
    const policy = policyOf([boastRule], { exempt: { members: ['zhang'] } })
    expect(brief(say(policy, newWorld(), boast))).toEqual(['remind-sender!exempt'])
    expect(brief(say(policy, newWorld(), { ...boast, from: 'li' }))).toEqual(['remind-sender→li'])
  })
  it('leaves an exempt role alone', () => {
    const policy = policyOf([boastRule], { exempt: { roles: ['leader'] } })
    expect(brief(say(policy, newWorld(), { ...boast, role: 'leader' }))).toEqual(['remind-sender!exempt'])
  })
  it('leaves a message with an exempt keyword alone, in any width or case', () => {
    const policy = policyOf([boastRule], { exempt: { keywords: ['VIP值班'] } })
    expect(brief(say(policy, newWorld(), { ...boast, text: '今日vip值班打卡' }))).toEqual(['remind-sender!exempt'])
  })
  it('says nothing at all in an emergency, and writes it down', () => {
    const policy = policyOf([boastRule, rule('group', { label: 'boast' }, ['note-group', 'note-owner'])], {
      workHours: { emergencies: ['防汛'] },
    })
    expect(brief(say(policy, newWorld(), { ...boast, text: '@所有人 防汛二级响应,各村回复到岗' }))).toEqual([
      'remind-sender!emergency',
      'note-group!emergency',
      'note-owner!emergency',
    ])
  })
  it('covers advice as well: an exempt leader who asked for 收到 is offered nothing', () => {
    const flood = rule('flood', { label: 'ritual' }, ['offer-silent-confirm'])
    const policy = policyOf([flood], { exempt: { members: ['boss'] } })
    const world = newWorld()
    say(policy, world, { label: 'task', at, from: 'boss', role: 'leader' })
    expect(brief(say(policy, world, { label: 'ritual', at: at + 1 }))).toEqual(['offer-silent-confirm!exempt'])
  })
})

describe('who is told', () => {
  const owner = policyOf([rule('owner', { label: 'boast' }, ['note-owner'])])
  const group = policyOf([rule('group', { label: 'boast' }, ['note-group'])])
  const offer = policyOf([rule('offer', { label: ['ritual', 'mandate'] }, ['offer-silent-confirm'])])

  it('is nobody for record', () => {
    const [decision] = say(policyOf([rule('r', { label: 'boast' }, ['record'])]), newWorld(), boast)
    expect(decision).toMatchObject({ action: 'record', to: null, held: null })
  })
  it('is the owner for note-owner, and nobody where there is none or it is the sender', () => {
    expect(brief(say(owner, newWorld(), boast))).toEqual(['note-owner→owner'])
    expect(brief(say(owner, newWorld(), boast, { ownerId: null }))).toEqual(['note-owner!no-recipient'])
    expect(brief(say(owner, newWorld(), { ...boast, from: 'owner' }))).toEqual(['note-owner!no-recipient'])
  })
  it('is the group for note-group', () => {
    expect(brief(say(group, newWorld(), boast))).toEqual(['note-group→@group'])
  })
  it('is the leader who last asked for silent confirmation, not those who answered', () => {
    const world = newWorld()
    say(offer, world, { label: 'task', at, from: 'boss', role: 'leader' })
    say(offer, world, { label: 'task', at: at + 1, from: 'wang', role: 'member' })
    expect(brief(say(offer, world, { label: 'ritual', at: at + 2 }))).toEqual(['offer-silent-confirm→boss'])
  })
  it('is the leader of a notice where it asked for 收到', () => {
    const world = newWorld()
    say(offer, world, { label: 'task', at, from: 'boss', role: 'leader' })
    say(offer, world, { label: 'notice', at: at + 1, from: 'clerk', role: 'leader', flags: ['asks_ack'] })
    say(offer, world, { label: 'notice', at: at + 2, from: 'other', role: 'leader' })
    expect(brief(say(offer, world, { label: 'ritual', at: at + 3 }))).toEqual(['offer-silent-confirm→clerk'])
  })
  it('is the sender of the very message that demands 收到', () => {
    expect(brief(say(offer, newWorld(), { label: 'mandate', at, from: 'boss', role: 'leader' }))).toEqual([
      'offer-silent-confirm→boss',
    ])
  })
  it('is the owner where nobody is known to have asked, and nobody without an owner', () => {
    expect(brief(say(offer, newWorld(), { label: 'ritual', at }))).toEqual(['offer-silent-confirm→owner'])
    expect(brief(say(offer, newWorld(), { label: 'ritual', at }, { ownerId: null }))).toEqual([
      'offer-silent-confirm!no-recipient',
    ])
  })
  it('is never anybody who asked more than a day ago', () => {
    const world = newWorld()
    say(offer, world, { label: 'task', at, from: 'boss', role: 'leader' })
    expect(brief(say(offer, world, { label: 'ritual', at: at + 24 * 3_600_000 }))).toEqual([
      'offer-silent-confirm→owner',
    ])
  })
})

describe('a channel that cannot', () => {
  it('turns a note to the group into a note to the owner', () => {
    const policy = policyOf([rule('group', { label: 'boast' }, ['note-group'])])
    const decisions = say(policy, newWorld(), boast, { can: { privateMessage: true, groupPost: false, recall: false } })
    expect(brief(decisions)).toEqual(['note-owner→owner'])
  })
  it('never turns a private word into a public one: every private word becomes a record', () => {
    for (const action of ['remind-sender', 'note-owner', 'offer-silent-confirm']) {
      const policy = policyOf([rule('r', { label: 'boast' }, [action])])
      const decisions = say(policy, newWorld(), boast, {
        can: { privateMessage: false, groupPost: true, recall: false },
      })
      expect(brief(decisions)).toEqual(['record!no-channel'])
    }
  })
  it('leaves a note to the group unsaid where nothing can be said at all', () => {
    const policy = policyOf([rule('group', { label: 'boast' }, ['note-group'])])
    expect(brief(say(policy, newWorld(), boast, mute))).toEqual(['record!no-channel'])
  })
})

describe('when it is said', () => {
  it('is the next working morning for a private word, and after quiet hours for the group', () => {
    const policy = policyOf([rule('r', { label: 'boast' }, ['remind-sender', 'note-owner', 'note-group'])])
    const decisions = say(policy, newWorld(), { ...boast, at: fromChina(2026, 3, 6, 21) })
    expect(decisions.map(({ notBefore }) => chinaIso(notBefore))).toEqual([
      '2026-03-09T08:30:00+08:00',
      '2026-03-09T08:30:00+08:00',
      '2026-03-07T08:00:00+08:00',
    ])
  })
})
