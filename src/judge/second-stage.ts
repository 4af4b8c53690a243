import { FLAGS, LABELS } from '../domain/label.ts'
import { FLAG, OWN, type Reading } from './first-stage.ts'

/** Labels, then flags. */
export const OUTPUTS = LABELS.length + FLAGS.length

/** One hidden layer over the relation of a message to those before it, added to what the first stage says. */
export interface SecondStage {
  inputs: number
  hidden: number
  /** `[input][hidden]`, `[hidden]`, `[output][hidden]`, `[output]`. */
  w1: Float32Array
  b1: Float32Array
  w2: Float32Array
  b2: Float32Array
}

/** Logits of labels and flags: the first stage's scores plus the network's correction. */
export function forward(net: SecondStage, x: Float32Array, own: Reading, h: Float32Array, out: Float32Array): void {
  const { inputs, hidden, w1, b1, w2, b2 } = net
  h.set(b1)
  for (let i = 0; i < inputs; i++) {
    const v = x[i] as number
    if (v === 0) continue
    const base = i * hidden
    for (let j = 0; j < hidden; j++) h[j] = (h[j] as number) + v * (w1[base + j] as number)
  }
  for (let j = 0; j < hidden; j++) if ((h[j] ?? 0) < 0) h[j] = 0
  for (let o = 0; o < OUTPUTS; o++) {
    const base = o * hidden
    let sum = (b2[o] ?? 0) + (own.scores[o < LABELS.length ? OWN + o : FLAG + o - LABELS.length] ?? 0)
    for (let j = 0; j < hidden; j++) sum += (h[j] as number) * (w2[base + j] as number)
    out[o] = sum
  }
}
