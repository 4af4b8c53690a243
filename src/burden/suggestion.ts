/**
 * What a look at the groups may find, by the checks of the list: `idle` 13 · `ended` 14 · `duplicate` 15 · `registry` 16.
 */
export type GroupCheck = 'idle' | 'ended' | 'duplicate' | 'registry'

/** Something that one person may want to do about a group. Nobody has to, and the bot never does it. */
export interface Suggestion {
  check: GroupCheck
  groupId: string
  /** The group that it may be merged into; null for every other check. */
  otherGroupId: string | null
  /** Who is told; null where nobody is known who may be. */
  to: string | null
  /** One sentence for that person, with safe names. */
  reason: string
  facts: Readonly<Record<string, string | number | readonly string[]>>
}
