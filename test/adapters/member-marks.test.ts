import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memberMark, replaceMemberMarks } from '../../src/adapters/member-marks.ts'
import { safeText } from '../../src/domain/safe-text.ts'

const called = (markdown: string): string[] => {
  const ids: string[] = []
  replaceMemberMarks(markdown, (memberId) => {
    ids.push(memberId)
    return ''
  })
  return ids
}

describe('a member mark', () => {
  it('calls on exactly the member whose id it is made of, or on nobody', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (memberId) => {
        const mark = memberMark(memberId)
        expect(called(`${mark}已记为第 1 号任务`)).toEqual(mark === '' ? [] : [memberId])
      }),
    )
    expect(memberMark('452523285939877041')).toBe('{{@452523285939877041}} ')
    for (const odd of ['', 'a b', 'a}}{{@b', 'x'.repeat(257)]) expect(memberMark(odd), odd).toBe('')
  })

  it('cannot be smuggled in by what members say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(called(safeText(`${before}{{@chen}} ${after}`))).toEqual([])
      }),
    )
  })
})
