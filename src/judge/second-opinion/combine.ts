import { type Flag, isSubstantive, LABEL_NAMES, LABELS, type Label } from '../../domain/label.ts'
import type { Evidence, Verdict } from '../../domain/verdict.ts'
import type { Opinion } from './opinion.ts'

/** Confidences `[from, to)` that are doubtful: below, nobody knows; above, rules act. */
export interface Band {
  from: number
  to: number
}

/** True where a second opinion on the verdict may be asked for. */
export const isDoubtful = (verdict: Pick<Verdict, 'confidence'>, band: Band): boolean =>
  verdict.confidence >= band.from && verdict.confidence < band.to

/** The weight of the second opinion; the first judge, measured on this project's own corpus, has the rest. */
const WEIGHT = 0.4
/** No model is believed to be surer than this of itself. */
const SUREST = 0.9
const LEAST = 1e-6
/** Below any confidence at which a policy may act (its schema begins at 0.5). */
const NEVER_ACTED_ON = 0.49
/** Below the confidence at which policies act unless they say otherwise. */
const NOT_ACTED_ON = 0.79

/** What the sender is reminded of: an opinion can clear a message of these, and adds no flag at all. */
const ACCUSING: ReadonlySet<Flag> = new Set(['asks_ack', 'asks_trace'])

const noiseIn = (probabilities: Readonly<Record<Label, number>>): number =>
  LABELS.reduce((sum, label) => (isSubstantive(label) ? sum : sum + probabilities[label]), 0)

const scaled = (probabilities: Readonly<Record<Label, number>>, factor: (label: Label) => number) =>
  Object.fromEntries(LABELS.map((label) => [label, probabilities[label] * factor(label)])) as Record<Label, number>

/** The weighted geometric mean of both distributions. */
function pool(first: Readonly<Record<Label, number>>, opinion: Opinion, weight: number): Record<Label, number> {
  const sure = Math.min(SUREST, Math.max(1 / LABELS.length, opinion.confidence))
  const other = (1 - sure) / (LABELS.length - 1)
  const raw = Object.fromEntries(
    LABELS.map((label) => {
      const second = label === opinion.label ? sure : other
      return [label, Math.max(LEAST, first[label]) ** (1 - weight) * second ** weight]
    }),
  ) as Record<Label, number>
  const sum = LABELS.reduce((total, label) => total + raw[label], 0)
  return scaled(raw, () => 1 / sum)
}

/**
 * How likely noise may become. A stranger's word frees a message but never condemns it: one first taken for work stays
 * below every confidence that a policy can act on, and one first doubted stays below the usual one, unless the doubt was
 * only which kind of noise it is.
 */
const noiseCeiling = (first: Verdict): number =>
  isSubstantive(first.label) ? NEVER_ACTED_ON : Math.max(NOT_ACTED_ON, noiseIn(first.probabilities))

function withNoiseAtMost(probabilities: Record<Label, number>, ceiling: number): Record<Label, number> {
  const noise = noiseIn(probabilities)
  if (noise <= ceiling) return probabilities
  return scaled(probabilities, (label) => (isSubstantive(label) ? (1 - ceiling) / (1 - noise) : ceiling / noise))
}

const logit = (p: number): number => Math.log(Math.max(LEAST, p) / Math.max(LEAST, 1 - p))

function evidenceOf(opinion: Opinion, score: number): Evidence {
  const said = `第二意见:${LABEL_NAMES[opinion.label]}(把握 ${opinion.confidence.toFixed(2)})`
  return {
    rule: 'second-opinion',
    score: Math.round(score * 100) / 100,
    span: null,
    reason: opinion.why === '' ? said : `${said},理由“${opinion.why}”`,
  }
}

/**
 * The verdict once the opinion has been heard: a log-linear mix of both, `weight` (0 to 1) being the opinion's, within
 * `noiseCeiling`. Flags are only taken away, and only the accusing ones. Adds one reason, `second-opinion`; where the
 * label has changed, the reasons for the old one now speak against.
 */
export function combine(verdict: Verdict, opinion: Opinion, weight = WEIGHT): Verdict {
  const probabilities = withNoiseAtMost(pool(verdict.probabilities, opinion, weight), noiseCeiling(verdict))
  const label = LABELS.reduce((best, each) => (probabilities[each] > probabilities[best] ? each : best))
  const earlier =
    label === verdict.label ? verdict.evidence : verdict.evidence.map((each) => ({ ...each, score: -each.score }))
  const shift = logit(probabilities[label]) - logit(verdict.probabilities[label])
  return {
    label,
    confidence: probabilities[label],
    probabilities,
    flags: verdict.flags.filter((flag) => !ACCUSING.has(flag) || opinion.flags.includes(flag)),
    evidence: [...earlier, evidenceOf(opinion, shift)].sort((a, b) => b.score - a.score),
  }
}
