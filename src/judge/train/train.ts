import { LABELS } from '../../domain/label.ts'
import { createFeatureReader } from '../features.ts'
import { type FirstStage, type Reading, readFeatures } from '../first-stage.ts'
import type { Model } from '../model.ts'
import { quantised } from '../model-file.ts'
import { type Before, REACH, RELATION_SIZE, relate } from '../relation.ts'
import { forward, OUTPUTS, type SecondStage } from '../second-stage.ts'
import type { CorpusLine } from './corpus.ts'
import { trainFirst } from './first.ts'
import { fitCalibration, type Outcome } from './fit-calibration.ts'
import {
  firstExamples,
  flagBits,
  foldOf,
  generalCharacters,
  learnDictionary,
  type Situation,
  situations,
} from './prepare.ts'
import { type SecondExample, trainSecond } from './second.ts'

export interface TrainOptions {
  seed?: number
  /** log2 of the rows of the weight table. */
  bits?: number
  /** Parts in which the first stage is trained, so that the second sees it err as it will in use. */
  parts?: number
  onProgress?: (done: number, total: number, what: string) => void
}

const FIRST = { epochs: 10, rate: 0.5, dropout: 0.5, decay: 0 }
const SECOND = { hidden: 32, epochs: 10, rate: 0.002, dropout: 0.2, decay: 0.05 }

/** The second stage's inputs for situations, as a given first stage reads their texts. */
export function secondExamples(
  first: FirstStage,
  read: ReturnType<typeof createFeatureReader>,
  met: readonly Situation[],
) {
  const memo = new Map<string, Reading>()
  const reading = (text: string): Reading => {
    const known = memo.get(text)
    if (known !== undefined) return known
    const fresh = readFeatures(first, read(text))
    memo.set(text, fresh)
    return fresh
  }
  return met.map(({ line, context, quote, weight }): SecondExample => {
    const x = new Float32Array(RELATION_SIZE)
    const own = reading(line.text)
    const before = context.slice(-REACH).map(
      ({ text, role, from }): Before => ({
        reading: reading(text),
        role,
        same: from === undefined || line.from === undefined ? 0 : from === line.from ? 1 : -1,
      }),
    )
    const chosen = relate(x, own, line.role, before, quote ? { reading: reading(quote), role: 'leader', same: -1 } : undefined)
    return { x, own, chosen, label: LABELS.indexOf(line.label), flags: flagBits(line), weight }
  })
}

/** What a second stage says of examples. */
function outcomesOf(second: SecondStage, examples: readonly SecondExample[]): Outcome[] {
  const hidden = new Float32Array(second.hidden)
  return examples.map(({ x, own, label, flags }) => {
    const logits = new Float32Array(OUTPUTS)
    forward(second, x, own, hidden, logits)
    return { logits, label, flags }
  })
}

/** Lets the event loop breathe between steps that each take seconds. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Trains a model on corpus lines; the same lines and seed give the same model, byte for byte.
 * The first stage is trained in parts that each leave out whole domains: what it says of the left-out part is what
 * the second stage learns from, and what the calibration is fitted to.
 */
export async function train(lines: readonly CorpusLine[], options: TrainOptions = {}): Promise<Model> {
  const { seed = 1, bits = 17, parts = 4, onProgress = () => {} } = options
  const total = 2 * parts + 3
  let done = 0
  const report = async (what: string): Promise<void> => {
    onProgress(done++, total, what)
    await breathe()
  }
  const general = generalCharacters(lines)
  const features = { general, dictionary: learnDictionary(lines, general, bits) }
  const read = createFeatureReader(features)
  const met = situations(lines, seed)
  const examples: SecondExample[] = []
  const partOf: number[] = []
  for (let part = 0; part < parts; part++) {
    await report(`第一级 ${part + 1}/${parts}`)
    const rest = lines.filter((line) => foldOf(line, parts) !== part)
    const first = trainFirst(firstExamples(rest, read), features, { ...FIRST, seed: seed + part })
    const left = met.filter(({ line }) => foldOf(line, parts) === part)
    for (const example of secondExamples(first, read, left)) {
      examples.push(example)
      partOf.push(part)
    }
  }
  await report('第一级 全部')
  const first = trainFirst(firstExamples(lines, read), features, { ...FIRST, seed })
  const outcomes: Outcome[] = []
  for (let part = 0; part < parts; part++) {
    await report(`第二级 ${part + 1}/${parts}`)
    const rest = examples.filter((_, i) => partOf[i] !== part)
    const second = trainSecond(rest, { ...SECOND, seed: seed + part })
    const left = examples.filter((example, i) => partOf[i] === part && example.weight > 0.5)
    outcomes.push(...outcomesOf(second, left))
  }
  await report('第二级 全部')
  const second = trainSecond(examples, { ...SECOND, seed })
  await report('校准')
  const tally = (values: string[]) =>
    Object.fromEntries([...Map.groupBy(values, (v) => v)].map(([k, v]) => [k, v.length]))
  return quantised({
    card: {
      version: 'untitled',
      trainedAt: '',
      trainedOn: {
        lines: lines.length,
        sources: tally(lines.map(({ source }) => source)),
        labels: tally(lines.map(({ label }) => label)),
      },
      figures: {},
    },
    first,
    second,
    calibration: fitCalibration(outcomes),
  })
}
