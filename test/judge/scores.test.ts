import { describe, expect, it } from 'vitest'
import type { Label } from '../../src/domain/label.ts'
import { scoresOf } from '../../src/judge/train/scores.ts'

const judged = (gold: Label, said: Label, confidence: number, pair?: string) => ({
  line: { label: gold, flags: [], pair },
  verdict: { label: said, confidence, flags: [] },
})

describe('scores', () => {
  it('count work as wronged only where it is called noise with confidence to act', () => {
    const scores = scoresOf([
      judged('task', 'ritual', 0.9),
      judged('task', 'ritual', 0.7),
      judged('problem', 'task', 0.99),
      judged('progress', 'progress', 0.9),
    ])
    expect(scores.wrongedPerThousand).toBe(250)
    expect(scores.calledNoisePerThousand).toBe(500)
  })

  it('take a pair as right only where both of it are', () => {
    const scores = scoresOf([
      judged('task', 'task', 0.9, 'a'),
      judged('boast', 'boast', 0.9, 'a'),
      judged('task', 'task', 0.9, 'b'),
      judged('boast', 'task', 0.9, 'b'),
    ])
    expect(scores.pairsRight).toBe(0.5)
    expect(scores.accuracy).toBe(0.75)
  })
})
