import { describe, expect, it } from 'vitest'
import { createRests } from '../../src/outbox/rests.ts'

const rests = () => createRests((inARow) => inARow * 1000)

describe('the rest of a channel', () => {
  it('follows a word of which nobody knows whether it arrived, and grows', () => {
    const own = rests()
    expect(own.until('a', 0)).toBeNull()
    own.note('a', 'uncertain', 0)
    expect([own.until('a', 999), own.until('b', 999), own.until('a', 1000)]).toEqual([1000, null, null])
    own.note('a', 'uncertain', 1200)
    expect([own.until('a', 3199), own.until('a', 3200)]).toEqual([3200, null])
  })

  it('ends with a trial of one, and for all once that was answered', () => {
    const own = rests()
    own.note('a', 'uncertain', 0)
    expect([own.until('a', 1000), own.until('a', 1001)]).toEqual([null, 21_000])
    own.note('a', 'sent', 1100)
    expect(own.until('a', 1101)).toBeNull()
  })

  it('counts what was under way at the same time once', () => {
    const own = rests()
    for (let count = 0; count < 20; count++) own.note('a', 'uncertain', count)
    expect(own.until('a', 500)).toBe(1000)
  })

  it('is not for what is merely tried again', () => {
    const own = rests()
    own.note('a', 'queued', 0)
    expect(own.until('a', 0)).toBeNull()
  })
})
