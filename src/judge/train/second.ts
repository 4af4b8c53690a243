import { FLAGS, LABELS } from '../../domain/label.ts'
import { FLAG, OWN, type Reading } from '../first-stage.ts'
import { type Chosen, RELATION_SIZE } from '../relation.ts'
import { OUTPUTS, type SecondStage } from '../second-stage.ts'
import { createRandom, shuffle } from './random.ts'

export interface SecondExample {
  x: Float32Array
  own: Reading
  chosen: Chosen
  label: number
  flags: number
  weight: number
}

export interface SecondOptions {
  hidden: number
  epochs: number
  rate: number
  dropout: number
  decay: number
  seed: number
}

/** Adam's moments for one array of weights. */
const moments = (size: number) => ({ m: new Float32Array(size), v: new Float32Array(size), g: new Float32Array(size) })

/** Trains the network that corrects the first stage by context; deterministic for a seed. */
export function trainSecond(examples: readonly SecondExample[], options: SecondOptions): SecondStage {
  const random = createRandom(options.seed)
  const { hidden } = options
  const inputs = RELATION_SIZE
  const normal = () => random() + random() + random() - 1.5
  const net: SecondStage = {
    inputs,
    hidden,
    w1: Float32Array.from({ length: inputs * hidden }, () => normal() * 0.12),
    b1: new Float32Array(hidden).fill(0.1),
    w2: Float32Array.from({ length: OUTPUTS * hidden }, () => normal() * 0.05),
    b2: new Float32Array(OUTPUTS),
  }
  const parts = [
    { w: net.w1, decay: options.decay, ...moments(net.w1.length) },
    { w: net.b1, decay: 0, ...moments(net.b1.length) },
    { w: net.w2, decay: options.decay, ...moments(net.w2.length) },
    { w: net.b2, decay: 0, ...moments(net.b2.length) },
  ] as const
  const [p1, pb1, p2, pb2] = parts
  const h = new Float32Array(hidden)
  const gh = new Float32Array(hidden)
  const live = new Uint8Array(hidden)
  const out = new Float32Array(OUTPUTS)
  const order = [...examples.keys()]
  const BATCH = 64
  const keep = 1 / (1 - options.dropout)
  let step = 0

  const learn = ({ x, own, label, flags, weight }: SecondExample): void => {
    for (let j = 0; j < hidden; j++) h[j] = net.b1[j] as number
    for (let i = 0; i < inputs; i++) {
      const v = x[i] as number
      if (v === 0) continue
      const base = i * hidden
      for (let j = 0; j < hidden; j++) h[j] = (h[j] as number) + v * (net.w1[base + j] as number)
    }
    for (let j = 0; j < hidden; j++) {
      const on = (h[j] as number) > 0 && random() >= options.dropout
      live[j] = on ? 1 : 0
      h[j] = on ? (h[j] as number) * keep : 0
    }
    let top = -Infinity
    for (let o = 0; o < OUTPUTS; o++) {
      const base = o * hidden
      let sum = (net.b2[o] as number) + (own.scores[o < LABELS.length ? OWN + o : FLAG + o - LABELS.length] as number)
      for (let j = 0; j < hidden; j++) sum += (h[j] as number) * (net.w2[base + j] as number)
      out[o] = sum
      if (o < LABELS.length) top = Math.max(top, sum)
    }
    let total = 0
    for (let o = 0; o < LABELS.length; o++) total += Math.exp((out[o] as number) - top)
    for (let o = 0; o < OUTPUTS; o++) {
      const z = out[o] as number
      if (o < LABELS.length) out[o] = weight * (Math.exp(z - top) / total - (o === label ? 0.98 : 0.0025))
      else out[o] = 0.5 * weight * (1 / (1 + Math.exp(-z)) - ((flags >> (o - LABELS.length)) & 1))
    }
    gh.fill(0)
    for (let o = 0; o < OUTPUTS; o++) {
      const g = out[o] as number
      pb2.g[o] = (pb2.g[o] as number) + g
      const base = o * hidden
      for (let j = 0; j < hidden; j++) {
        if (live[j] === 0) continue
        p2.g[base + j] = (p2.g[base + j] as number) + g * (h[j] as number)
        gh[j] = (gh[j] as number) + g * (net.w2[base + j] as number) * keep
      }
    }
    for (let j = 0; j < hidden; j++) pb1.g[j] = (pb1.g[j] as number) + (gh[j] as number)
    for (let i = 0; i < inputs; i++) {
      const v = x[i] as number
      if (v === 0) continue
      const base = i * hidden
      for (let j = 0; j < hidden; j++) p1.g[base + j] = (p1.g[base + j] as number) + v * (gh[j] as number)
    }
  }

  const total = options.epochs * Math.ceil(order.length / BATCH)
  const update = (): void => {
    step++
    const progress = step / total
    const rate = options.rate * Math.min(1, step / 100) * (0.02 + 0.98 * 0.5 * (1 + Math.cos(Math.PI * progress)))
    const c1 = 1 - 0.9 ** step
    const c2 = 1 - 0.999 ** step
    for (const { w, m, v, g, decay } of parts) {
      for (let k = 0; k < w.length; k++) {
        const d = (g[k] as number) / BATCH
        m[k] = 0.9 * (m[k] as number) + 0.1 * d
        v[k] = 0.999 * (v[k] as number) + 0.001 * d * d
        w[k] =
          (w[k] as number) * (1 - rate * decay) -
          (rate * ((m[k] as number) / c1)) / (Math.sqrt((v[k] as number) / c2) + 1e-7)
        g[k] = 0
      }
    }
  }

  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    for (let k = 0; k < order.length; k++) {
      learn(examples[order[k] as number] as SecondExample)
      if (k % BATCH === BATCH - 1 || k === order.length - 1) update()
    }
  }
  return net
}
