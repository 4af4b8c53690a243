import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPressSeal } from '../../src/adapters/press-seal.ts'

const SEALED = { g: 'oc_1', c: '销号 3', m: 'ou_zhang' }

describe('the seal of a button', () => {
  it('gives back what was sealed with the same secret, and what stands beside it', () => {
    const { seal, open } = createPressSeal('s')
    expect(open(seal({ ...SEALED, p: true, face: { title: '提醒' } }))).toEqual({
      ...SEALED,
      p: true,
      face: { title: '提醒' },
    })
  })

  it('opens nothing of another secret, nothing changed and nothing made up', () => {
    const ours = createPressSeal('s')
    const text = ours.seal(SEALED)
    expect(createPressSeal('t').open(text)).toBeNull()
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        expect(ours.open(changed) === null || changed === text).toBe(true)
      }),
    )
    fc.assert(fc.property(fc.string(), (made) => ours.open(made) === null))
    expect(ours.open('')).toBeNull()
  })
})
