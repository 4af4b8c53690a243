import type { Scores } from './scores.ts'

/** How well models judge kinds of organisation that they were not trained on. */
export interface EvaluationReport {
  lines: number
  folds: number
  /** Macro-F1 by fold, of hand-picked lines and of streams. */
  perFold: { isolated: number; streams: number }[]
  all: Scores
  isolated: Scores
  streams: Scores
  perSource: Record<string, Scores>
}
