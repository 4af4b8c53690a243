import type { PastAsk, PastDecision, PastMatch } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Rule } from '../domain/policy.ts'
import { ASKER_WITHIN_MS, type History, isRecent } from './history.ts'
import { mostWithin } from './most-within.ts'
import { textKey } from './text-key.ts'

/** A message as windows count it. */
interface Counted {
  messageId: string
  senderId: string
  text: string
  sentAt: EpochMs
  /** The message that it quotes. */
  quotedId?: string | undefined
}

/**
 * The message as the windows of this rule will look back on it; null where it is in none: a message without words says
 * the same as no other, and one that answers nothing is no answer.
 */
export function matchOf(rule: Rule, message: Counted, asks: readonly PastAsk[]): PastMatch | null {
  const { messageId, senderId, sentAt } = message
  const { of } = rule.when
  const key = of === 'text' ? textKey(message.text) : null
  const answers = of === 'reply' ? (message.quotedId ?? lastAsk(asks, sentAt)?.messageId ?? null) : null
  if ((of === 'text' && key === null) || (of === 'reply' && answers === null)) return null
  return { rule: rule.id, messageId, senderId, sentAt, textKey: key, answers }
}

/** The last message within a day before `at` by which somebody asked the group for something. */
export function lastAsk(asks: readonly PastAsk[], at: EpochMs): PastAsk | undefined {
  const ask = asks.findLast(({ sentAt }) => sentAt <= at)
  return ask && isRecent(ask.sentAt, at, ASKER_WITHIN_MS) ? ask : undefined
}

/** True where both are counted in the same window of the rule. */
function countsWith(rule: Rule, match: PastMatch): (past: PastMatch) => boolean {
  switch (rule.when.of ?? 'group') {
    case 'group':
      return () => true
    case 'sender':
      return (past) => past.senderId === match.senderId
    case 'text':
      return (past) => past.textKey === match.textKey
    case 'reply':
      return (past) => past.answers === match.answers
  }
}

/**
 * True where this message is the one that completes a window of the rule.
 *
 * Counted are this message and those of `history.matches` that belong to the same window (`of`), that lie within less
 * than `within` of one another, and that were decided on after the message which completed the last window. So a flood
 * of 12 under `count: 5` is met by its 5th and 10th message, and no message is counted in two windows, in whatever
 * order they are delivered. What was held while the bot was silenced has completed its window all the same; messages
 * that are excused, as those of exempt people or with the word of an emergency, are no matches.
 */
export function completesWindow(rule: Rule, match: PastMatch, { matches, decisions }: History): boolean {
  const { count, within } = rule.when
  if (count === undefined || within === undefined) return true
  const { sentAt: now } = match
  const belongs = countsWith(rule, match)
  const completing = completingOf(rule, decisions, now - 2 * within)
  // A message that is decided on anew, as after an edit, counts once.
  completing.delete(match.messageId)
  let moments: EpochMs[] = []
  let isOpen = true
  for (let index = matches.length - 1; index >= 0; index--) {
    const past = matches[index] as PastMatch
    if (past.rule !== rule.id || past.messageId === match.messageId) continue
    const completed = completing.size > 0 && completing.delete(past.messageId)
    if (!isOpen || !belongs(past)) continue
    if (completed) isOpen = false
    else if (isRecent(past.sentAt, now, within) && past.sentAt < now + within) moments.push(past.sentAt)
  }
  // A message that completed a window and is no longer at hand: its moment is the best that is known of its place.
  for (const { senderId, at } of completing.values()) {
    if (closes(rule, senderId, match)) moments = moments.filter((moment) => moment > at)
  }
  return moments.length + 1 >= count && mostWithin(moments, now, within) >= count
}

/** The decisions since a moment by which the rule was met, one for each message; what was taken back is none. */
function completingOf(rule: Rule, decisions: readonly PastDecision[], since: EpochMs): Map<string, PastDecision> {
  const completing = new Map<string, PastDecision>()
  for (const decision of decisions) {
    if (decision.rule === rule.id && decision.at > since && decision.held !== 'corrected')
      completing.set(decision.messageId, decision)
  }
  return completing
}

/** True where a completed window, of which only the sender is known, was the one that the match is counted in. */
function closes({ when }: Rule, senderId: string, match: PastMatch): boolean {
  const of = when.of ?? 'group'
  return of === 'group' || (of === 'sender' && senderId === match.senderId)
}
