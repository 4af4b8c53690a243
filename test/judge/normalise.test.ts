import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createUnits, HEAD, MAX_UNITS, readUnits, TAIL, UNIT } from '../../src/judge/normalise.ts'

function unitsOf(text: string): number[] {
  const units = createUnits()
  readUnits(text, units)
  return [...units.ids.subarray(1, units.length - 1)]
}

describe('readUnits', () => {
  it('reads full-width, half-width and doubled punctuation alike', () => {
    expect(unitsOf('请报送，今天！')).toEqual(unitsOf('请报送,今天!'))
    expect(unitsOf('请报送、今天。')).toEqual(unitsOf('请报送, 今天'))
    expect(unitsOf('ＡＢＣ１２')).toEqual(unitsOf('abc12'))
  })

  it('reads traditional characters as their simplified forms', () => {
    expect(unitsOf('請各單位報送檢查臺賬'.replace('賬', '账'))).toEqual(unitsOf('请各单位报送检查台账'))
  })

  it('does not see zero-width characters, controls or direction marks', () => {
    expect(unitsOf('收\u200b到\u0000请\u202e回\ufeff复')).toEqual(unitsOf('收到请回复'))
  })

  it('reads letters that only look Latin as the Latin ones', () => {
    expect(unitsOf('dоnе')).toEqual(unitsOf('done'))
  })

  it('reads what clients show for media, mentions and gestures as classes', () => {
    expect(unitsOf('[图片]')).toEqual([UNIT.image])
    expect(unitsOf('@所有人')).toEqual([UNIT.everyone])
    expect(unitsOf('@李建国 ')).toEqual([UNIT.mention])
    expect(unitsOf('[强]👍')).toEqual([UNIT.praise, UNIT.praise])
    expect(unitsOf('https://example.org/a?b=1')).toEqual([UNIT.url])
  })

  it('tells small and large figures, decimals, shares, times and dates apart', () => {
    expect(unitsOf('12')).toEqual([UNIT.small])
    expect(unitsOf('1200')).toEqual([UNIT.large])
    expect(unitsOf('3.5')).toEqual([UNIT.decimal])
    expect(unitsOf('35%')).toEqual([UNIT.percent])
    expect(unitsOf('17:00')).toEqual([UNIT.clock])
    expect(unitsOf('2026-03-04')).toEqual([UNIT.date])
  })

  it('looks at the head and the tail of a text that is too long', () => {
    const units = createUnits()
    const middle = '中间文字'.repeat(4_000)
    readUnits(`开头${middle}结尾`, units)
    expect(units.length).toBeLessThanOrEqual(MAX_UNITS)
    const seen = [...units.ids.subarray(0, units.length)]
    expect(seen).toContain('开'.charCodeAt(0))
    expect(seen).toContain('尾'.charCodeAt(0))
    expect(units.to[units.length - 2]).toBe(4 + middle.length)
    expect(HEAD + TAIL).toBeLessThan(MAX_UNITS)
  })

  it('reads any string into stretches that lie in order within it', () => {
    const units = createUnits()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        readUnits(text, units)
        let last = 0
        for (let i = 1; i < units.length - 1; i++) {
          const [from, to] = [units.from[i] ?? -1, units.to[i] ?? -1]
          if (from < last || to <= from || to > text.length) return false
          last = to
        }
        return units.length >= 2
      }),
    )
  })
})
