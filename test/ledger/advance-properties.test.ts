import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSubstantive, LABELS } from '../../src/domain/label.ts'
import type { LedgerItem } from '../../src/domain/ledger.ts'
import { advance } from '../../src/ledger/advance.ts'
import { fold } from '../../src/ledger/fold.ts'
import type { LedgerInput, LedgerView } from '../../src/ledger/ledger-view.ts'
import { dueAtFour, MEMBERS, messageOf, NINE, play, roleOf } from './ledger-fixtures.ts'

const FRAGMENTS = [
  '各村',
  '柳河村',
  '@柳河村-张大勇',
  '@所有人',
  '危房台账',
  '取消',
  '改到五点',
  '还没报',
  '修好了',
  '正在修',
  '1.',
  '2.',
  '①',
  ',',
  '。',
  '\n',
  '[图片]',
  '\ud83d',
  '\u202e',
  '\0',
  '报王小满',
  '五班',
  '四点前',
]
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => parts.join('')),
)
const sender = fc.constantFrom(...MEMBERS.map((member) => member.memberId), 'stranger')
const label = fc.constantFrom(...LABELS)

describe('advance', () => {
  it('takes any text under any label, numbers items without a gap, and its events always fold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sender, label, text), { minLength: 1, maxLength: 12 }), (lines) => {
        const { items, events } = play(lines)
        expect(items.map((item) => item.number)).toEqual(items.map((_, index) => index + 1))
        expect(events.filter((event) => event.type === 'opened')).toHaveLength(items.length)
      }),
      { numRuns: 200 },
    )
  })

  it('gives the same events for the same input, and changes nothing that it is given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sender, label, text), { minLength: 2, maxLength: 8 }), (lines) => {
        const [last = ['chen', 'task', ''] as const, ...before] = lines.toReversed()
        const { items } = play(before.toReversed())
        const [senderId, said, words] = last
        const input: LedgerInput = {
          message: messageOf('x', senderId, words, NINE),
          role: roleOf(senderId),
          verdict: { label: said, confidence: 1, flags: [] },
        }
        const view: LedgerView = { items, members: MEMBERS, nextNumber: items.length + 1, recent: [] }
        const copy = structuredClone({ input, view })
        expect(advance(input, view, dueAtFour)).toEqual(advance(copy.input, copy.view, dueAtFour))
        expect({ input, view }).toEqual(copy)
      }),
    )
  })

  it('never touches the ledger for noise or a notice', () => {
    const quiet = LABELS.filter((each) => !isSubstantive(each) || each === 'notice')
    fc.assert(
      fc.property(sender, fc.constantFrom(...quiet), text, (senderId, said, words) => {
        const { events } = play([
          ['chen', 'task', '各村四点前报危房台账'],
          [senderId, said, words],
        ])
        expect(events).toHaveLength(1)
      }),
    )
  })

  it('opens an item for every task and problem that changes no other', () => {
    fc.assert(
      fc.property(sender, fc.constantFrom('task' as const, 'problem' as const), text, (senderId, said, words) => {
        expect(play([[senderId, said, words]]).items.length).toBeGreaterThanOrEqual(1)
      }),
    )
  })

  it('stays quick with hundreds of open items and with the longest text', () => {
    const items: LedgerItem[] = Array.from({ length: 500 }, (_, index) =>
      fold(null, {
        number: index + 1,
        sequence: 1,
        messageId: `t${index}`,
        memberId: 'chen',
        at: NINE,
        type: 'opened',
        kind: index % 4 === 0 ? 'problem' : 'task',
        title: `上报第${index}批危房排查台账和照片`,
        issuerId: 'chen',
        assigneeIds: index % 2 === 0 ? ['li'] : [],
        due: null,
      }),
    )
    const view: LedgerView = { items, members: MEMBERS, nextNumber: 501, recent: [] }
    const words = '石桥村危房排查台账报上来了,照片还在整理。'
    const time = (senderId: string, said: 'task' | 'progress' | 'problem', of: string) => {
      const input: LedgerInput = {
        message: messageOf('x', senderId, of, NINE),
        role: roleOf(senderId),
        verdict: { label: said, confidence: 1, flags: [] },
      }
      for (let run = 0; run < 20; run += 1) advance(input, view, dueAtFour)
      const runs = Array.from({ length: 15 }, () => {
        const start = performance.now()
        advance(input, view, dueAtFour)
        return performance.now() - start
      })
      return runs.sort((a, b) => a - b)[7] ?? 0
    }
    // Generous against a busy machine: measured figures are about a tenth.
    for (const said of ['task', 'progress', 'problem'] as const) expect(time('li', said, words)).toBeLessThan(10)
    expect(time('chen', 'task', '交王小满、'.repeat(4_000))).toBeLessThan(100)
    expect(time('chen', 'task', `${words}1. 2. 各村@`.repeat(700).slice(0, 20_000))).toBeLessThan(100)
  })
})
