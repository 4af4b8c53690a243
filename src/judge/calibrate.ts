import { isSubstantive, LABELS } from '../domain/label.ts'
import type { Calibration, Knots } from './model.ts'

/** The confidence for a probability, by straight lines between the knots. */
export function interpolate(knots: Knots, p: number): number {
  let [x0, y0] = [0, 0]
  for (const [x, y] of knots) {
    if (p <= x) return x === x0 ? y : y0 + ((p - x0) / (x - x0)) * (y - y0)
    x0 = x
    y0 = y
  }
  return p >= 1 || x0 >= 1 ? Math.min(1, y0) : y0 + ((p - x0) / (1 - x0)) * (1 - y0)
}

/** Index of the greatest of the first `size` numbers. */
function argmax(values: ArrayLike<number>, size: number): number {
  let best = 0
  for (let i = 1; i < size; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}

const IS_NOISE = LABELS.map((label) => !isSubstantive(label))

/**
 * Turns the labels' logits into probabilities in `out` and returns the index of the greatest.
 * A temperature above 1 makes them less sure of themselves.
 */
export function softmaxAt(temperature: number, logits: ArrayLike<number>, out: Float64Array): number {
  const size = LABELS.length
  const best = argmax(logits, size)
  const top = logits[best] ?? 0
  let sum = 0
  for (let i = 0; i < size; i++) {
    const e = Math.exp(((logits[i] ?? 0) - top) / temperature)
    out[i] = e
    sum += e
  }
  for (let i = 0; i < size; i++) out[i] = (out[i] ?? 0) / sum
  return best
}

/**
 * How strongly probabilities speak for their greatest, 0 to 1. Of work it is its probability. Of noise it is mostly
 * that of being noise of any kind: whether a check-in is also a boast wrongs nobody, whether it is work does.
 */
export function strengthOf(chances: ArrayLike<number>, best: number): number {
  const own = chances[best] ?? 0
  if (IS_NOISE[best] !== true) return own
  let noise = 0
  for (let i = 0; i < LABELS.length; i++) if (IS_NOISE[i] === true) noise += chances[i] ?? 0
  return Math.sqrt(Math.sqrt(own * noise * noise * noise))
}

/**
 * Turns the labels' logits into calibrated probabilities in `out` and returns the index of the greatest.
 * The greatest is given the confidence that verdicts like it deserved; the others share the rest as they did before.
 */
export function calibrate(calibration: Calibration, logits: ArrayLike<number>, out: Float64Array): number {
  const best = softmaxAt(calibration.temperature, logits, out)
  const own = out[best] ?? 0
  const knots = IS_NOISE[best] === true ? calibration.noise : calibration.substantive
  const confidence = interpolate(knots, strengthOf(out, best))
  const share = own < 1 ? (1 - confidence) / (1 - own) : 0
  for (let i = 0; i < LABELS.length; i++) out[i] = i === best ? confidence : (out[i] ?? 0) * share
  return best
}
