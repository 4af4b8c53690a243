import type { Label } from '../domain/label.ts'
import type { LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, Member } from '../domain/message.ts'
import type { DigestKind } from './digest-period.ts'

/** Everything that a digest says, gathered beforehand. */
export interface DigestFacts {
  groupName: string
  kind: DigestKind
  /** The period, `[from, to)`. */
  from: EpochMs
  to: EpochMs
  now: EpochMs
  /** Those open now, and those touched in the period. */
  items: readonly LedgerItem[]
  members: readonly Member[]
  /** Messages of the period by label. */
  labelCounts: Readonly<Record<Label, number>>
  /** The same for the period before; null where there is none. */
  previousLabelCounts: Readonly<Record<Label, number>> | null
  /** What the bot did in the period. */
  bot: {
    groupPosts: number
    reminders: number
    answers: number
    /** Reminders that a budget, an exemption or quiet hours held back. */
    held: number
    /** What it would have said had enforcement been on. */
    simulated: number
  }
}
