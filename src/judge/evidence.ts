import { LABEL_NAMES, LABELS } from '../domain/label.ts'
import type { Evidence } from '../domain/verdict.ts'
import type { TextFeatures } from './features.ts'
import { type FirstStage, featureScale, SAID } from './first-stage.ts'
import { LEXICON_CLASSES } from './lexicon.ts'
import { MAX_UNITS } from './normalise.ts'

/** At most this many reasons: two stretches, one class of words, one about what was said before. */
const STRETCHES = 2
/** A reason weaker than this is not worth a line, in log-odds. */
const WEAKEST = 0.15
const LONGEST = 14

interface Explained {
  first: FirstStage
  features: TextFeatures
  text: string
  /** Index of the verdict's label. */
  label: number
}

/** The logits with and without what was said before, and the message that mattered most. */
interface ContextEffect {
  logits: Float32Array
  alone: Float32Array
  text: string
}

const perUnit = new Float64Array(MAX_UNITS)
const perClass = new Float64Array(LEXICON_CLASSES.length + 1)

const signed = (score: number): string => `${score >= 0 ? '+' : ''}${score.toFixed(1)}`
const round = (score: number): number => Math.round(score * 100) / 100

const endsWhole = (text: string, at: number): number => {
  const before = text.charCodeAt(at - 1)
  return before >= 0xd800 && before < 0xdc00 ? at + 1 : at
}

/** A stretch as it is shown: whole, or its two ends. Never cut inside a surrogate pair. */
function shorten(text: string): string {
  if (text.length <= LONGEST) return text
  return `${text.slice(0, endsWhole(text, 6))}…${text.slice(endsWhole(text, text.length - 5))}`
}

/** Shares each feature's weight for the label among the units that made it. */
function attribute({ first, features, label }: Explained): void {
  const { rows, first: from, last, count, units } = features
  const { weights, scale } = first
  perUnit.fill(0, 0, units.length)
  perClass.fill(0)
  const worth = (scale[label] ?? 0) * featureScale(count)
  for (let i = 0; i < count; i++) {
    const base = (rows[i] as number) * SAID
    let sum = 0
    for (let c = 0; c < LABELS.length; c++) sum += weights[base + c] as number
    const score = worth * ((weights[base + label] as number) - sum / LABELS.length)
    const a = from[i] as number
    const b = last[i] as number
    if (a < 0) perClass[b] = (perClass[b] as number) + score
    else for (let u = a; u < b; u++) perUnit[u] = (perUnit[u] as number) + score / (b - a)
  }
}

/** What a unit must weigh to lengthen a run: near the mean of those that speak for the label, so that runs stand out. */
function weightOfAverage(length: number): number {
  let sum = 0
  let count = 0
  for (let u = 1; u < length - 1; u++) {
    const weight = perUnit[u] as number
    if (weight <= 0) continue
    sum += weight
    count++
  }
  return Math.max(0.04, count === 0 ? 0 : (0.6 * sum) / count)
}

/** The run of units that stands out most (Kadane); it is cleared, so that the next call finds another. */
function heaviestRun(length: number, average: number): { from: number; to: number; score: number } {
  const best = { from: 0, to: 0, score: 0 }
  let most = 0
  let sum = 0
  let start = 1
  for (let u = 1; u < length - 1; u++) {
    if (sum <= 0) {
      sum = 0
      start = u
    }
    sum += (perUnit[u] as number) - average
    if (sum <= most) continue
    most = sum
    best.from = start
    best.to = u + 1
  }
  // One character is no reason that a reader would recognise: its heavier neighbour belongs to it.
  if (best.to - best.from === 1) {
    const [left, right] = [perUnit[best.from - 1] as number, best.to < length - 1 ? (perUnit[best.to] as number) : 0]
    if (best.from > 1 && left > 0 && left >= right) best.from--
    else if (right > 0) best.to++
  }
  for (let u = best.from; u < best.to; u++) best.score += perUnit[u] as number
  perUnit.fill(0, best.from, best.to)
  return best
}

/** Says why a verdict is what it is, by the model's own weights, strongest first; at most four reasons. */
export function explain(input: Explained, context?: ContextEffect): Evidence[] {
  const { features, text, label } = input
  const labelName = LABEL_NAMES[LABELS[label] ?? 'chatter']
  const found: Evidence[] = []
  attribute(input)
  const { units } = features
  const average = weightOfAverage(units.length)
  for (let k = 0; k < STRETCHES; k++) {
    const run = heaviestRun(units.length, average)
    if (run.score < WEAKEST) break
    if (k > 0 && run.to - run.from < 2) break
    const span: [number, number] = [units.from[run.from] ?? 0, units.to[run.to - 1] ?? 0]
    const quoted = shorten(text.slice(...span))
    found.push({
      rule: 'text',
      score: round(run.score),
      span,
      reason: `"${quoted}"(${labelName} ${signed(run.score)})`,
    })
  }
  let strongest = 1
  for (let k = 2; k < perClass.length; k++) if ((perClass[k] ?? 0) > (perClass[strongest] ?? 0)) strongest = k
  const classScore = perClass[strongest] ?? 0
  if (classScore >= WEAKEST) {
    const reason = `含“${LEXICON_CLASSES[strongest - 1]}”一类的词(${labelName} ${signed(classScore)})`
    found.push({ rule: 'lexicon', score: round(classScore), span: null, reason })
  }
  if (context) {
    let shift = 0
    for (let c = 0; c < LABELS.length; c++) {
      const moved = (context.logits[c] ?? 0) - (context.alone[c] ?? 0)
      shift += c === label ? moved : -moved / (LABELS.length - 1)
    }
    if (Math.abs(shift) >= 2 * WEAKEST) {
      const reason = `结合前文“${shorten(context.text)}”(${labelName} ${signed(shift)})`
      found.push({ rule: 'context', score: round(shift), span: null, reason })
    }
  }
  return found.sort((a, b) => b.score - a.score)
}
