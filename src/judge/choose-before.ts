import { LABELS } from '../domain/label.ts'
import type { Role } from '../domain/message.ts'
import { OWN, REPLY, type Reading } from './first-stage.ts'

/** An earlier message as the second stage sees it. `same`: 1 the same speaker, -1 another, 0 not known. */
export interface Before {
  reading: Reading
  /** Not known of a quoted message from further back. */
  role: Role | undefined
  same: -1 | 0 | 1
}

/** Positions among the messages before one, -1 where there is none. */
export interface Chosen {
  /** It shares most matter with this one. */
  akin: number
  /** The last that asked somebody for something. */
  request: number
  /** This one looks most like an answer to it: several threads run through one another in a group. */
  answered: number
  /** The last that the same person said. */
  ownLast: number
}

const TASK = LABELS.indexOf('task')
const MANDATE = LABELS.indexOf('mandate')
const PROBLEM = LABELS.indexOf('problem')

/** How much a message asks for something to be answered or done, 0 to about 1. */
export const asks = ({ chances, questions }: Reading): number =>
  (chances[TASK] ?? 0) + (chances[MANDATE] ?? 0) + (questions > 0 ? 0.6 : 0) + 0.3 * (chances[PROBLEM] ?? 0)

/** How well what a message seems to be goes with being an answer to an earlier one, 0 to 1. */
export function answerFit(earlier: Reading, own: Reading): number {
  let sum = 0
  for (let c = 0; c < LABELS.length; c++) sum += (own.chances[OWN + c] ?? 0) * (earlier.chances[REPLY + c] ?? 0)
  return sum
}

/** Messages share matter from about one pair of characters on; less is chance. */
const LEAST_AKIN = 0.9
/** What speaks for an answer fades with each message between, by this. */
const FADING = 0.35

/**
 * Chooses which of the messages before one matter beside the last few. `shared[k]` is how much matter the `k`-th
 * before it, from 1, has in common with it.
 */
export function chooseBefore(
  own: Reading,
  before: readonly Before[],
  shared: ArrayLike<number>,
  reach: number,
): Chosen {
  const chosen: Chosen = { akin: -1, request: -1, answered: -1, ownLast: -1 }
  let akinScore = LEAST_AKIN
  let answeredScore = 0
  for (let k = 1; k <= reach; k++) {
    const at = before.length - k
    const { reading, same } = before[at] as Before
    const common = shared[k] as number
    const closeness = common - 0.1 * k + (same === 1 ? -0.5 : 0)
    if (closeness > akinScore) {
      akinScore = closeness
      chosen.akin = at
    }
    if (same === 1) {
      if (chosen.ownLast < 0) chosen.ownLast = at
      continue
    }
    const asking = asks(reading)
    const explains = (answerFit(reading, own) * (asking + 0.3) * (1 + Math.min(common, 4))) / (1 + FADING * k)
    if (explains > answeredScore) {
      answeredScore = explains
      chosen.answered = at
    }
    if (chosen.request < 0 && asking > 0.5) chosen.request = at
  }
  return chosen
}
