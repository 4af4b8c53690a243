import { FLAGS, LABELS } from '../domain/label.ts'
import { FLAG, OWN, type Reading } from './first-stage.ts'
import { CONTEXT_FROM } from './relation.ts'

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

/** Hidden units whose sums stay in registers together; `hidden` is a multiple of it. */
export const BLOCK = 8

/** The first layer as `[block][input][unit of the block]`: what is multiplied one after another lies side by side. */
function layOut({ inputs, hidden, w1 }: SecondStage): Float32Array {
  const blocks = new Float32Array(w1.length)
  let at = 0
  for (let j = 0; j < hidden; j += BLOCK)
    for (let i = 0; i < inputs; i++) for (let k = 0; k < BLOCK; k++) blocks[at++] = w1[i * hidden + j + k] as number
  return blocks
}

/**
 * Writes the logits of labels and flags to `out`: the first stage's scores plus the network's correction of them.
 * `alone`, where given, gets what they were without the inputs about what was said before.
 */
export type Correct = (x: Float32Array, own: Reading, out: Float32Array, alone?: Float32Array) => void

/** Prepares a network for use. The function keeps scratch space of its own. */
export function createCorrection(net: SecondStage): Correct {
  const { inputs, hidden, b1, w2, b2 } = net
  const blocks = layOut(net)
  const sums = new Float32Array(hidden)
  const live = new Int32Array(inputs)

  /** Adds the inputs `[from, to)` to the hidden layer's sums; most inputs are 0. */
  const feed = (x: Float32Array, from: number, to: number): void => {
    let count = 0
    for (let i = from; i < to; i++) if (x[i] !== 0) live[count++] = i
    for (let j = 0; j < hidden; j += BLOCK) {
      const base = j * inputs
      let a = sums[j] as number
      let b = sums[j + 1] as number
      let c = sums[j + 2] as number
      let d = sums[j + 3] as number
      let e = sums[j + 4] as number
      let f = sums[j + 5] as number
      let g = sums[j + 6] as number
      let h = sums[j + 7] as number
      for (let n = 0; n < count; n++) {
        const i = live[n] as number
        const v = x[i] as number
        const at = base + i * BLOCK
        a += v * (blocks[at] as number)
        b += v * (blocks[at + 1] as number)
        c += v * (blocks[at + 2] as number)
        d += v * (blocks[at + 3] as number)
        e += v * (blocks[at + 4] as number)
        f += v * (blocks[at + 5] as number)
        g += v * (blocks[at + 6] as number)
        h += v * (blocks[at + 7] as number)
      }
      sums[j] = a
      sums[j + 1] = b
      sums[j + 2] = c
      sums[j + 3] = d
      sums[j + 4] = e
      sums[j + 5] = f
      sums[j + 6] = g
      sums[j + 7] = h
    }
  }

  /** The logits that the hidden layer's sums and the first stage's scores come to. */
  const conclude = (own: Reading, out: Float32Array): void => {
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

  return (x, own, out, alone) => {
    sums.set(b1)
    feed(x, 0, CONTEXT_FROM)
    if (alone !== undefined) conclude(own, alone)
    feed(x, CONTEXT_FROM, inputs)
    conclude(own, out)
  }
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
