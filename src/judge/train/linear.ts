import { featureScale, SAID } from '../first-stage.ts'
import { type FirstExample, gradientOf } from './learning.ts'
import { createRandom, shuffle } from './random.ts'

const EPOCHS = 10
const RATE = 0.5
/** Share of features left out at each look, so that no single cue is leaned on. */
const LEFT_OUT = 0.35
const SMOOTHING = 0.06
/** The weights of the last epochs are averaged: the average errs less than the last. */
const AVERAGED = 4

export interface Linear {
  /** `[row][SAID]`. */
  weights: Float32Array
  bias: Float32Array
}

/** Trains linear weights by AdaGrad over sparse rows; deterministic for a seed. */
export function trainLinear(examples: readonly FirstExample[], size: number, seed: number): Linear {
  const weights = new Float32Array(size * SAID)
  const squares = new Float32Array(size * SAID).fill(0.01)
  const bias = new Float32Array(SAID)
  const biasSquares = new Float32Array(SAID).fill(0.01)
  const mean = { weights: new Float32Array(size * SAID), bias: new Float32Array(SAID) }
  const random = createRandom(seed)
  const order = [...examples.keys()]
  const said = new Float32Array(SAID)
  const gradient = new Float32Array(SAID)
  const kept = new Int32Array(16_384)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random)
    const rate = RATE * (1 - (0.9 * epoch) / EPOCHS)
    for (const index of order) {
      const example = examples[index] as FirstExample
      let count = 0
      for (const row of example.rows) if (random() >= LEFT_OUT) kept[count++] = row
      const s = featureScale(count)
      said.fill(0)
      for (let i = 0; i < count; i++) {
        const base = (kept[i] as number) * SAID
        for (let c = 0; c < SAID; c++) said[c] = (said[c] as number) + (weights[base + c] as number)
      }
      for (let c = 0; c < SAID; c++) said[c] = (said[c] as number) * s + (bias[c] as number)
      gradientOf(example, said, gradient, SMOOTHING)
      for (let c = 0; c < SAID; c++) {
        const g = gradient[c] as number
        if (g === 0) continue
        biasSquares[c] = (biasSquares[c] as number) + g * g
        bias[c] = (bias[c] as number) - (0.3 * rate * g) / Math.sqrt(biasSquares[c] as number)
        const gs = g * s
        for (let i = 0; i < count; i++) {
          const k = (kept[i] as number) * SAID + c
          const q = (squares[k] as number) + gs * gs
          squares[k] = q
          weights[k] = (weights[k] as number) - (rate * gs) / Math.sqrt(q)
        }
      }
    }
    if (epoch < EPOCHS - AVERAGED) continue
    for (let k = 0; k < weights.length; k++)
      mean.weights[k] = (mean.weights[k] as number) + (weights[k] as number) / AVERAGED
    for (let c = 0; c < SAID; c++) mean.bias[c] = (mean.bias[c] as number) + (bias[c] as number) / AVERAGED
  }
  return mean
}
