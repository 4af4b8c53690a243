import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highlightSpans } from '../../src/web/pages/sandbox/highlightSpans.ts'

describe('highlighted reasons', () => {
  it('marks the stretches that the reasons point at, overlapping ones as one', () => {
    expect(
      highlightSpans('热烈祝贺我单位荣获第一', [
        [7, 9],
        [0, 3],
        [2, 4],
      ]),
    ).toEqual([
      { text: '热烈祝贺', marked: true },
      { text: '我单位', marked: false },
      { text: '荣获', marked: true },
      { text: '第一', marked: false },
    ])
  })

  it('never loses or doubles a character, and marks exactly what lies in a span', () => {
    const span = fc.tuple(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -5, max: 40 }))
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(span, { maxLength: 6 }), (text, spans) => {
        const stretches = highlightSpans(text, spans)
        expect(stretches.map((stretch) => stretch.text).join('')).toBe(text)
        const marks = stretches.flatMap(({ text: part, marked }) => Array.from({ length: part.length }, () => marked))
        marks.forEach((marked, at) => {
          expect(marked).toBe(spans.some(([from, to]) => from <= at && at < to))
        })
      }),
    )
  })
})
