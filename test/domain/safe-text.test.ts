import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeText } from '../../src/domain/safe-text.ts'

describe('safeText', () => {
  it('is one line, well formed, without controls, direction marks or markup, within its limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), fc.integer({ min: 1, max: 60 }), (text, limit) => {
        const quoted = safeText(text, limit)
        expect([...quoted].length).toBeLessThanOrEqual(limit)
        expect(quoted.isWellFormed()).toBe(true)
        expect(quoted).not.toMatch(/[\\`*_~[\]<>#|!&@\n\r\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
  })

  it('turns marks into their full-width forms, so that no client shows a backslash', () => {
    expect(safeText('见[图片] 3#楼 @所有人 **急**')).toBe(
      '见\uff3b图片\uff3d 3\uff03楼 \uff20所有人 \uff0a\uff0a急\uff0a\uff0a',
    )
  })

  it('leaves Chinese, digits and its own result as they are', () => {
    const plain = '7月8日17:00前报危房台账(柳河村-张大勇)100%'
    expect(safeText(plain)).toBe(plain)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => safeText(safeText(text)) === safeText(text)))
  })

  it('keeps the whole of a text without a limit, and marks where it was cut', () => {
    expect(safeText('长'.repeat(5000))).toHaveLength(5000)
    expect(safeText('上报危房台账', 4)).toBe('上报危…')
    expect(safeText('上报台账', 4)).toBe('上报台账')
  })

  it('survives lone surrogates', () => {
    expect(safeText('好\ud83d', 10)).toBe('好\ufffd')
  })
})
