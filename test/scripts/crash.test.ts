import { expect, it } from 'vitest'
import { crashRounds } from '../../scripts/load/crash-rounds.ts'

it('loses, doubles and repeats nothing through three kills under load', { timeout: 180_000 }, async () => {
  const words: string[] = []
  const report = await crashRounds({ rounds: 3, seed: 7, log: (line) => words.push(line) })
  expect(report, words.join('\n')).toMatchObject({
    lost: [],
    doubled: [],
    remindedTwice: [],
    neverReceived: [],
    refused: [],
  })
  expect(report.acknowledged).toBeGreaterThan(10)
  expect(report.stored).toBeGreaterThanOrEqual(report.acknowledged)
  expect(report.reminders).toBeGreaterThan(0)
})
