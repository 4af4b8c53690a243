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

/** The figures of a set of judged lines; shares are 0 to 1. */
export interface Scores {
  lines: number
  accuracy: number
  macroF1: number
  f1: Record<Label, number>
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
  /** Share of verdicts at 0.8 and more, and how many of them were right. */
  sure: { share: number; right: number }
  flags: Record<Flag, number>
  /** Share of contrast pairs with both right; null where there are none. */
  pairsRight: number | null
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)
const table = <K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>
const f1 = (hit: number, gold: number, said: number): number => ratio(2 * hit, gold + said)

/** Scores verdicts as `scripts/score/labels.mjs` does. */
export function scoresOf(judged: readonly Judged[]): Scores {
  const confusion = table(LABELS, () => table(LABELS, () => 0))
  for (const { line, verdict } of judged) confusion[line.label][verdict.label]++
  const hit = (label: Label) => confusion[label][label]
  const gold = (label: Label) => LABELS.reduce((sum, said) => sum + confusion[label][said], 0)
  const said = (label: Label) => LABELS.reduce((sum, other) => sum + confusion[other][label], 0)
  const perLabel = table(LABELS, (label) => f1(hit(label), gold(label), said(label)))
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
    macroF1: LABELS.reduce((sum, label) => sum + perLabel[label] / LABELS.length, 0),
    f1: perLabel,
    confusion,
    wrongedPerThousand: 1_000 * ratio(calledNoise(work, ACT_AT), work.length),
    calledNoisePerThousand: 1_000 * ratio(calledNoise(work), work.length),
    noiseFound: ratio(calledNoise(noise), noise.length),
    noiseActedOn: ratio(calledNoise(noise, ACT_AT), noise.length),
    calibration: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((from) => {
      const bin = judged.filter(({ verdict: { confidence: c } }) => c >= from && (c < from + 0.1 || from === 0.9))
      return {
        from,
        count: bin.length,
        confidence: ratio(
          bin.reduce((sum, { verdict }) => sum + verdict.confidence, 0),
          bin.length,
        ),
        right: ratio(bin.filter(isRight).length, bin.length),
      }
    }),
    sure: { share: ratio(sure.length, judged.length), right: ratio(sure.filter(isRight).length, sure.length) },
    flags: table(FLAGS, (flag) => {
      const golds = judged.filter(({ line }) => line.flags.includes(flag))
      const saids = judged.filter(({ verdict }) => verdict.flags.includes(flag))
      return f1(golds.filter(({ verdict }) => verdict.flags.includes(flag)).length, golds.length, saids.length)
    }),
    pairsRight: pairs.size === 0 ? null : bothRight / pairs.size,
  }
}
