import { describe, expect, it } from 'vitest'
import { fromChina } from '../../src/domain/calendar.ts'
import type { Purpose } from '../../src/domain/decision.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import { boastRule, brief, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const at = WEDNESDAY_10
const DAY = 86_400_000
const policy = policyOf([boastRule])
const boast = (moment: number, from = 'zhang') => ({ label: 'boast', at: moment, from }) as const
const groupNote = policyOf([rule('group', { label: 'boast' }, ['note-group'])])

function afterPosts(posts: [to: string, purpose: Purpose, at: number][]) {
  return { ...newWorld(), posts: posts.map(([to, purpose, moment]) => ({ to, purpose, at: moment })) }
}

describe('the budget of one person', () => {
  it('holds the third reminder of a week, and lets one through when the first has left the week', () => {
    const world = newWorld()
    expect(brief(say(policy, world, boast(at)))).toEqual(['remind-sender→zhang'])
    expect(brief(say(policy, world, boast(at + DAY)))).toEqual(['remind-sender→zhang'])
    expect(brief(say(policy, world, boast(at + 2 * DAY)))).toEqual(['remind-sender!budget'])
    expect(brief(say(policy, world, boast(at + 7 * DAY - 1)))).toEqual(['remind-sender!budget'])
    expect(brief(say(policy, world, boast(at + 7 * DAY)))).toEqual(['remind-sender→zhang'])
  })
  it('counts reminders and notes, not answers or digests', () => {
    const counts = (purpose: Purpose) =>
      brief(
        say(
          policy,
          afterPosts([
            ['zhang', purpose, at - 1],
            ['zhang', purpose, at - 2],
          ]),
          boast(at),
        ),
      )[0]
    expect(counts('reminder')).toBe('remind-sender!budget')
    expect(counts('note')).toBe('remind-sender!budget')
    expect(counts('answer')).toBe('remind-sender→zhang')
    expect(counts('digest')).toBe('remind-sender→zhang')
  })
  it('is each person’s own', () => {
    const world = afterPosts([
      ['li', 'reminder', at - 1],
      ['li', 'note', at - 2],
    ])
    expect(brief(say(policy, world, boast(at)))).toEqual(['remind-sender→zhang'])
  })
  it('sees what already waits for the same morning', () => {
    const world = newWorld()
    const friday = fromChina(2026, 3, 6, 21)
    const outcomes = [0, 1, 2].map((hour) => brief(say(policy, world, boast(friday + hour * 3_600_000)))[0])
    expect(outcomes).toEqual(['remind-sender→zhang', 'remind-sender→zhang', 'remind-sender!budget'])
  })
  it('counts what is to be said later on as well', () => {
    const world = afterPosts([
      ['zhang', 'reminder', at + DAY],
      ['zhang', 'note', at + 2 * DAY],
    ])
    expect(brief(say(policy, world, boast(at)))).toEqual(['remind-sender!budget'])
  })
  it('of nothing silences the bot', () => {
    const silent = policyOf([boastRule], { bot: { remindersPerPersonPerWeek: 0 } })
    expect(brief(say(silent, newWorld(), boast(at)))).toEqual(['remind-sender!budget'])
  })
  it('bounds the notes to an owner, whatever the rules that ask for them', () => {
    const noting = policyOf(
      Array.from({ length: 20 }, (_, index) =>
        rule(`r${index}`, { label: 'boast', text: `甲${index}` }, ['note-owner']),
      ),
    )
    const world = newWorld()
    const outcomes = Array.from(
      { length: 20 },
      (_, index) => brief(say(noting, world, { ...boast(at + index, `p${index}`), text: `甲${index}` }))[0],
    )
    expect(outcomes).toEqual(['note-owner→owner', 'note-owner→owner', ...Array(18).fill('note-owner!budget')])
  })
})

describe('the budget of the group', () => {
  it('is a calendar day’s, counts digests, and does not count answers', () => {
    const midnight = fromChina(2026, 3, 4)
    const outcome = (posts: Parameters<typeof afterPosts>[0]) => brief(say(groupNote, afterPosts(posts), boast(at)))[0]
    expect(
      outcome([
        [GROUP, 'digest', midnight],
        [GROUP, 'note', at - 1],
      ]),
    ).toBe('note-group!budget')
    expect(
      outcome([
        [GROUP, 'digest', midnight - 1],
        [GROUP, 'note', at - 1],
      ]),
    ).toBe('note-group→@group')
    expect(
      outcome([
        [GROUP, 'answer', at - 2],
        [GROUP, 'note', at - 1],
      ]),
    ).toBe('note-group→@group')
  })
  it('is that of the day on which it will be said', () => {
    const tomorrow = fromChina(2026, 3, 5, 8)
    const world = afterPosts([
      [GROUP, 'digest', tomorrow],
      [GROUP, 'note', tomorrow],
    ])
    expect(brief(say(groupNote, world, boast(fromChina(2026, 3, 4, 21))))).toEqual(['note-group!budget'])
  })
})

describe('one message', () => {
  it('leads to at most one private word to the same person', () => {
    const two = policyOf([boastRule, rule('second', { label: 'boast' }, ['remind-sender'])])
    expect(brief(say(two, newWorld(), boast(at)))).toEqual(['remind-sender→zhang', 'remind-sender!gathered'])
  })
  it('leads to at most one post in the group', () => {
    const two = policyOf([
      rule('one', { label: 'boast' }, ['note-group']),
      rule('two', { label: 'boast' }, ['note-group']),
    ])
    expect(brief(say(two, newWorld(), boast(at)))).toEqual(['note-group→@group', 'note-group!gathered'])
  })
  it('may lead to a word to the sender and a note to the owner', () => {
    const both = policyOf([rule('r', { label: 'boast' }, ['remind-sender', 'note-owner'])])
    expect(brief(say(both, newWorld(), boast(at)))).toEqual(['remind-sender→zhang', 'note-owner→owner'])
  })
})
