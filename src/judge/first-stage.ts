import { FLAGS, LABELS } from '../domain/label.ts'
import type { Dictionary } from './dictionary.ts'
import { COUNTED, LEXICON_SIZE, MAX_CLAUSES, type TextFeatures } from './features.ts'

/** Columns of the weight table: labels of the text itself, its flags, and labels of what tends to answer it. */
export const OWN = 0
export const FLAG = LABELS.length
export const REPLY = FLAG + FLAGS.length
export const COLUMNS = REPLY + LABELS.length

/** Linear weights over hashed features of one text: `weights[row * COLUMNS + column]`, scaled by column. */
export interface FirstStage {
  dictionary: Dictionary
  general: string
  weights: Int8Array | Float32Array
  /** What one unit of a column's weight is worth. */
  scale: Float32Array
  bias: Float32Array
}

/** All that the second stage needs to know of one text. */
export interface Reading {
  /** Log-odds per column, labels and replies as log-probabilities less their mean. */
  readonly scores: Float32Array
  /** Probabilities per column. */
  readonly chances: Float32Array
  /** Log-odds of the labels by clause: the greatest of any clause, of the first, and of the last. */
  readonly clauses: Float32Array
  readonly lexicon: Uint8Array
  readonly counted: Uint8Array
  readonly matter: Int32Array
  readonly length: number
}

/** The weight of one feature among `count`: a long text must not shout. */
export const featureScale = (count: number): number => 1 / Math.sqrt(count + 8)

/** Turns scores into centred log-probabilities (in place) and probabilities. */
export function softmax(scores: Float32Array, chances: Float32Array, from: number, size: number): void {
  let top = -Infinity
  for (let i = from; i < from + size; i++) top = Math.max(top, scores[i] ?? 0)
  let sum = 0
  for (let i = from; i < from + size; i++) {
    const e = Math.exp((scores[i] ?? 0) - top)
    chances[i] = e
    sum += e
  }
  let mean = 0
  for (let i = from; i < from + size; i++) {
    chances[i] = (chances[i] ?? 0) / sum
    mean += scores[i] ?? 0
  }
  mean /= size
  for (let i = from; i < from + size; i++) scores[i] = (scores[i] ?? 0) - mean
}

/** Raw sums per column of a text's features. */
export function sumColumns(stage: FirstStage, rows: Int32Array, count: number, sums: Float32Array): void {
  const { weights, scale, bias } = stage
  sums.fill(0)
  for (let i = 0; i < count; i++) {
    const base = (rows[i] as number) * COLUMNS
    for (let c = 0; c < COLUMNS; c++) sums[c] = (sums[c] as number) + (weights[base + c] as number)
  }
  const s = featureScale(count)
  for (let c = 0; c < COLUMNS; c++) sums[c] = (sums[c] ?? 0) * (scale[c] ?? 0) * s + (bias[c] ?? 0)
}

const clauseSums = new Float32Array(MAX_CLAUSES * LABELS.length)
const clauseCounts = new Int32Array(MAX_CLAUSES)

/** One clause can be a problem in a message of praise: what its clauses say, each for itself. */
function poolClauses({ weights, scale, bias }: FirstStage, features: TextFeatures): Float32Array {
  const { rows, first, count, clause, clauses } = features
  const size = LABELS.length
  const pooled = new Float32Array(3 * size)
  clauseSums.fill(0, 0, clauses * size)
  clauseCounts.fill(0, 0, clauses)
  for (let i = 0; i < count; i++) {
    const at = first[i] as number
    if (at < 0) continue
    const k = clause[at] as number
    const base = (rows[i] as number) * COLUMNS
    clauseCounts[k] = (clauseCounts[k] as number) + 1
    for (let c = 0; c < size; c++)
      clauseSums[k * size + c] = (clauseSums[k * size + c] as number) + (weights[base + c] as number)
  }
  pooled.fill(-4, 0, size)
  for (let k = 0; k < clauses; k++) {
    const s = featureScale(clauseCounts[k] as number)
    let mean = 0
    for (let c = 0; c < size; c++) {
      const value = (clauseSums[k * size + c] as number) * (scale[c] as number) * s + (bias[c] as number)
      clauseSums[k * size + c] = value
      mean += value / size
    }
    for (let c = 0; c < size; c++) {
      const value = (clauseSums[k * size + c] as number) - mean
      if (value > (pooled[c] as number)) pooled[c] = value
      if (k === 0) pooled[size + c] = value
      if (k === clauses - 1) pooled[2 * size + c] = value
    }
  }
  return pooled
}

/** A reading of features by a first stage. */
export function readFeatures(stage: FirstStage, features: TextFeatures): Reading {
  const scores = new Float32Array(COLUMNS)
  const chances = new Float32Array(COLUMNS)
  sumColumns(stage, features.rows, features.count, scores)
  softmax(scores, chances, OWN, LABELS.length)
  softmax(scores, chances, REPLY, LABELS.length)
  for (let c = FLAG; c < REPLY; c++) chances[c] = 1 / (1 + Math.exp(-(scores[c] ?? 0)))
  return {
    scores,
    chances,
    clauses: poolClauses(stage, features),
    lexicon: features.lexicon.slice(0, LEXICON_SIZE),
    counted: features.counted.slice(0, COUNTED.length),
    matter: features.matter.slice(0, features.matterCount),
    length: features.units.length,
  }
}
