import type { Flag, Label } from './label.ts'
import type { EpochMs, Role } from './message.ts'

/**
 * What a rule can do.
 * `record` only writes it down · `remind-sender` a private word · `note-owner` a note to the group's owner ·
 * `note-group` one gathered note in the group · `offer-silent-confirm` tells the asker how to count readers without 收到.
 */
export const ACTIONS = ['record', 'remind-sender', 'note-owner', 'note-group', 'offer-silent-confirm'] as const
export type Action = (typeof ACTIONS)[number]

/**
 * Why a consequence was not said although a rule asked for it.
 * `corrected`: taken back, since the verdict has changed; what had been said already counts no more.
 */
export const HOLDS = ['budget', 'exempt', 'emergency', 'no-recipient', 'no-channel', 'corrected'] as const
export type Hold = (typeof HOLDS)[number]

/** A rule met a message. */
export interface Decision {
  rule: string
  action: Action
  /** A member id, or `GROUP` of outbound.ts; null for `record`. */
  to: string | null
  /** In words that the person concerned may read. */
  reason: string
  /** Set where the words are not said: what held them back. */
  held: Hold | null
  /** Earliest moment to say it: quiet hours and out-of-hours wait for the morning. */
  notBefore: EpochMs
}

/** A judged message as the rules look back on it. */
export interface PastMessage {
  messageId: string
  senderId: string
  label: Label
  confidence: number
  sentAt: EpochMs
  /** Where it is not known, a rule that asks for a role does not count the message. */
  role?: Role
  /** Where they are not known, a rule that asks for flags does not count the message. */
  flags?: readonly Flag[]
}

/** A decision as the rules look back on it. */
export interface PastDecision {
  rule: string
  action: Action
  messageId: string
  senderId: string
  to: string | null
  held: Hold | null
  at: EpochMs
}

/** What the bot has said or will say, as budgets count it. */
export interface PastPost {
  /** A member id, or `GROUP` of outbound.ts. */
  to: string
  purpose: Purpose
  at: EpochMs
}

/** Why the bot speaks. Answers to a question are counted and reported, and exempt from the reminder budget. */
export const PURPOSES = ['reminder', 'note', 'digest', 'answer'] as const
export type Purpose = (typeof PURPOSES)[number]
