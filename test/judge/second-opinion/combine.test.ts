import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSubstantive, LABELS } from '../../../src/domain/label.ts'
import { combine, isDoubtful } from '../../../src/judge/second-opinion/combine.ts'
import { anyOpinion, anyVerdict, opinionOf, verdictOf } from './fixtures.ts'

const LEAST_POLICY_CONFIDENCE = 0.5
const ACTING = 0.8

describe('the doubtful band', () => {
  it('holds what lies between guessing and acting', () => {
    const band = { from: 0.4, to: 0.8 }
    const inBand = [0.39, 0.4, 0.79, 0.8].map((confidence) => isDoubtful({ confidence }, band))
    expect(inBand).toEqual([false, true, true, false])
  })
})

describe('a second opinion', () => {
  it('makes surer what it agrees with, and less sure what it doubts', () => {
    const first = verdictOf({ problem: 0.6, boast: 0.3 })
    expect(combine(first, opinionOf('problem', 0.95)).confidence).toBeGreaterThan(0.75)
    const doubted = combine(first, opinionOf('notice', 0.9))
    expect(doubted.probabilities.problem).toBeLessThan(0.6)
    expect(doubted.probabilities.notice).toBeGreaterThan(first.probabilities.notice)
  })

  it('frees a message that was doubtfully taken for noise', () => {
    const corrected = combine(verdictOf({ boast: 0.55, problem: 0.35 }), opinionOf('problem', 0.9))
    expect(corrected.label).toBe('problem')
    expect(corrected.confidence).toBeGreaterThan(0.6)
  })

  it('settles which kind of noise it is, where it was surely noise', () => {
    const corrected = combine(verdictOf({ boast: 0.5, checkin: 0.45 }), opinionOf('checkin', 0.9))
    expect(corrected.label).toBe('checkin')
    expect(corrected.confidence).toBeGreaterThan(0.7)
    expect(combine(verdictOf({ boast: 0.6, checkin: 0.35 }), opinionOf('boast', 0.9)).confidence).toBeGreaterThan(
      ACTING,
    )
  })

  it('lifts no doubtful noise to where rules act, if work was a real possibility', () => {
    const corrected = combine(verdictOf({ boast: 0.7, progress: 0.25 }), opinionOf('boast', 1))
    expect(corrected.label).toBe('boast')
    expect(corrected.confidence).toBeLessThan(ACTING)
  })

  it('adds one reason of its own, in plain words', () => {
    const evidence = [{ rule: 'text', score: 1.2, span: null, reason: '"漏水"(问题反馈 +1.2)' }]
    const first = verdictOf({ problem: 0.6, boast: 0.3 }, { evidence })
    const agreed = combine(first, opinionOf('problem', 0.9, { why: '有人求助' }))
    expect(agreed.evidence).toHaveLength(2)
    expect(agreed.evidence).toContainEqual(evidence[0])
    expect(agreed.evidence.find((each) => each.rule === 'second-opinion')).toMatchObject({
      span: null,
      reason: '第二意见:问题反馈(把握 0.90),理由“有人求助”',
    })
  })

  it('turns the earlier reasons around where the label has changed', () => {
    const evidence = [{ rule: 'text', score: 1.2, span: null, reason: '"第一"(晒成绩 +1.2)' }]
    const corrected = combine(verdictOf({ boast: 0.5, problem: 0.4 }, { evidence }), opinionOf('problem', 0.9))
    expect(corrected.label).toBe('problem')
    expect(corrected.evidence.map(({ rule, score }) => [rule, Math.sign(score)])).toEqual([
      ['second-opinion', 1],
      ['text', -1],
    ])
  })

  it('clears a message of asking for traces, adds no flag, and leaves the others alone', () => {
    const first = verdictOf({ task: 0.6 }, { flags: ['asks_ack', 'asks_trace', 'deadline'] })
    const { flags } = combine(first, opinionOf('task', 0.9, { flags: ['asks_ack', 'form', 'meeting'] }))
    expect(flags).toEqual(['asks_ack', 'deadline'])
  })

  it('leaves the first verdict as it was given', () => {
    const first = verdictOf({ boast: 0.5, problem: 0.4 }, { flags: ['asks_ack'] })
    const copy = structuredClone(first)
    combine(first, opinionOf('problem', 1))
    expect(first).toEqual(copy)
  })

  it('never makes acted-on noise of what was first taken for work, whatever it says and any policy asks', () => {
    fc.assert(
      fc.property(anyVerdict, anyOpinion, fc.double({ min: 0, max: 1, noNaN: true }), (first, opinion, weight) => {
        fc.pre(isSubstantive(first.label))
        const { label, confidence } = combine(first, opinion, weight)
        expect(isSubstantive(label) || confidence < LEAST_POLICY_CONFIDENCE).toBe(true)
      }),
    )
  })

  it('never makes acted-on noise by agreeing, unless noise as a whole was that sure before', () => {
    const noiseOf = (probabilities: Record<(typeof LABELS)[number], number>) =>
      LABELS.reduce((sum, label) => sum + (isSubstantive(label) ? 0 : probabilities[label]), 0)
    fc.assert(
      fc.property(anyVerdict, anyOpinion, fc.double({ min: 0, max: 1, noNaN: true }), (first, opinion, weight) => {
        fc.pre(!isSubstantive(first.label) && noiseOf(first.probabilities) < ACTING)
        const { label, confidence } = combine(first, { ...opinion, label: first.label }, weight)
        expect(isSubstantive(label) || confidence < ACTING).toBe(true)
      }),
    )
  })

  it('gives probabilities that add up to one, the label the greatest, and finite reasons, for any two', () => {
    fc.assert(
      fc.property(anyVerdict, anyOpinion, (first, opinion) => {
        const { label, confidence, probabilities, flags, evidence } = combine(first, opinion)
        const values = LABELS.map((each) => probabilities[each])
        expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        expect(confidence).toBe(Math.max(...values))
        expect(confidence).toBe(probabilities[label])
        expect(flags.every((flag) => first.flags.includes(flag))).toBe(true)
        expect(evidence).toHaveLength(1)
        expect(Number.isFinite(evidence[0]?.score)).toBe(true)
      }),
    )
  })
})
