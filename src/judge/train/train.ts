import { LABELS } from '../../domain/label.ts'
import type { Role } from '../../domain/message.ts'
import { calibrate } from '../calibrate.ts'
import { findDanger } from '../danger.ts'
import { createFeatureReader } from '../features.ts'
import { type FirstStage, type Reading, readFeatures } from '../first-stage.ts'
import type { Calibration, Model } from '../model.ts'
import { RELATION_SIZE, relate } from '../relation.ts'
import { createCorrection, joinNetworks, OUTPUTS, type SecondStage } from '../second-stage.ts'
import { readSurroundings } from '../surroundings.ts'
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
import { type Judged, scoresOf } from './scores.ts'
import { type SecondExample, trainSecond } from './second.ts'

export interface TrainOptions {
  seed?: number
  /** Parts in which the first stage is trained, so that the second sees it err as it will in use. */
  parts?: number
  onProgress?: (done: number, total: number, what: string) => void
}

/** Networks whose mean is the second stage. */
const MEMBERS = 2
const SECOND = { hidden: 24, epochs: 10, rate: 0.005, dropout: 0.3, decay: 0.05 }

/** The second stage's inputs for situations, as a given first stage reads their texts. */
function secondExamples(first: FirstStage, read: ReturnType<typeof createFeatureReader>, met: readonly Situation[]) {
  const memo = new Map<string, Reading>()
  const reading = (text: string, role: Role | undefined): Reading => {
    const key = `${role} ${text}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const fresh = readFeatures(first, read(text, role))
    memo.set(key, fresh)
    return fresh
  }
  return met.map(({ line, context, quote, weight }): SecondExample => {
    const x = new Float32Array(RELATION_SIZE)
    const own = reading(line.text, line.role)
    const { before, quoted } = readSurroundings({ context, quote, from: line.from }, reading)
    relate(x, own, line.role, before, quoted)
    return {
      x,
      own,
      label: LABELS.indexOf(line.label),
      flags: flagBits(line),
      danger: findDanger(line.text) !== null,
      weight,
    }
  })
}

const trainMembers = (examples: readonly SecondExample[], seed: number): SecondStage =>
  joinNetworks(
    Array.from({ length: MEMBERS }, (_, member) => trainSecond(examples, { ...SECOND, seed: seed + 1_000 * member })),
  )

/** What a second stage says of examples. */
function outcomesOf(second: SecondStage, examples: readonly SecondExample[]): Outcome[] {
  const correct = createCorrection(second)
  return examples.map(({ x, own, label, flags, danger }) => {
    const logits = new Float32Array(OUTPUTS)
    correct(x, own, logits)
    return { logits, label, flags, danger }
  })
}

/** How well the parts judged what they were not trained on; the calibration was fitted to the same messages. */
function figuresOf(calibration: Calibration, outcomes: readonly Outcome[]): Record<string, number> {
  const chances = new Float64Array(LABELS.length)
  const judged = outcomes.map(({ logits, label }): Judged => {
    const best = calibrate(calibration, logits, chances)
    return {
      line: { label: LABELS[label] ?? 'chatter', flags: [] },
      verdict: { label: LABELS[best] ?? 'chatter', confidence: chances[best] ?? 0, flags: [] },
    }
  })
  const { accuracy, macroF1, wrongedPerThousand, noiseActedOn, sure } = scoresOf(judged)
  const round = (value: number) => Math.round(value * 10_000) / 10_000
  return {
    accuracy: round(accuracy),
    macroF1: round(macroF1),
    wrongedPerThousand: round(wrongedPerThousand),
    noiseActedOn: round(noiseActedOn),
    rightWhenSure: round(sure.right),
  }
}

/** Lets the event loop breathe between steps that each take seconds. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Trains a model on corpus lines; the same lines and seed give the same model, byte for byte.
 * The first stage is trained in parts that each leave out whole domains: what it says of the left-out part is what
 * the second stage learns from, and what the calibration is fitted to.
 */
export async function train(lines: readonly CorpusLine[], options: TrainOptions = {}): Promise<Model> {
  const { seed = 1, parts = 5, onProgress = () => {} } = options
  const total = 2 * parts + 3
  let done = 0
  const report = async (what: string): Promise<void> => {
    onProgress(done++, total, what)
    await breathe()
  }
  const general = generalCharacters(lines)
  const features = { general, dictionary: learnDictionary(lines, general) }
  const read = createFeatureReader(features)
  const met = situations(lines, seed)
  const examples: SecondExample[] = []
  const partOf: number[] = []
  for (let part = 0; part < parts; part++) {
    await report(`第一级 ${part + 1}/${parts}`)
    const rest = lines.filter((line) => foldOf(line, parts) !== part)
    const first = trainFirst(firstExamples(rest, read), features, seed + part)
    const left = met.filter(({ line }) => foldOf(line, parts) === part)
    for (const example of secondExamples(first, read, left)) {
      examples.push(example)
      partOf.push(part)
    }
  }
  await report('第一级 全部')
  const first = trainFirst(firstExamples(lines, read), features, seed)
  const outcomes: Outcome[] = []
  for (let part = 0; part < parts; part++) {
    await report(`第二级 ${part + 1}/${parts}`)
    const rest = examples.filter((_, i) => partOf[i] !== part)
    const second = trainMembers(rest, seed + part)
    const left = examples.filter((example, i) => partOf[i] === part && example.weight > 0.5)
    outcomes.push(...outcomesOf(second, left))
  }
  await report('第二级 全部')
  const second = trainMembers(examples, seed)
  await report('校准')
  const calibration = fitCalibration(outcomes)
  const tally = (values: string[]) =>
    Object.fromEntries([...Map.groupBy(values, (v) => v)].map(([k, v]) => [k, v.length]))
  return {
    card: {
      version: 'untitled',
      trainedAt: '',
      trainedOn: {
        lines: lines.length,
        sources: tally(lines.map(({ source }) => source)),
        labels: tally(lines.map(({ label }) => label)),
      },
      figures: figuresOf(calibration, outcomes),
    },
    first,
    second,
    calibration,
  }
}
