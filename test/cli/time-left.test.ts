import { expect, it } from 'vitest'
import { timeLeft } from '../../src/cli/time-left.ts'

it('says how long the rest will take at the pace so far, and nothing where that is not known or over', () => {
  expect(timeLeft(0.25, 0, 100_000)).toBe(',约剩 5 分钟')
  expect(timeLeft(0.5, 0, 33_000)).toBe(',约剩 40 秒')
  expect(timeLeft(0.01, 0, 100_000)).toBe('')
  expect(timeLeft(1, 0, 100_000)).toBe('')
})
