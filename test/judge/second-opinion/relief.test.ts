import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSubstantive, LABELS, type Label } from '../../../src/domain/label.ts'
import { combine } from '../../../src/judge/second-opinion/combine.ts'
import { canRelieve, relief } from '../../../src/judge/second-opinion/relief.ts'
import { anyOpinion, anyVerdict, opinionOf, verdictOf } from './fixtures.ts'

const KEPT: Record<string, number> = { task: 3, problem: 3, progress: 2, notice: 1 }
const kept = (label: Label) => KEPT[label] ?? 0

describe('what a second opinion may correct', () => {
  it('is noise that turns out to be work, and the kind of noise', () => {
    const first = verdictOf({ boast: 0.5, problem: 0.4 })
    expect(relief(first, combine(first, opinionOf('problem', 0.9)))).toMatchObject({ label: 'problem' })
    const noise = verdictOf({ boast: 0.5, checkin: 0.45 })
    expect(relief(noise, combine(noise, opinionOf('checkin', 0.9)))).toMatchObject({ label: 'checkin' })
  })

  it('is a confidence that falls, never one that rises', () => {
    const first = verdictOf({ boast: 0.75, progress: 0.2 })
    const doubted = relief(first, combine(first, opinionOf('progress', 0.3)))
    expect(doubted?.label).toBe('boast')
    expect(doubted?.confidence).toBeLessThan(0.75)
    expect(relief(first, combine(first, opinionOf('boast', 1)))).toBeNull()
  })

  it('is an accusing flag that goes, with the reason, where the label stands', () => {
    const reason = { rule: 'text', score: 1, span: null, reason: '“请报”' }
    const first = verdictOf({ task: 0.6, mandate: 0.35 }, { flags: ['asks_trace', 'deadline'], evidence: [reason] })
    const cleared = relief(first, combine(first, opinionOf('mandate', 0.95, { flags: [] })))
    expect(cleared).toMatchObject({ label: 'task', confidence: first.confidence, flags: ['deadline'] })
    expect(cleared?.evidence.map((each) => each.rule)).toEqual(['text', 'second-opinion'])
  })

  it('is never work that turns into noise, nor a task into a notice', () => {
    for (const [label, other] of [
      ['problem', 'boast'],
      ['task', 'notice'],
      ['progress', 'ritual'],
    ] as const) {
      const first = verdictOf({ [label]: 0.4, [other]: 0.39 })
      expect(relief(first, combine(first, opinionOf(other, 1)))).toBeNull()
    }
  })

  it('keeps as much work as before and adds neither noise nor flags, whatever is said', () => {
    fc.assert(
      fc.property(anyVerdict, anyOpinion, (first, opinion) => {
        const corrected = relief(first, combine(first, opinion))
        if (corrected === null) return
        expect(kept(corrected.label)).toBeGreaterThanOrEqual(kept(first.label))
        for (const flag of corrected.flags) expect(first.flags).toContain(flag)
        const sameNoise = !isSubstantive(first.label) && corrected.label === first.label
        if (sameNoise) expect(corrected.confidence).toBeLessThanOrEqual(first.confidence)
      }),
    )
  })

  it('is nothing where a task or problem has no consequences: then nobody need be asked', () => {
    const open = LABELS.filter((label) => !canRelieve(label, false))
    expect(open).toEqual(['task', 'problem'])
    expect(LABELS.every((label) => canRelieve(label, true))).toBe(true)
  })
})
