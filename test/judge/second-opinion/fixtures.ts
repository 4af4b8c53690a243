import fc from 'fast-check'
import { FLAGS, LABELS, type Label } from '../../../src/domain/label.ts'
import type { Verdict } from '../../../src/domain/verdict.ts'
import type { Opinion } from '../../../src/judge/second-opinion/opinion.ts'

/** A verdict with these chances; what is missing to one is shared by the other labels. */
export function verdictOf(chances: Partial<Record<Label, number>>, more: Partial<Verdict> = {}): Verdict {
  const given = Object.values(chances).reduce((sum, chance) => sum + chance, 0)
  const rest = (1 - given) / (LABELS.length - Object.keys(chances).length)
  const probabilities = Object.fromEntries(LABELS.map((label) => [label, chances[label] ?? rest])) as Record<
    Label,
    number
  >
  const label = LABELS.reduce((best, each) => (probabilities[each] > probabilities[best] ? each : best))
  return { label, confidence: probabilities[label], probabilities, flags: [], evidence: [], ...more }
}

export const opinionOf = (label: Label, confidence: number, more: Partial<Opinion> = {}): Opinion => ({
  label,
  confidence,
  flags: [],
  why: '',
  ...more,
})

export const anyVerdict: fc.Arbitrary<Verdict> = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: LABELS.length, maxLength: LABELS.length }),
    fc.subarray([...FLAGS]),
  )
  .filter(([weights]) => weights.some((weight) => weight > 0))
  .map(([even, flags]) => {
    // Raised, so that most of it lies on one or two labels, as in real verdicts.
    const weights = even.map((weight) => weight ** 5)
    const sum = weights.reduce((a, b) => a + b, 0)
    return verdictOf(
      Object.fromEntries(LABELS.map((label, i) => [label, (weights[i] ?? 0) / sum])) as Record<Label, number>,
      { flags },
    )
  })

export const anyOpinion: fc.Arbitrary<Opinion> = fc.record({
  label: fc.constantFrom(...LABELS),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  flags: fc.subarray([...FLAGS]),
  why: fc.string({ maxLength: 200 }),
})

/** The body of a completed answer with these words. */
export const completion = (content: unknown, finishReason = 'stop') => ({
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', content } }],
  usage: { total_tokens: 7 },
})
