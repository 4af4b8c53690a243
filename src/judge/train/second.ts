import { LABELS } from '../../domain/label.ts'
import { FLAG, OWN, type Reading } from '../first-stage.ts'
import { RELATION_SIZE } from '../relation.ts'
import { OUTPUTS, type SecondStage } from '../second-stage.ts'
import { createAdam } from './adam.ts'
import { createRandom, shuffle } from './random.ts'

export interface SecondExample {
  x: Float32Array
  own: Reading
  label: number
  flags: number
  /** Whether its text names a danger. */
  danger: boolean
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
  const BATCH = 64
  const steps = options.epochs * Math.ceil(examples.length / BATCH)
  const adam = createAdam([net.w1, net.b1, net.w2, net.b2], [false, true, false, true], { ...options, steps })
  const [g1, gb1, g2, gb2] = adam.gradients as [Float32Array, Float32Array, Float32Array, Float32Array]
  const h = new Float32Array(hidden)
  const gh = new Float32Array(hidden)
  const live = new Uint8Array(hidden)
  const out = new Float32Array(OUTPUTS)
  const order = [...examples.keys()]
  const keep = 1 / (1 - options.dropout)

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
      gb2[o] = (gb2[o] as number) + g
      const base = o * hidden
      for (let j = 0; j < hidden; j++) {
        if (live[j] === 0) continue
        g2[base + j] = (g2[base + j] as number) + g * (h[j] as number)
        gh[j] = (gh[j] as number) + g * (net.w2[base + j] as number) * keep
      }
    }
    for (let j = 0; j < hidden; j++) gb1[j] = (gb1[j] as number) + (gh[j] as number)
    for (let i = 0; i < inputs; i++) {
      const v = x[i] as number
      if (v === 0) continue
      const base = i * hidden
      for (let j = 0; j < hidden; j++) g1[base + j] = (g1[base + j] as number) + v * (gh[j] as number)
    }
  }

  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random)
    for (let k = 0; k < order.length; k++) {
      learn(examples[order[k] as number] as SecondExample)
      if (k % BATCH === BATCH - 1 || k === order.length - 1) adam.step(BATCH)
    }
  }
  return net
}
