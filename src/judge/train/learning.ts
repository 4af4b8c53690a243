import { FLAGS, LABELS } from '../../domain/label.ts'
import { FLAG, OWN, REPLY } from '../first-stage.ts'

/** One thing to learn from a text: its own label and flags, or the label of the message that followed it. */
export interface FirstExample {
  rows: Int32Array
  /** Index of the label; -1 where only the answer is known. */
  label: number
  flags: number
  /** Index of the answer's label; -1 where none is known. */
  reply: number
  weight: number
}

/** Writes the gradient of cross-entropy into `gradient` from the scores in `said`; what is not known gets none. */
export function gradientOf(example: FirstExample, said: Float32Array, gradient: Float32Array, smoothing: number): void {
  gradient.fill(0)
  const { label, reply, flags, weight } = example
  const softly = (from: number, target: number): void => {
    const size = LABELS.length
    let top = -Infinity
    for (let c = from; c < from + size; c++) top = Math.max(top, said[c] as number)
    let total = 0
    for (let c = from; c < from + size; c++) total += Math.exp((said[c] as number) - top)
    for (let c = from; c < from + size; c++) {
      const wanted = (c - from === target ? 1 - smoothing : 0) + smoothing / size
      gradient[c] = weight * (Math.exp((said[c] as number) - top) / total - wanted)
    }
  }
  if (label >= 0) {
    softly(OWN, label)
    for (let f = 0; f < FLAGS.length; f++) {
      const p = 1 / (1 + Math.exp(-(said[FLAG + f] as number)))
      gradient[FLAG + f] = weight * (p - ((flags >> f) & 1))
    }
  }
  if (reply >= 0) softly(REPLY, reply)
}
