import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestOf, type Match, ranked } from '../../src/ledger/match.ts'
import { createPairFinder } from '../../src/ledger/shared-pairs.ts'
import { bigrams } from '../../src/ledger/similarity.ts'
import { folded, opened } from './ledger-fixtures.ts'

const words = fc
  .array(fc.constantFrom('危房', '台账', '照片', '柳河村', '报上来', '12', ' ', 'A组', ',', '泵房漏水'), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''))

describe('the pairs that texts share', () => {
  it('are those of the message that stand in either text, in the order of the message', () => {
    fc.assert(
      fc.property(words, words, words, (message, title, opening) => {
        const said = bigrams(message)
        const either = new Set([...bigrams(title), ...bigrams(opening)])
        const expected = [...said.keys()].filter((place) => either.has(said[place] as number))
        expect(createPairFinder(said).sharedWith(bigrams(title), bigrams(opening))).toEqual(expected)
      }),
    )
  })

  it('leave out figures, and what neither text has', () => {
    expect([...bigrams('2026')]).toEqual([])
    expect(bigrams('危房危房')).toHaveLength(2)
    expect(createPairFinder(bigrams('危房台账')).sharedWith(bigrams('食堂菜单'))).toEqual([])
  })
})

describe('the best match', () => {
  const match = fc.record({
    number: fc.integer({ min: 1, max: 400 }),
    score: fc.constantFrom(-0.8, 0, 0.5, 1.9, 2.1),
    fits: fc.boolean(),
  })

  it('is the first of the ranked ones that fits; of equals the one opened last', () => {
    fc.assert(
      fc.property(fc.uniqueArray(match, { selector: ({ number }) => number }), (all) => {
        const item = folded(opened('task'))
        const fitting = new Set(all.filter(({ fits }) => fits).map(({ number }) => number))
        const matches = all.map(
          ({ number, score }): Match => ({ item: { ...item, number }, score, likeness: 0, quoted: false, distance: 1 }),
        )
        const fits = (each: Match) => fitting.has(each.item.number)
        expect(bestOf(matches, fits)).toBe(ranked(matches).find(fits))
        expect(bestOf(matches)).toBe(ranked(matches)[0])
        const numbers = ranked(matches).map(({ score, item: { number } }) => [score, number] as const)
        for (const [index, [score, number]] of numbers.entries()) {
          const [before, last] = numbers[index - 1] ?? [Infinity, 0]
          expect(score < before || (score === before && number < last)).toBe(true)
        }
      }),
    )
  })
})
