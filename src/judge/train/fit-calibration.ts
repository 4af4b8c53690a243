import { FLAGS, isSubstantive, LABELS } from '../../domain/label.ts'
import { softmaxAt, strengthOf } from '../calibrate.ts'
import type { Calibration, Knots } from '../model.ts'
import { ACT_AT } from './scores.ts'

/** What the network said of a message that it was not trained on. */
export interface Outcome {
  logits: Float32Array
  label: number
  flags: number
  /** Whether it names a danger: such a message is never acted on, whatever the network says. */
  danger: boolean
}

const PRECISION = 0.97
/** Work that may be called noise at `ACT_AT`, as a share of work. */
const WRONGED = 0.002

function fitTemperature(outcomes: readonly Outcome[]): number {
  let best = { temperature: 1, loss: Infinity }
  const chances = new Float64Array(LABELS.length)
  for (let temperature = 0.6; temperature < 3; temperature += 0.05) {
    let loss = 0
    for (const { logits, label } of outcomes) {
      softmaxAt(temperature, logits, chances)
      loss -= Math.log(Math.max(1e-9, chances[label] ?? 0))
    }
    if (loss < best.loss) best = { temperature, loss }
  }
  return Math.round(best.temperature * 100) / 100
}

/** The lowest probability from which a group of verdicts is as right as acting on them demands. */
function threshold(said: readonly { p: number; right: boolean; wronged: boolean }[], allowed: number): number {
  const sorted = [...said].sort((a, b) => b.p - a.p)
  let right = 0
  let wronged = 0
  let lowest = 0.995
  sorted.forEach(({ p, right: isRight, wronged: isWronged }, i) => {
    right += isRight ? 1 : 0
    wronged += isWronged ? 1 : 0
    if (wronged <= allowed && (i < 50 || right / (i + 1) >= PRECISION)) lowest = Math.min(lowest, p)
  })
  return Math.min(0.995, Math.max(0.55, lowest))
}

const knotsAt = (p: number): Knots => [
  [0.5, 0.5],
  [p, ACT_AT],
  [1, 1],
]

function flagThreshold(outcomes: readonly Outcome[], flag: number): number {
  let best = { at: 0.5, f1: -1 }
  for (let at = 0.2; at <= 0.8; at += 0.025) {
    let hit = 0
    let said = 0
    let gold = 0
    for (const { logits, flags } of outcomes) {
      const isGold = ((flags >> flag) & 1) === 1
      const isSaid = 1 / (1 + Math.exp(-(logits[LABELS.length + flag] ?? 0))) >= at
      if (isGold) gold++
      if (isSaid) said++
      if (isGold && isSaid) hit++
    }
    const f1 = (2 * hit) / Math.max(1, gold + said)
    if (f1 > best.f1) best = { at: Math.round(at * 1000) / 1000, f1 }
  }
  return best.at
}

/** Learns how far to believe the network, from messages that it was not trained on. */
export function fitCalibration(outcomes: readonly Outcome[]): Calibration {
  const temperature = fitTemperature(outcomes)
  const work = outcomes.filter(({ label }) => isSubstantive(LABELS[label] ?? 'chatter')).length
  const chances = new Float64Array(LABELS.length)
  const said = outcomes.flatMap(({ logits, label, danger }) => {
    const best = softmaxAt(temperature, logits, chances)
    const noise = !isSubstantive(LABELS[best] ?? 'chatter')
    if (noise && danger) return []
    const wronged = noise && isSubstantive(LABELS[label] ?? 'chatter')
    return [{ p: strengthOf(chances, best), noise, right: best === label, wronged }]
  })
  const noise = threshold(
    said.filter((one) => one.noise),
    WRONGED * work,
  )
  const substantive = threshold(
    said.filter((one) => !one.noise),
    Infinity,
  )
  return {
    temperature,
    substantive: knotsAt(substantive),
    noise: knotsAt(noise),
    flags: FLAGS.map((_, flag) => flagThreshold(outcomes, flag)),
  }
}
