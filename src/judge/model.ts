import type { FirstStage } from './first-stage.ts'
import type { SecondStage } from './second-stage.ts'

/** Knots of a rising line from the network's probability to the confidence that is given, 0 and 1 at its ends. */
export type Knots = readonly (readonly [number, number])[]

/** How far the network's probabilities are to be believed, learnt on messages that it was not trained on. */
export interface Calibration {
  temperature: number
  /** For verdicts that call a message work, and for those that call it noise. */
  substantive: Knots
  noise: Knots
  /** Probability from which a flag is said, in the order of `FLAGS`. */
  flags: readonly number[]
}

/** What a model was trained on, for people. */
export interface ModelCard {
  /** `date/first eight digits of the checksum`. */
  version: string
  trainedAt: string
  trainedOn: { lines: number; sources: Record<string, number>; labels: Record<string, number> }
  figures: Record<string, number>
}

/** Everything that judging needs. */
export interface Model {
  card: ModelCard
  first: FirstStage
  second: SecondStage
  calibration: Calibration
}
