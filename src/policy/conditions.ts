import type { PastMessage } from '../domain/decision.ts'
import type { Flag, Label } from '../domain/label.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import { concerns, type History, isRecent } from './history.ts'
import { outOfHours } from './hours.ts'

/** A judged message as conditions see it, present or past. */
interface Judged {
  senderId: string
  label: Label
  confidence: number
  sentAt: EpochMs
  role?: Role
  flags?: readonly Flag[]
}

/** True where the message by itself, without what happened lately, is one that the rule speaks of. */
export function meetsAlone(policy: Policy, rule: Rule, judged: Judged): boolean {
  const { when } = rule
  return (
    concerns(rule, judged.label) &&
    judged.confidence >= when.confidence &&
    (when.role === undefined || when.role === judged.role) &&
    (when.flags === undefined || when.flags.every((flag) => judged.flags?.includes(flag))) &&
    (when.outOfHours === undefined || outOfHours(policy, judged.sentAt))
  )
}

/** True for a person whom the policy leaves alone, by name or by role. */
export const isExempt = (policy: Policy, memberId: string, role: Role | undefined): boolean =>
  policy.exempt.members.includes(memberId) || (role !== undefined && policy.exempt.roles.includes(role))

/**
 * True where a message at `now`, which meets the rule alone, is the one that completes a window of the rule.
 *
 * Counted are this message and those of the group in `history` that meet the rule alone, whose senders are not exempt,
 * that lie within less than `within` of one another, and that come after the message which completed the last window.
 * So a flood of 12 under `count: 5` is met by its 5th and 10th message, and no message is counted in two windows. What
 * was held for an emergency has completed its window all the same.
 */
export function completesWindow(policy: Policy, rule: Rule, history: History, now: EpochMs): boolean {
  const { count, within } = rule.when
  if (count === undefined || within === undefined) return true
  const { messages } = history
  const first = afterLastWindow(rule.id, history, now - within)
  let counted = 1
  // A message that was delivered late finds later ones before it: the window then ends with the latest of them.
  let end = now
  for (let index = messages.length - 1; index >= first && counted < count; index--) {
    const past = messages[index] as PastMessage
    if (past.sentAt >= now + within) continue
    end = Math.max(end, past.sentAt)
    if (!isRecent(past.sentAt, end, within)) break
    if (!isExempt(policy, past.senderId, past.role) && meetsAlone(policy, rule, past)) counted++
  }
  return counted >= count
}

/** The index of the first message after the one that completed the rule's last window, as far back as `since`. */
function afterLastWindow(ruleId: string, { messages, decisions }: History, since: EpochMs): number {
  const completing = new Set<string>()
  let completedAt = Number.NEGATIVE_INFINITY
  for (const decision of decisions) {
    if (decision.rule !== ruleId || decision.at <= since) continue
    completing.add(decision.messageId)
    completedAt = Math.max(completedAt, decision.at)
  }
  if (completing.size === 0) return 0
  // By id, since several messages may share a moment; by time, since the completing one may lie beyond what is fetched.
  const byId = messages.findLastIndex((past) => completing.has(past.messageId))
  const byTime = messages.findLastIndex((past) => past.sentAt < completedAt)
  return Math.max(byId, byTime) + 1
}
