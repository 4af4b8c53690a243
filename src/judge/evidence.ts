import { LABEL_NAMES, LABELS } from '../domain/label.ts'
import type { Evidence } from '../domain/verdict.ts'
import type { TextFeatures } from './features.ts'
import { COLUMNS, type FirstStage, featureScale } from './first-stage.ts'
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
  /** The logits with and without what was said before, and the message that mattered most. */
  context?: { logits: Float32Array; alone: Float32Array; text: string } | undefined
}

const perUnit = new Float64Array(MAX_UNITS)
const perClass = new Float64Array(LEXICON_CLASSES.length + 1)

const signed = (score: number): string => `${score >= 0 ? '+' : ''}${score.toFixed(1)}`
const round = (score: number): number => Math.round(score * 100) / 100

/** A stretch as it is shown: whole, or its two ends. Never cut inside a surrogate pair. */
function shorten(text: string): string {
  const chars = [...text.slice(0, 200)]
  if (chars.length <= LONGEST && text.length <= 200) return text
  return `${chars.slice(0, 6).join('')}…${[...text.slice(-12)].slice(-5).join('')}`
}

/** Shares each feature's weight for the label among the units that made it. */
function attribute({ first, features, label }: Explained): void {
  const { rows, first: from, last, count, units } = features
  const { weights, scale } = first
  perUnit.fill(0, 0, units.length)
  perClass.fill(0)
  const own = (scale[label] ?? 0) * featureScale(count)
  for (let i = 0; i < count; i++) {
    const base = (rows[i] as number) * COLUMNS
    let mean = 0
    for (let c = 0; c < LABELS.length; c++) mean += (weights[base + c] as number) * (scale[c] as number)
    const score = own * (weights[base + label] as number) - (mean / LABELS.length) * featureScale(count)
    const a = from[i] as number
    const b = last[i] as number
    if (a < 0) perClass[b] = (perClass[b] as number) + score
    else for (let u = a; u < b; u++) perUnit[u] = (perUnit[u] as number) + score / (b - a)
  }
}

/** The heaviest run of units (Kadane), which is then cleared so that the next call finds another. */
function heaviestRun(length: number): { from: number; to: number; score: number } {
  let best = { from: 0, to: 0, score: 0 }
  let sum = 0
  let start = 1
  for (let u = 1; u < length - 1; u++) {
    if (sum <= 0) {
      sum = 0
      start = u
    }
    sum += (perUnit[u] as number) - 0.01
    if (sum > best.score) best = { from: start, to: u + 1, score: sum }
  }
  perUnit.fill(0, best.from, best.to)
  return best
}

/** Says why a verdict is what it is, by the model's own weights, strongest first; at most four reasons. */
export function explain(input: Explained): Evidence[] {
  const { features, text, label, context } = input
  const labelName = LABEL_NAMES[LABELS[label] ?? 'chatter']
  const found: Evidence[] = []
  attribute(input)
  const { units } = features
  for (let k = 0; k < STRETCHES; k++) {
    const run = heaviestRun(units.length)
    if (run.score < WEAKEST) break
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
