import { FLAGS, LABELS } from '../domain/label.ts'
import type { Role } from '../domain/message.ts'
import { answerFit, asks, type Before, type Chosen, chooseBefore } from './choose-before.ts'
import { FLAG, OWN, READING_INPUTS, REPLY, type Reading, SAID } from './first-stage.ts'

/** The most messages before this one that are looked at. */
export const REACH = 8
const SLOTS = 3
/** Beside the last three: the quoted or most akin message, the last request, what this answers, the speaker's own last. */
const ALL_SLOTS = SLOTS + 4
/** Inputs of one earlier message; the first of them is 0 where there is none, and so are all the others. */
const SLOT_SIZE = 8 + SAID + 4
const SELF_SIZE = LABELS.length * 2 + FLAGS.length + 4 + READING_INPUTS
const AROUND = LABELS.length + 4
export const RELATION_SIZE = SELF_SIZE + ALL_SLOTS * SLOT_SIZE + AROUND

/** Where the part about this very message ends: then come the slots of earlier messages, then what is around. */
export const CONTEXT_FROM = SELF_SIZE
const AROUND_FROM = SELF_SIZE + ALL_SLOTS * SLOT_SIZE

const sketch = new Uint32Array(4096)
let turn = 0

/** Marks the matter of this message; overlaps are counted against it until the next mark. */
function mark(matter: Int32Array): void {
  turn = (turn + 1) >>> 0
  if (turn === 0) {
    sketch.fill(0)
    turn = 1
  }
  for (let i = 0; i < matter.length; i++) sketch[(matter[i] ?? 0) & 4095] = turn
}

function overlap(matter: Int32Array): number {
  let shared = 0
  for (let i = 0; i < matter.length; i++) if (sketch[(matter[i] ?? 0) & 4095] === turn) shared++
  return shared
}

function fillSlot(x: Float32Array, at: number, before: Before, distance: number, shared: number, own: Reading): void {
  const { reading, role, same } = before
  x[at] = 1
  x[at + 1] = role === undefined ? 0 : role === 'leader' ? 1 : -1
  x[at + 2] = same
  x[at + 3] = distance / 4
  x[at + 4] = reading.questions > 0 ? 1 : 0
  x[at + 5] = Math.log2(reading.length) / 4 - 1
  x[at + 6] = Math.min(shared, 6) / 3
  x[at + 7] = shared / (1 + Math.min(reading.matter.length, own.matter.length))
  for (let c = 0; c < REPLY; c++) x[at + 8 + c] = reading.chances[c] ?? 0
  for (let c = REPLY; c < SAID; c++) x[at + 8 + c] = (reading.scores[c] ?? 0) / 2
  x[at + 8 + SAID] = asks(reading)
  x[at + 9 + SAID] = reading.length === own.length ? 1 : 0
  x[at + 10 + SAID] = reading.figures > 0 ? 1 : 0
  x[at + 11 + SAID] = 2 * answerFit(reading, own)
}

const shared = new Int32Array(REACH + 1)

/**
 * Describes a message and what was said before it (oldest first) as the inputs of the second stage.
 * `quoted` is the message that it quotes: certain context, where there is one.
 */
export function relate(x: Float32Array, own: Reading, role: Role, before: readonly Before[], quoted?: Before): Chosen {
  x.fill(0)
  let at = 0
  for (let c = 0; c < LABELS.length; c++) x[at++] = (own.scores[OWN + c] ?? 0) / 2
  for (let c = 0; c < LABELS.length; c++) x[at++] = own.chances[OWN + c] ?? 0
  for (let c = FLAG; c < REPLY; c++) x[at++] = Math.max(-2, (own.scores[c] ?? 0) / 3)
  x[at++] = role === 'leader' ? 1 : -1
  x[at++] = before.length === 0 && quoted === undefined ? 1 : 0
  x[at++] = Math.log2(own.length) / 4 - 1
  x[at++] = own.matter.length === 0 ? 1 : 0
  x.set(own.inputs, at)

  mark(own.matter)
  const reach = Math.min(before.length, REACH)
  const around = AROUND_FROM
  for (let k = 1; k <= reach; k++) {
    const message = before[before.length - k] as Before
    shared[k] = overlap(message.reading.matter)
    if (k <= SLOTS) fillSlot(x, SELF_SIZE + (k - 1) * SLOT_SIZE, message, k, shared[k] as number, own)
    for (let c = 0; c < LABELS.length; c++) x[around + c] = (x[around + c] ?? 0) + (message.reading.chances[c] ?? 0) / 4
  }
  const chosen = chooseBefore(own, before, shared, reach)
  x[around + LABELS.length] = reach / REACH
  x[around + LABELS.length + 1] = quoted ? 1 : 0
  x[around + LABELS.length + 2] = chosen.akin >= 0 ? 1 : 0
  x[around + LABELS.length + 3] = chosen.request >= 0 ? 1 : 0
  if (quoted !== undefined) fillSlot(x, SELF_SIZE + SLOTS * SLOT_SIZE, quoted, 0, overlap(quoted.reading.matter), own)
  const beside = [quoted === undefined ? chosen.akin : -1, chosen.request, chosen.answered, chosen.ownLast]
  beside.forEach((at, slot) => {
    const message = before[at]
    const k = before.length - at
    if (message !== undefined) fillSlot(x, SELF_SIZE + (SLOTS + slot) * SLOT_SIZE, message, k, shared[k] as number, own)
  })
  return chosen
}
