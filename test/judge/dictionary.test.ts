import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildDictionary, rowOf } from '../../src/judge/dictionary.ts'

describe('a dictionary of features', () => {
  it('gives every feature that it holds a row below its size, and mostly its own', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 300 }), (hashes) => {
        const dictionary = buildDictionary(hashes)
        const rows = hashes.map((hash) => rowOf(dictionary, hash))
        return rows.every((row) => row >= 0 && row < Math.max(1, dictionary.size)) && dictionary.size <= hashes.length
      }),
      { numRuns: 20 },
    )
  })

  it('has no row for nearly all features that it was not given', () => {
    const dictionary = buildDictionary(Array.from({ length: 50_000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1)))
    const strangers = Array.from({ length: 20_000 }, (_, i) => rowOf(dictionary, Math.imul(i + 100_001, 0x85ebca6b)))
    expect(strangers.filter((row) => row >= 0).length).toBeLessThan(40)
  })
})
