import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../scripts/lib/seeded-random.ts'
import { attack, attackFrame, type Outcome } from '../platforms/attack.ts'
import { allFrameReaders } from '../platforms/frame-readers.ts'
import { allVerifiers } from '../platforms/verifiers.ts'

describe('every way in by HTTP, attacked with mutated callbacks', () => {
  for (const verifier of allVerifiers(randomBytes)) {
    it(`${verifier.name} refuses or understands, and never breaks`, () => {
      const outcomes = new Set<Outcome>()
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const random = seededRandom(seed)
          for (let round = 0; round < 5; round++) outcomes.add(attack(verifier, random))
        }),
        { numRuns: 600 },
      )
      // Otherwise nothing but one guard was tried.
      expect(outcomes).toContain('taken')
      expect(outcomes).toContain(400)
      expect(outcomes).toContain(401)
    })
  }

  it('begins with callbacks that are good', () => {
    for (const { adapter, contents, request, name } of allVerifiers(randomBytes)) {
      for (const content of contents) expect([name, adapter.receive(request(content)).kind]).toEqual([name, 'messages'])
    }
  })
})

describe('every way in that stays open, attacked with mutated frames', () => {
  for (const reader of allFrameReaders()) {
    it(`${reader.name} is refused, passed over or understood, and never breaks`, () => {
      const outcomes = new Set<Outcome>()
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const random = seededRandom(seed)
          for (let round = 0; round < 5; round++) outcomes.add(attackFrame(reader, random))
        }),
        { numRuns: 600 },
      )
      // Otherwise nothing but one guard was tried.
      expect(outcomes.has('taken') || outcomes.has('answered')).toBe(true)
      expect(outcomes.has(400) || outcomes.has('passed')).toBe(true)
    })
  }

  it('begins with frames that are good', () => {
    for (const { name, contents, frame, read } of allFrameReaders())
      for (const content of contents) expect([name, read(frame(content))]).toEqual([name, expect.any(Object)])
  })
})
