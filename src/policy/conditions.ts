import type { Flag, Label } from '../domain/label.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import { concerns } from './history.ts'
import { isOnRestDay, outOfHours } from './hours.ts'
import { matchesPattern } from './pattern.ts'
import { ranksPeople } from './ranking.ts'
import { isMediaOnly } from './text-key.ts'
import { wordSaid } from './words.ts'

/** A judged message as conditions see it, without what happened lately. */
export interface Judged {
  senderId: string
  role: Role
  text: string
  sentAt: EpochMs
  label: Label
  confidence: number
  flags: readonly Flag[]
  /** It addresses `@所有人`. */
  mentionsAll?: boolean
  /** What a task that it opens states; null or absent where it opens none. */
  opens?: { assignee: boolean; due: boolean } | null
}

/** True where a rule speaks of what the judge saw: its confidence then counts. */
export const reliesOnVerdict = ({ when }: Rule): boolean => when.label !== undefined || when.flags !== undefined

/** True where the message by itself, without what happened lately, is one that the rule speaks of. */
export function meetsAlone(policy: Policy, rule: Rule, judged: Judged): boolean {
  const { when } = rule
  return (
    concerns(rule, judged.label) &&
    (!reliesOnVerdict(rule) || judged.confidence >= when.confidence) &&
    (when.role === undefined || when.role === judged.role) &&
    (when.flags === undefined || when.flags.every((flag) => judged.flags.includes(flag))) &&
    (when.outOfHours === undefined || outOfHours(policy, judged.sentAt)) &&
    (when.restDay === undefined || isOnRestDay(judged.sentAt)) &&
    (when.mentionsAll === undefined || judged.mentionsAll === true) &&
    (when.missing === undefined || lacks(when.missing, judged.opens)) &&
    // The dear ones last.
    (when.picturesOnly === undefined || isMediaOnly(judged.text)) &&
    (when.ranking === undefined || ranksPeople(judged.text)) &&
    (when.text === undefined || wordSaid(judged.text, when.text) !== null) &&
    (when.pattern === undefined || matchesPattern(judged.text, when.pattern))
  )
}

const lacks = (slots: readonly ('assignee' | 'due')[], opens: Judged['opens']): boolean =>
  opens != null && slots.some((slot) => !opens[slot])

/** True for a person whom the policy leaves alone, by name or by role. */
export const isExempt = (policy: Policy, memberId: string, role: Role | undefined): boolean =>
  policy.exempt.members.includes(memberId) || (role !== undefined && policy.exempt.roles.includes(role))
