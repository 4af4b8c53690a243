import { describe, expect, it } from 'vitest'
import { inboxEntries } from '../../src/web/pages/sandbox/inboxEntries.ts'
import type { ShownPost, ToldLine } from '../../src/web/pages/sandbox/types.ts'

const AT = '2026-11-23T09:00:00+08:00'
const LATER = '2026-11-23T09:01:00+08:00'
const post = (changes: Partial<ShownPost>): ShownPost => ({
  outboxId: 'o1',
  to: 'limei',
  purpose: 'reminder',
  body: '您好',
  buttons: [],
  state: 'sent',
  held: null,
  notBefore: AT,
  at: AT,
  ...changes,
})
const told = (changes: Partial<ToldLine>): ToldLine => ({
  messageId: 'm1',
  memberId: 'limei',
  text: '申诉',
  pressed: false,
  at: LATER,
  answer: { body: '申诉已记下', at: LATER },
  ...changes,
})

describe('inboxEntries', () => {
  it('puts the newest first, and an answer above what it answers', () => {
    const entries = inboxEntries('limei', [post({})], [told({})])
    expect(entries.map(({ kind }) => kind)).toEqual(['answer', 'told', 'post'])
  })

  it('keeps an answer above its question where the clocks of page and server differ', () => {
    const entries = inboxEntries('limei', [], [told({ answer: { body: '申诉已记下', at: AT } })])
    expect(entries.map(({ kind }) => kind)).toEqual(['answer', 'told'])
  })

  it("shows nobody another's words, nor what was gathered into another word", () => {
    const posts = [post({ to: 'wang' }), post({ to: 'group' }), post({ state: 'held', held: 'gathered' })]
    expect(inboxEntries('limei', posts, [told({ memberId: 'wang' })])).toEqual([])
    expect(inboxEntries('limei', [post({ state: 'held', held: 'budget' })], [])).toHaveLength(1)
  })
})
