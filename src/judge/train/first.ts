import { FLAGS, LABELS } from '../../domain/label.ts'
import type { Dictionary } from '../dictionary.ts'
import { COLUMNS, type FirstStage, FLAG, featureScale, OWN, REPLY } from '../first-stage.ts'
import { createRandom, shuffle } from './random.ts'

/** One thing to learn from a text: its own label and flags, or the label of the message that followed it. */
export interface FirstExample {
  rows: Int32Array
  /** Index of the label; -1 where only the answer is known. */
  label: number
  flags: number
  /** Index of the answer's label; -1 where none is known. */
  reply: number
  weight: number
}

export interface FirstOptions {
  epochs: number
  rate: number
  /** Share of features left out at each look, so that no single cue is leaned on. */
  dropout: number
  decay: number
  seed: number
}

/** Share of the epochs, at the end, whose weights are averaged: the average errs less than the last. */
const AVERAGED = +(process.env.AVG ?? 0.4)

/** Trains the weight table by AdaGrad over sparse rows; deterministic for a seed. */
export function trainFirst(
  examples: readonly FirstExample[],
  features: { dictionary: Dictionary; general: string },
  options: FirstOptions,
): FirstStage {
  const size = features.dictionary.prints.length
  const weights = new Float32Array(size * COLUMNS)
  const squares = new Float32Array(size * COLUMNS).fill(0.01)
  const bias = new Float32Array(COLUMNS)
  const biasSquares = new Float32Array(COLUMNS).fill(0.01)
  const mean = new Float32Array(size * COLUMNS)
  const meanBias = new Float32Array(COLUMNS)
  const averaged = Math.max(1, Math.floor(options.epochs * AVERAGED))
  const random = createRandom(options.seed)
  const order = shuffle([...examples.keys()], random)
  const sums = new Float32Array(COLUMNS)
  const gradient = new Float32Array(COLUMNS)
  const kept = new Int32Array(16_384)

  const soften = (from: number, target: number, weight: number): void => {
    let top = -Infinity
    for (let c = from; c < from + LABELS.length; c++) top = Math.max(top, sums[c] as number)
    let total = 0
    for (let c = from; c < from + LABELS.length; c++) total += Math.exp((sums[c] as number) - top)
    for (let c = from; c < from + LABELS.length; c++) {
      const p = Math.exp((sums[c] as number) - top) / total
      gradient[c] = weight * (p - (c - from === target ? 0.94 : 0.0075))
    }
  }

  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    const rate = options.rate * (1 - (0.9 * epoch) / options.epochs)
    for (const index of order) {
      const example = examples[index] as FirstExample
      let count = 0
      for (const row of example.rows) if (random() >= options.dropout) kept[count++] = row
      const s = featureScale(count)
      sums.fill(0)
      for (let i = 0; i < count; i++) {
        const base = (kept[i] as number) * COLUMNS
        for (let c = 0; c < COLUMNS; c++) sums[c] = (sums[c] as number) + (weights[base + c] as number)
      }
      for (let c = 0; c < COLUMNS; c++) sums[c] = (sums[c] as number) * s + (bias[c] as number)
      gradient.fill(0)
      let first = REPLY
      let last = 0
      if (example.label >= 0) {
        first = OWN
        last = REPLY
        soften(OWN, example.label, example.weight)
        for (let f = 0; f < FLAGS.length; f++) {
          const p = 1 / (1 + Math.exp(-(sums[FLAG + f] as number)))
          gradient[FLAG + f] = example.weight * (p - ((example.flags >> f) & 1))
        }
      }
      if (example.reply >= 0) {
        last = COLUMNS
        soften(REPLY, example.reply, example.weight)
      }
      for (let c = first; c < last; c++) {
        const g = gradient[c] as number
        biasSquares[c] = (biasSquares[c] as number) + g * g
        bias[c] = (bias[c] as number) - (0.3 * rate * g) / Math.sqrt(biasSquares[c] as number)
      }
      for (let i = 0; i < count; i++) {
        const base = (kept[i] as number) * COLUMNS
        for (let c = first; c < last; c++) {
          const k = base + c
          const w = weights[k] as number
          const g = (gradient[c] as number) * s + options.decay * w
          const q = (squares[k] as number) + g * g
          squares[k] = q
          weights[k] = w - (rate * g) / Math.sqrt(q)
        }
      }
    }
    if (epoch >= options.epochs - averaged) {
      for (let k = 0; k < mean.length; k++) mean[k] = (mean[k] as number) + (weights[k] as number) / averaged
      for (let c = 0; c < COLUMNS; c++) meanBias[c] = (meanBias[c] as number) + (bias[c] as number) / averaged
    }
  }
  return { ...features, weights: mean, scale: new Float32Array(COLUMNS).fill(1), bias: meanBias }
}
