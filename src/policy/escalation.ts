import type { Action, Hold, PastDecision } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import type { EscalationStep, Rule } from '../domain/policy.ts'
import { GATHER_MS, isRecent, stepsOf } from './history.ts'
import { mostWithin } from './most-within.ts'

/** What was held for one of these was no failing of the sender. */
const NO_POINT: ReadonlySet<Hold> = new Set(['exempt', 'emergency', 'paused', 'own-words', 'corrected'])

interface Sent {
  messageId: string
  senderId: string
  sentAt: EpochMs
}

/**
 * How many messages of this sender the rule has met within the window of a step, this one included: the most that any
 * such window around it holds. Points decay by leaving the window; one that was taken back counts no more.
 */
export function timesMet(rule: Rule, message: Sent, decisions: readonly PastDecision[]) {
  const moments = new Map<string, EpochMs>()
  if (stepsOf(rule).length > 0) {
    for (const past of decisions) if (isOfSender(past, rule, message)) moments.set(past.messageId, past.at)
  }
  const others = [...moments.values()]
  return ({ within }: EscalationStep): number => mostWithin(others, message.sentAt, within)
}

const isOfSender = (past: PastDecision, rule: Rule, { messageId, senderId }: Sent): boolean =>
  past.rule === rule.id &&
  past.senderId === senderId &&
  past.messageId !== messageId &&
  !(past.held !== null && NO_POINT.has(past.held))

/** The last step of the rule that is reached; null where none is. */
export const stepAt = (rule: Rule, times: (step: EscalationStep) => number): EscalationStep | null =>
  stepsOf(rule).findLast((step) => times(step) >= step.after) ?? null

/**
 * True where a note of this rule stands for one more: after an escalation, one about this sender within its window;
 * without counting, one about anybody to the same recipient within a day. A counting rule gathers by its window.
 */
export function wasNoted(
  rule: Rule,
  action: Action,
  to: string,
  { message, decisions, escalates }: { message: Sent; decisions: readonly PastDecision[]; escalates: boolean },
): boolean {
  if (action !== 'note-owner' && action !== 'note-group') return false
  if (!escalates && rule.when.count !== undefined) return false
  const within = escalates ? Math.max(...stepsOf(rule).map((step) => step.within)) : GATHER_MS
  return decisions.some(
    (past) =>
      past.rule === rule.id &&
      past.action === action &&
      past.held === null &&
      past.messageId !== message.messageId &&
      (escalates ? past.senderId === message.senderId : past.to === to) &&
      isRecent(past.at, message.sentAt, within),
  )
}
