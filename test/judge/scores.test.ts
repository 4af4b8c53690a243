import { describe, expect, it } from 'vitest'
import type { Flag, Label } from '../../src/domain/label.ts'
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
    expect(scores.pairs).toBe(2)
    expect(scores.pairsRight).toBe(0.5)
    expect(scores.accuracy).toBe(0.75)
  })

  it('give precision and recall of each flag beside its F1', () => {
    const flagged = (gold: Flag[], said: Flag[]) => ({
      line: { label: 'task' as const, flags: gold },
      verdict: { label: 'task' as const, confidence: 0.9, flags: said },
    })
    const { flags } = scoresOf([flagged(['form'], ['form']), flagged(['form'], []), flagged(['form'], ['meeting'])])
    expect(flags.form).toEqual({ gold: 3, precision: 1, recall: 1 / 3, f1: 0.5 })
    expect(flags.meeting).toEqual({ gold: 0, precision: 0, recall: 0, f1: 0 })
  })

  it('measure how far confidence is from the share that was right', () => {
    const half = [judged('task', 'task', 0.75), judged('task', 'notice', 0.75)]
    const sure = [judged('boast', 'boast', 1), judged('boast', 'boast', 1)]
    const { calibration, calibrationError } = scoresOf([...half, ...sure, judged('task', 'task', 0.1)])
    expect(calibration.find(({ from }) => from === 0.7)).toEqual({ from: 0.7, count: 2, confidence: 0.75, right: 0.5 })
    expect(calibrationError).toBeCloseTo((2 * 0.25 + 2 * 0 + 0.9) / 5)
  })
})
