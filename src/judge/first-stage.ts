import { FLAGS, LABELS } from '../domain/label.ts'
import type { Dictionary } from './dictionary.ts'
import { COUNTED, LEXICON_SIZE, MAX_CLAUSES, type TextFeatures } from './features.ts'

/** What is said of one text: its own label, its flags, and the label of what tends to answer it. */
export const OWN = 0
export const FLAG = LABELS.length
export const REPLY = FLAG + FLAGS.length
export const SAID = REPLY + LABELS.length
/** Linear weights over hashed features of one text and its speaker's role, without context. */
export interface FirstStage {
  dictionary: Dictionary
  general: string
  /** `[row][SAID]`, each worth `scale[column]`. */
  weights: Int8Array
  scale: Float32Array
  bias: Float32Array
}

/** All that the second stage needs to know of one text. */
export interface Reading {
  /** Log-odds of what is said; of labels and replies log-probabilities less their mean. */
  readonly scores: Float32Array
  readonly chances: Float32Array
  /** What the second stage takes over as it is: clause by clause log-odds, counts of things and of lexicon classes. */
  readonly inputs: Float32Array
  /** How many figures, and how many questions, there are. */
  readonly figures: number
  readonly questions: number
  readonly matter: Int32Array
  /** Of units, its begin and end included. */
  readonly length: number
}

/** Log-odds of the labels by clause (the greatest of any, of the first, of the last), then counts. */
const CLAUSE_INPUTS = 3 * LABELS.length
export const READING_INPUTS = CLAUSE_INPUTS + COUNTED.length + LEXICON_SIZE

/** The weight of one feature among `count`: a long text must not shout. */
export const featureScale = (count: number): number => 1 / Math.sqrt(count + 8)

const SIZE = LABELS.length
const sums = new Int32Array(SAID)
const part = new Int32Array(SAID)
const clauseSums = new Int32Array(MAX_CLAUSES * SIZE)
const clauseCounts = new Int32Array(MAX_CLAUSES)
const clauseScores = new Float32Array(SIZE)

/** Adds up the rows `[from, to)` into `part`, eight columns at a time: what stays in registers is three times as fast. */
function sumRows(weights: Int8Array, rows: Int32Array, from: number, to: number): void {
  for (let c = 0; c < SAID; c += 8) {
    let a = 0
    let b = 0
    let d = 0
    let e = 0
    let f = 0
    let g = 0
    let h = 0
    let k = 0
    for (let i = from; i < to; i++) {
      const at = (rows[i] as number) * SAID + c
      a += weights[at] as number
      b += weights[at + 1] as number
      d += weights[at + 2] as number
      e += weights[at + 3] as number
      f += weights[at + 4] as number
      g += weights[at + 5] as number
      h += weights[at + 6] as number
      k += weights[at + 7] as number
    }
    part[c] = a
    part[c + 1] = b
    part[c + 2] = d
    part[c + 3] = e
    part[c + 4] = f
    part[c + 5] = g
    part[c + 6] = h
    part[c + 7] = k
  }
}

/** Adds up the features' weights, for the whole text and for the labels also by clause. */
function addUp(weights: Int8Array, { rows, first, clause, clauses, count }: TextFeatures): void {
  sums.fill(0)
  clauseSums.fill(0, 0, clauses * SIZE)
  clauseCounts.fill(0, 0, clauses)
  const clauseOf = (i: number): number => {
    const at = first[i] as number
    return at < 0 ? -1 : (clause[at] as number)
  }
  // Features come in order: those of the whole text, then clause by clause.
  let from = 0
  while (from < count) {
    const k = clauseOf(from)
    let to = from + 1
    while (to < count && clauseOf(to) === k) to++
    sumRows(weights, rows, from, to)
    for (let c = 0; c < SAID; c++) sums[c] = (sums[c] as number) + (part[c] as number)
    if (k >= 0) {
      clauseCounts[k] = to - from
      for (let c = 0; c < SIZE; c++) clauseSums[k * SIZE + c] = part[c] as number
    }
    from = to
  }
}

/** One clause can be a problem in a message of praise: what its clauses say, each for itself, into `pooled`. */
function poolClauses(
  { scale, bias }: FirstStage,
  { clauses }: TextFeatures,
  own: Float32Array,
  pooled: Float32Array,
): void {
  if (clauses === 1) {
    for (let c = 0; c < SIZE; c++) {
      const value = own[c] as number
      pooled[c] = value
      pooled[SIZE + c] = value
      pooled[2 * SIZE + c] = value
    }
    return
  }
  pooled.fill(-4, 0, SIZE)
  for (let k = 0; k < clauses; k++) {
    const s = featureScale(clauseCounts[k] as number)
    let mean = 0
    for (let c = 0; c < SIZE; c++) {
      const value = (clauseSums[k * SIZE + c] as number) * (scale[c] as number) * s + (bias[c] as number)
      clauseScores[c] = value
      mean += value / SIZE
    }
    for (let c = 0; c < SIZE; c++) {
      const value = (clauseScores[c] as number) - mean
      if (value > (pooled[c] as number)) pooled[c] = value
      if (k === 0) pooled[SIZE + c] = value
      if (k === clauses - 1) pooled[2 * SIZE + c] = value
    }
  }
}

const FIGURES = COUNTED.indexOf('figures')
const QUESTIONS = COUNTED.indexOf('question')

/** Centres scores in place and writes their probabilities. */
function softmax(scores: Float32Array, chances: Float32Array, from: number, size: number): void {
  let top = -Infinity
  let mean = 0
  for (let i = from; i < from + size; i++) {
    top = Math.max(top, scores[i] as number)
    mean += (scores[i] as number) / size
  }
  let sum = 0
  for (let i = from; i < from + size; i++) {
    const e = Math.exp((scores[i] as number) - top)
    chances[i] = e
    sum += e
  }
  for (let i = from; i < from + size; i++) {
    chances[i] = (chances[i] as number) / sum
    scores[i] = (scores[i] as number) - mean
  }
}

let chunk = new Float32Array(0)
let used = 0

/** Fresh floats, cut from a larger piece: an array buffer of its own for each would cost more than the reading. */
function takeFloats(size: number): Float32Array {
  if (used + size > chunk.length) {
    chunk = new Float32Array(32_768)
    used = 0
  }
  used += size
  return chunk.subarray(used - size, used)
}

/** A reading of features by a first stage. */
export function readFeatures(stage: FirstStage, features: TextFeatures): Reading {
  const { scale, bias } = stage
  const { count, lexicon, counted, matter, matterCount, units } = features
  const scores = takeFloats(SAID)
  const chances = takeFloats(SAID)
  const inputs = takeFloats(READING_INPUTS)
  addUp(stage.weights, features)
  const s = featureScale(count)
  for (let c = 0; c < SAID; c++) scores[c] = (sums[c] as number) * (scale[c] as number) * s + (bias[c] as number)
  softmax(scores, chances, OWN, SIZE)
  softmax(scores, chances, REPLY, SIZE)
  for (let c = FLAG; c < REPLY; c++) chances[c] = 1 / (1 + Math.exp(-(scores[c] as number)))
  poolClauses(stage, features, scores, inputs)
  for (let k = 0; k < CLAUSE_INPUTS; k++) inputs[k] = (inputs[k] as number) / 2
  for (let k = 0; k < COUNTED.length; k++) inputs[CLAUSE_INPUTS + k] = Math.min(counted[k] as number, 3) / 2
  const words = CLAUSE_INPUTS + COUNTED.length
  for (let k = 0; k < LEXICON_SIZE; k++) inputs[words + k] = Math.min(lexicon[k] as number, 3) / 2
  return {
    scores,
    chances,
    inputs,
    figures: counted[FIGURES] as number,
    questions: counted[QUESTIONS] as number,
    matter: matter.slice(0, matterCount),
    length: units.length,
  }
}
