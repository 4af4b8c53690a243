import { describe, expect, it } from 'vitest'
import type { Suggestion } from '../../src/burden/suggestion.ts'
import { suggestionNote } from '../../src/burden/suggestion-note.ts'
import { type Told, untold } from '../../src/burden/untold.ts'
import { daysAgo, NOW } from './group-fixtures.ts'

const suggestion = (changes: Partial<Suggestion> = {}): Suggestion => ({
  check: 'idle',
  groupId: 'g1',
  otherGroupId: null,
  to: 'chen',
  reason: '「甲群」已有 61 天没有动静:建议解散。',
  facts: {},
  ...changes,
})
const told = (changes: Partial<Told> = {}): Told => ({
  groupId: 'g1',
  kind: 'idle',
  otherGroupId: '',
  recipient: 'chen',
  times: 1,
  lastAt: daysAgo(31),
  ...changes,
})
const MERGE = suggestion({ check: 'duplicate', otherGroupId: 'g2' })
const LIST = suggestion({ check: 'registry', reason: '「甲群」缺用途' })

describe('checks 13–16 ask', () => {
  it('about a group and check once a month', () => {
    expect(untold([suggestion()], [], NOW)).toHaveLength(1)
    expect(untold([suggestion()], [told({ lastAt: daysAgo(29) })], NOW)).toEqual([])
    expect(untold([suggestion()], [told()], NOW)).toHaveLength(1)
    expect(untold([suggestion()], [told({ groupId: 'g2', lastAt: daysAgo(1) })], NOW)).toHaveLength(1)
    expect(untold([suggestion()], [told({ kind: 'ended', lastAt: daysAgo(1) })], NOW)).toHaveLength(1)
  })

  it('nobody else within the month either: a new owner is not asked what the last one was', () => {
    expect(untold([suggestion()], [told({ recipient: 'wang', lastAt: daysAgo(7) })], NOW)).toEqual([])
  })

  it('three times in all: not to follow is an answer, too', () => {
    expect(untold([suggestion()], [told({ times: 2 })], NOW)).toHaveLength(1)
    expect(untold([suggestion()], [told({ times: 3 })], NOW)).toEqual([])
    expect(untold([suggestion()], [told({ times: 1 }), told({ recipient: 'wang', times: 2 })], NOW)).toEqual([])
  })

  it('about a pair once, whichever of the two is the smaller one now', () => {
    const before = [told({ kind: 'duplicate', groupId: 'g2', otherGroupId: 'g1', lastAt: daysAgo(300) })]
    expect(untold([MERGE], before, NOW)).toEqual([])
    expect(untold([MERGE], [told({ kind: 'duplicate', otherGroupId: 'g3' })], NOW)).toEqual([MERGE])
  })

  it('the same person about registrations once a month, however many groups come up', () => {
    const before = [told({ kind: 'registry', groupId: 'g7', lastAt: daysAgo(7) })]
    expect(untold([LIST], before, NOW)).toEqual([])
    expect(untold([{ ...LIST, to: 'wang' }], before, NOW)).toHaveLength(1)
  })

  it('nobody where nobody is known', () => {
    expect(untold([suggestion({ to: null })], [], NOW)).toEqual([])
  })
})

describe('the note on groups', () => {
  it('gathers all suggestions to one person, and says that the bot does nothing by itself', () => {
    const { body, told: said } = suggestionNote([suggestion(), MERGE, LIST])
    expect(body.match(/^\d+\. /gm)).toEqual(['1. ', '2. ', '3. '])
    expect(body).toContain('机器人不会解散或合并任何群')
    expect(body).toContain('3. 有 1 个群登记不全:「甲群」缺用途。')
    expect(said).toEqual([suggestion(), MERGE, LIST])
  })

  it('makes ten points at most and leaves the others for another week', () => {
    const many = Array.from({ length: 14 }, (_, i) => suggestion({ groupId: `g${i}` }))
    expect(suggestionNote(many).told).toEqual(many.slice(0, 10))
    expect(suggestionNote([...many, LIST]).told).toEqual([...many.slice(0, 9), LIST])
  })

  it('counts the incomplete registrations that it does not name, and stays short for ten thousand of them', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ ...LIST, groupId: `g${i}` }))
    const { body, told: said } = suggestionNote(many)
    expect(body).toMatch(/有 10000 个群登记不全.*另有 9990 个群/)
    expect(body.length).toBeLessThan(500)
    expect(said).toHaveLength(10_000)
  })
})
