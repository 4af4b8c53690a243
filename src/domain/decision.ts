import type { EpochMs, Role } from './message.ts'

/**
 * What a rule can do.
 * `record` only writes it down · `remind-sender` a private word · `ask-for-details` a private word asking who is to do
 * it by when · `note-owner` a note to the group's owner · `note-group` one gathered note in the group ·
 * `offer-silent-confirm` offers the asker to count readers without 收到 · `recall` takes the message out of the group.
 */
export const ACTIONS = [
  'record',
  'remind-sender',
  'ask-for-details',
  'note-owner',
  'note-group',
  'offer-silent-confirm',
  'recall',
] as const
export type Action = (typeof ACTIONS)[number]

/**
 * Why a consequence was not said although a rule asked for it.
 * `gathered`: a note of the rule to the same recipient stands for this one as well · `paused`: the bot was told to be
 * silent · `own-words`: the message repeats what the bot said · `corrected`: taken back, since the verdict has changed;
 * what had been said already counts no more.
 */
export const HOLDS = [
  'budget',
  'gathered',
  'exempt',
  'emergency',
  'paused',
  'own-words',
  'no-recipient',
  'no-channel',
  'corrected',
] as const
export type Hold = (typeof HOLDS)[number]

/** A rule met a message. */
export interface Decision {
  rule: string
  action: Action
  /** A member id, or `GROUP` of outbound.ts; null for `record` and `recall`. */
  to: string | null
  /** In words that the person concerned may read. */
  reason: string
  /** Set where the words are not said: what held them back. */
  held: Hold | null
  /** Earliest moment to say it: quiet hours and out-of-hours wait for the morning. */
  notBefore: EpochMs
}

/** A message that met a counting rule by itself, under the policy that was in force then. */
export interface PastMatch {
  rule: string
  messageId: string
  senderId: string
  sentAt: EpochMs
  /** The same for texts that say the same; null for one without words. */
  textKey: number | null
  /** The message that it answers, as far as that can be seen. */
  answers: string | null
}

/** A message by which somebody asked the group for something. */
export interface PastAsk {
  messageId: string
  senderId: string
  role: Role
  sentAt: EpochMs
}

/** An earlier demand, of this group or another of the tenant, that a message resembles. */
export interface PastDemand {
  groupId: string
  messageId: string
  senderId: string
  sentAt: EpochMs
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
