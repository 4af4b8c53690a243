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
export function argmax(values: ArrayLike<number>, size: number): number {
  let best = 0
  for (let i = 1; i < size; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}

/**
 * Turns the labels' logits into calibrated probabilities in `out` and returns the index of the greatest.
 * The greatest is given the confidence that verdicts like it deserved; the others share the rest as they did before.
 */
export function calibrate(calibration: Calibration, logits: ArrayLike<number>, out: Float64Array): number {
  const size = LABELS.length
  const best = argmax(logits, size)
  const top = logits[best] ?? 0
  let sum = 0
  for (let i = 0; i < size; i++) {
    const e = Math.exp(((logits[i] ?? 0) - top) / calibration.temperature)
    out[i] = e
    sum += e
  }
  const raw = 1 / sum
  const knots = isSubstantive(LABELS[best] ?? 'chatter') ? calibration.substantive : calibration.noise
  const confidence = interpolate(knots, raw)
  const share = raw < 1 ? (1 - confidence) / (1 - raw) / sum : 0
  for (let i = 0; i < size; i++) out[i] = i === best ? confidence : (out[i] ?? 0) * share
  return best
}
