import type { Card, Picture } from './card.ts'
import type { Purpose } from './decision.ts'
import type { EpochMs } from './message.ts'

/** Where words go: into the group, or to one person in private. */
export type Audience = { kind: 'group' } | { kind: 'member'; memberId: string }

/** The recipient that stands for the whole group: no platform's member id begins with `@`. */
export const GROUP = '@group'

/** The channel that records and says nothing: where consequences go in observe mode. */
export const SIMULATED_CHANNEL = 'simulated'

/** An audience as decisions and the store name it: a member id, or `GROUP`. */
export const recipientOf = (audience: Audience): string => (audience.kind === 'group' ? GROUP : audience.memberId)

/** The audience that a recipient names. */
export const audienceOf = (recipient: string): Audience =>
  recipient === GROUP ? { kind: 'group' } : { kind: 'member', memberId: recipient }

/**
 * Something the bot has to say. `cause` is unique in its group: whoever finds the same cause twice says it once.
 */
export interface Outbound {
  tenantId: string
  groupId: string
  outboxId: string
  cause: string
  audience: Audience
  purpose: Purpose
  /** Markdown in the subset that every platform shows: headings, bold, quotes, lists, links. */
  body: string
  /** Buttons to show beside the body where the channel can. */
  card?: Card | undefined
  /** Shown with the body where the channel can. */
  picture?: Picture | undefined
  notBefore: EpochMs
  /** After this moment it is not worth saying; it is dropped and the drop recorded. */
  expiresAt: EpochMs
}

/**
 * What became of an attempt to say something. `retry.afterMs` is the platform's wish, in milliseconds; with `paced` it
 * was not tried at all, since our own limiter would not have let it out within a moment, or only another node can say
 * it, and `afterMs` is its wait.
 * `uncertain`: it was handed over and no answer came; saying it again might say it twice.
 */
export type SendResult =
  | { status: 'sent'; receipt: string | null }
  | { status: 'retry'; code: string; hint: string; afterMs?: number; paced?: true }
  | { status: 'uncertain'; code: string; hint: string }
  | { status: 'failed'; code: string; hint: string }
