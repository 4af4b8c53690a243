import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'

/** Which checks of groups a policy asks for. */
export type GroupSettings = NonNullable<Policy['groups']>

/** What the checks read of one group. Dates are `YYYY-MM-DD` in China. */
export interface GroupFacts {
  groupId: string
  /** The platform that it is heard on. */
  adapter: string
  name: string | null
  /** When the bot first heard of it. */
  knownSince: EpochMs
  ownerId: string | null
  /** The leader who was seen first: speaks for a group that has no owner. */
  leaderId: string | null
  purpose: string | null
  temporary: boolean
  endsOn: string | null
  memberIds: readonly string[]
  namelessIds: readonly string[]
  /** The last sign of work within the time that was looked at; null where there is none. */
  lastWorkAt: EpochMs | null
  /** The last message heard that was not addressed to the bot; null where it hears only what mentions it. */
  overheardAt: EpochMs | null
  open: number
  /** The latest due time of what is open. */
  lastDueAt: EpochMs | null
  /** When something last moved in its ledger; null where nothing ever stood there. */
  itemsMovedAt: EpochMs | null
}

/** Whose word counts for the group; null where nobody is known. */
export const speakerOf = ({ ownerId, leaderId }: GroupFacts): string | null => ownerId ?? leaderId
