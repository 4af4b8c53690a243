import type { CorpusLine } from '../corpus.ts'
import type { Said } from './learners.ts'

/** A learner is to learn from some lines and to judge others. */
export interface Order {
  learner: string
  seed: number
  training: readonly CorpusLine[]
  held: readonly CorpusLine[]
}

/** What came of an order: a verdict for each held line, or why there is none. Times are of one core. */
export type Answer =
  | { kind: 'judged'; said: Said[]; trainSeconds: number; judgeSeconds: number }
  | { kind: 'absent'; reason: string }

/** What the worker of an order posts: its progress from 0 to 1, then its answer. */
export type Posted = { kind: 'progress'; share: number } | Answer
