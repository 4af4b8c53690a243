import type { Flag, Label } from '../../../domain/label.ts'

/** A labelled text as a baseline learns from it: without role or context, which none of them knows. */
export interface Example {
  text: string
  label: Label
}

/** What a baseline says of a text. `flags` is missing where it says nothing of flags. */
export interface Opinion {
  label: Label
  confidence: number
  flags?: Flag[]
}

export type Classify = (text: string) => Opinion | Promise<Opinion>

/** Another way to label messages, for comparison. Needs development dependencies only, loaded when it is trained. */
export interface Baseline {
  readonly id: string
  /** As the report names it. */
  readonly name: string
  /** How it is set up, for the reader of the report. */
  readonly note: string
  /** Rough cost of a training next to the others, for progress. */
  readonly weight: number
  /** Throws BASELINE_ABSENT where a package that it needs is not installed. */
  train(examples: readonly Example[]): Promise<Classify>
}

/** The label that most examples have: what is said where a baseline has nothing to say. */
export function commonest(examples: readonly Example[]): Label {
  const counts = new Map<Label, number>()
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'chatter'
}
