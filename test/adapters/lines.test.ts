import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineCutter } from '../../src/adapters/lines.ts'

const cutterOf = (maxBytes = 1000) => {
  let tooLong = 0
  const cutter = createLineCutter({ maxBytes, tooLong: () => void tooLong++ })
  return { cutter, tooLong: () => tooLong }
}

describe('line cutter', () => {
  it('gives the same lines wherever the bytes are cut, also inside a character', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '').toWellFormed())
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        line,
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (lines, rest, sizes) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join('') + rest)
          const { cutter } = cutterOf()
          const cut: string[] = []
          for (let from = 0; from < bytes.length; ) {
            const size = sizes.next().value ?? 1
            cut.push(...cutter.take(bytes.subarray(from, from + size)))
            from += size
          }
          expect([...cut, cutter.rest()]).toEqual([...lines, rest])
        },
      ),
    )
  })

  it('leaves out a line that is too long, counts it once, and holds none of it', () => {
    const { cutter, tooLong } = cutterOf(4)
    expect(cutter.take(Buffer.from('12345\r\nabc\r\n12'))).toEqual(['abc'])
    expect(cutter.take(Buffer.from('34'))).toEqual([])
    expect(cutter.take(Buffer.from('5678'))).toEqual([])
    expect(cutter.take(Buffer.from('9\nx\n'))).toEqual(['x'])
    expect([tooLong(), cutter.rest()]).toEqual([2, ''])
  })
})
