import type { Flag, Label } from './label.ts'
import type { EpochMs, Role } from './message.ts'

/** One reason of a judgement, as an admin reads it. */
export interface Evidence {
  /** What was looked at: a feature family, a lexicon, a context relation. */
  rule: string
  /** Log-odds towards the verdict's label; positive speaks for it. */
  score: number
  /** Code-unit offsets `[from, to)` in the message text; null where the reason is not a stretch of it. */
  span: [number, number] | null
  /** In words, e.g. 「"荣获…第一名"(晒成绩 +2.1)」. */
  reason: string
}

/** What a message does, how sure that is, and why. */
export interface Verdict {
  label: Label
  /** Probability of `label`, 0 to 1. */
  confidence: number
  probabilities: Record<Label, number>
  flags: Flag[]
  evidence: Evidence[]
}

/** An earlier message of the same group, as the judge sees it. */
export interface ContextMessage {
  role: Role
  text: string
  /** Who said it; where two entries share it they are one person's. */
  from?: string
}

/** What the judge is given: the message and what was said before it, oldest first. */
export interface JudgeInput {
  text: string
  role: Role
  /** Who says it, in the same space as `ContextMessage.from`. */
  from?: string
  context: readonly ContextMessage[]
  /** The quoted message, where the client shows one: certain context. */
  quote?: string
  at?: EpochMs
}

/** Judges one message. Pure: the same input gives the same verdict. */
export interface Judge {
  /** Names the model that judged, e.g. `2026-11-23/1f0c2a9b`; stored with every verdict. */
  readonly version: string
  classify(input: JudgeInput): Verdict
}

/** The moment by which a message wants something done, and the words that say so. */
export interface Due {
  due: EpochMs
  match: string
}

/** Finds the deadline a text sets for its readers; null where it sets none. `at` is the posting time. */
export type FindDue = (text: string, at: EpochMs) => Due | null
