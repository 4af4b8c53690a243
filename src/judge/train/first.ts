import { LABELS } from '../../domain/label.ts'
import type { Dictionary } from '../dictionary.ts'
import { type FirstStage, OWN, SAID } from '../first-stage.ts'
import type { FirstExample } from './learning.ts'
import { trainLinear } from './linear.ts'

/** Trainings whose weights are averaged: one linear model, with less of each one's accidents. */
const MEMBERS = 2

/** Trains the first stage and brings its table to one byte a weight, with one scale a column. */
export function trainFirst(
  examples: readonly FirstExample[],
  { dictionary, general }: { dictionary: Dictionary; general: string },
  seed: number,
): FirstStage {
  const { size } = dictionary
  const mean = trainLinear(examples, size, seed)
  for (let member = 1; member < MEMBERS; member++) {
    const other = trainLinear(examples, size, seed + 1_000 * member)
    const blend = (a: Float32Array, b: Float32Array): void =>
      a.forEach((value, k) => {
        a[k] = value + ((b[k] as number) - value) / (member + 1)
      })
    blend(mean.weights, other.weights)
    blend(mean.bias, other.bias)
  }
  const scale = new Float32Array(SAID)
  mean.weights.forEach((weight, k) => {
    const c = k % SAID
    scale[c] = Math.max(scale[c] as number, Math.abs(weight) / 127)
  })
  // The labels share a scale, so that their weights can be set against each other as they are.
  scale.fill(Math.max(...scale.subarray(OWN, OWN + LABELS.length)), OWN, OWN + LABELS.length)
  const weights = Int8Array.from(mean.weights, (weight, k) => Math.round(weight / (scale[k % SAID] || 1)))
  return { dictionary, general, weights, scale, bias: mean.bias }
}
