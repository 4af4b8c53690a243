import type { DeadlineScores } from './evaluation/deadlines.ts'
import type { Scores } from './scores.ts'

/** One of the other ways to label messages, on the same folds. */
export interface BaselineReport {
  name: string
  note: string
  /** Null where it could not be run; then `absent` says why. */
  scores: { all: Scores; isolated: Scores; streams: Scores } | null
  absent: string | null
  /** Seconds of one core for all folds. */
  trainSeconds: number
  judgeSeconds: number
}

/** How well models judge kinds of organisation that they were not trained on. */
export interface CrossValidation {
  lines: number
  folds: number
  /** Macro-F1 by fold, of hand-picked lines and of streams. */
  perFold: { isolated: number; streams: number }[]
  all: Scores
  isolated: Scores
  streams: Scores
  perSource: Record<string, Scores>
  /** All `plain*` and `casual*` files judged by a model that saw none of them; null where there are none. */
  plain: Scores | null
  /** Empty where they were not asked for. */
  baselines: BaselineReport[]
}

/** What the shipped model says of recorded chats that it was never trained on. */
export interface TranscriptReport {
  model: string
  all: Scores
  each: { name: string; scores: Scores }[]
}

export interface EvaluationReport extends CrossValidation {
  /** A sentence where it could not be measured. */
  transcripts: TranscriptReport | string
  deadlines: DeadlineScores | string
}
