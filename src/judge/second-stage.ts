import { FLAGS, LABELS } from '../domain/label.ts'
import { FLAG, OWN, type Reading } from './first-stage.ts'
import { AROUND_FROM, CONTEXT_FROM, SLOT_SIZE } from './relation.ts'

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

/** Adds the inputs `[from, to)` to the hidden layer's sums, four units at a time; `hidden` is a multiple of four. */
function feed({ hidden, w1 }: SecondStage, x: Float32Array, from: number, to: number, sums: Float32Array): void {
  for (let j = 0; j < hidden; j += 4) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let at = from * hidden + j
    for (let i = from; i < to; i++) {
      const v = x[i] as number
      a += v * (w1[at] as number)
      b += v * (w1[at + 1] as number)
      c += v * (w1[at + 2] as number)
      d += v * (w1[at + 3] as number)
      at += hidden
    }
    sums[j] = (sums[j] as number) + a
    sums[j + 1] = (sums[j + 1] as number) + b
    sums[j + 2] = (sums[j + 2] as number) + c
    sums[j + 3] = (sums[j + 3] as number) + d
  }
}

/** The logits that the hidden layer's sums and the first stage's scores come to. */
function conclude({ hidden, w2, b2 }: SecondStage, sums: Float32Array, own: Reading, out: Float32Array): void {
  for (let o = 0; o < OUTPUTS; o++) {
    const base = o * hidden
    let sum = (b2[o] as number) + (own.scores[o < LABELS.length ? OWN + o : FLAG + o - LABELS.length] as number)
    for (let j = 0; j < hidden; j++) {
      const v = sums[j] as number
      if (v > 0) sum += v * (w2[base + j] as number)
    }
    out[o] = sum
  }
}

/**
 * Logits of labels and flags in `out`: the first stage's scores plus the network's correction of them. `alone`, where
 * given, gets what they were without the inputs about what was said before.
 */
export function forward(
  net: SecondStage,
  x: Float32Array,
  own: Reading,
  sums: Float32Array,
  out: Float32Array,
  alone?: Float32Array,
): void {
  sums.set(net.b1)
  feed(net, x, 0, CONTEXT_FROM, sums)
  if (alone !== undefined) conclude(net, sums, own, alone)
  for (let at = CONTEXT_FROM; at < AROUND_FROM; at += SLOT_SIZE) if (x[at] !== 0) feed(net, x, at, at + SLOT_SIZE, sums)
  feed(net, x, AROUND_FROM, net.inputs, sums)
  conclude(net, sums, own, out)
}

/** Several networks as one, wider one that says their mean. */
export function joinNetworks(nets: readonly SecondStage[]): SecondStage {
  const [one] = nets
  if (one === undefined) throw new RangeError('joinNetworks needs at least one network')
  const { inputs } = one
  const hidden = nets.reduce((sum, net) => sum + net.hidden, 0)
  const joined: SecondStage = {
    inputs,
    hidden,
    w1: new Float32Array(inputs * hidden),
    b1: new Float32Array(hidden),
    w2: new Float32Array(OUTPUTS * hidden),
    b2: new Float32Array(OUTPUTS),
  }
  let at = 0
  for (const net of nets) {
    const part = (all: Float32Array, row: number) => all.subarray(row * net.hidden, (row + 1) * net.hidden)
    for (let i = 0; i < inputs; i++) joined.w1.set(part(net.w1, i), i * hidden + at)
    joined.b1.set(net.b1, at)
    for (let o = 0; o < OUTPUTS; o++) {
      joined.w2.set(
        part(net.w2, o).map((w) => w / nets.length),
        o * hidden + at,
      )
      joined.b2[o] = (joined.b2[o] as number) + (net.b2[o] as number) / nets.length
    }
    at += net.hidden
  }
  return joined
}
