import { FLAGS, type Flag, isSubstantive, LABELS, type Label } from '../../domain/label.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { CorpusLine } from './corpus.ts'

/** Verdicts with this confidence may have consequences. */
export const ACT_AT = 0.8

/** A line and what a judge that was not trained on its domain said of it. */
export interface Judged {
  line: Pick<CorpusLine, 'label' | 'flags'> & { pair?: string | undefined }
  verdict: Pick<Verdict, 'label' | 'confidence' | 'flags'>
}

/** How well one label or flag was found; shares are 0 to 1, `gold` counts the lines that have it. */
export interface Rates {
  gold: number
  precision: number
  recall: number
  f1: number
}

/** The figures of a set of judged lines; shares are 0 to 1. */
export interface Scores {
  lines: number
  accuracy: number
  macroF1: number
  labels: Record<Label, Rates>
  /** `confusion[gold][said]`. */
  confusion: Record<Label, Record<Label, number>>
  /** Work that was called noise with confidence to act, a thousand messages of work. */
  wrongedPerThousand: number
  calledNoisePerThousand: number
  /** Noise that was called noise, and with confidence to act. */
  noiseFound: number
  noiseActedOn: number
  /** Verdicts by confidence: how many, their mean confidence, and how many were right. */
  calibration: { from: number; count: number; confidence: number; right: number }[]
  /** Mean distance of confidence and share right over these bins, each by its count. */
  calibrationError: number
  /** Share of verdicts at 0.8 and more, and how many of them were right. */
  sure: { share: number; right: number }
  flags: Record<Flag, Rates>
  pairs: number
  /** Share of contrast pairs with both right; null where there are none. */
  pairsRight: number | null
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)
const table = <K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>
const rates = (hit: number, gold: number, said: number): Rates => ({
  gold,
  precision: ratio(hit, said),
  recall: ratio(hit, gold),
  f1: ratio(2 * hit, gold + said),
})

/** Bins of a tenth; the first takes what is below it too, the last what is 1. */
const BINS = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const

function calibrationOf(judged: readonly Judged[]): Scores['calibration'] {
  const bins = BINS.map((from) => ({ from, count: 0, confidence: 0, right: 0 }))
  for (const { line, verdict } of judged) {
    const k = bins.findLastIndex(({ from }) => verdict.confidence >= from)
    const bin = bins[Math.max(0, k)] as (typeof bins)[number]
    bin.count++
    bin.confidence += verdict.confidence
    if (line.label === verdict.label) bin.right++
  }
  return bins.map(({ from, count, confidence, right }) => ({
    from,
    count,
    confidence: ratio(confidence, count),
    right: ratio(right, count),
  }))
}

/** Scores verdicts as `scripts/score/labels.mjs` does. */
export function scoresOf(judged: readonly Judged[]): Scores {
  const confusion = table(LABELS, () => table(LABELS, () => 0))
  for (const { line, verdict } of judged) confusion[line.label][verdict.label]++
  const hit = (label: Label) => confusion[label][label]
  const gold = (label: Label) => LABELS.reduce((sum, said) => sum + confusion[label][said], 0)
  const said = (label: Label) => LABELS.reduce((sum, other) => sum + confusion[other][label], 0)
  const labels = table(LABELS, (label) => rates(hit(label), gold(label), said(label)))
  const calibration = calibrationOf(judged)
  const work = judged.filter(({ line }) => isSubstantive(line.label))
  const noise = judged.filter(({ line }) => !isSubstantive(line.label))
  const calledNoise = (all: readonly Judged[], from = 0) =>
    all.filter(({ verdict }) => !isSubstantive(verdict.label) && verdict.confidence >= from).length
  const isRight = ({ line, verdict }: Judged) => line.label === verdict.label
  const sure = judged.filter(({ verdict }) => verdict.confidence >= ACT_AT)
  const pairs = Map.groupBy(
    judged.filter(({ line }) => line.pair !== undefined),
    ({ line }) => line.pair,
  )
  const bothRight = [...pairs.values()].filter((pair) => pair.every(isRight)).length
  return {
    lines: judged.length,
    accuracy: ratio(judged.filter(isRight).length, judged.length),
    macroF1: LABELS.reduce((sum, label) => sum + labels[label].f1 / LABELS.length, 0),
    labels,
    confusion,
    wrongedPerThousand: 1_000 * ratio(calledNoise(work, ACT_AT), work.length),
    calledNoisePerThousand: 1_000 * ratio(calledNoise(work), work.length),
    noiseFound: ratio(calledNoise(noise), noise.length),
    noiseActedOn: ratio(calledNoise(noise, ACT_AT), noise.length),
    calibration,
    calibrationError: ratio(
      calibration.reduce((sum, { count, confidence, right }) => sum + count * Math.abs(confidence - right), 0),
      judged.length,
    ),
    sure: { share: ratio(sure.length, judged.length), right: ratio(sure.filter(isRight).length, sure.length) },
    flags: table(FLAGS, (flag) => {
      const golds = judged.filter(({ line }) => line.flags.includes(flag))
      const saids = judged.filter(({ verdict }) => verdict.flags.includes(flag))
      return rates(golds.filter(({ verdict }) => verdict.flags.includes(flag)).length, golds.length, saids.length)
    }),
    pairs: pairs.size,
    pairsRight: pairs.size === 0 ? null : bothRight / pairs.size,
  }
}
