import type { Action, Decision, Hold, PastPost } from '../domain/decision.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { purposeOf, withinBudget } from './budget.ts'
import { completesWindow, isExempt, meetsAlone } from './conditions.ts'
import { type History, isRecent } from './history.ts'
import { afterQuiet, nextAllowed } from './hours.ts'
import { reasonOf } from './reason.ts'
import { type Reach, resolve } from './recipient.ts'

export interface DecideInput {
  policy: Policy
  message: { messageId: string; senderId: string; text: string; sentAt: EpochMs; role: Role }
  verdict: Verdict
  /** As far back as `historyNeeds(policy)` says. */
  history: History
  /** The group's owner, where one is known. */
  ownerId: string | null
  can: Reach
}

/**
 * What the rules of a policy make of one judged message: a decision for each action of each rule that it meets, in the
 * order of the file. Pure; `policy.mode` is not looked at, so that observing shows exactly what enforcing would do.
 *
 * A decision whose `held` is null is to be said at `notBefore`; every other is only recorded. What is said must be in
 * `history.posts` when the next message is decided on, and every decision in `history.decisions`.
 */
export function decide(input: DecideInput): Decision[] {
  const { policy, message, verdict, history } = input
  const judged = { ...verdict, senderId: message.senderId, sentAt: message.sentAt, role: message.role }
  const exempt = isExempt(policy, message.senderId, message.role)
  const decisions: Decision[] = []
  const posts: PastPost[] = []
  let silence: Hold | null | undefined
  for (const rule of policy.rules) {
    if (!meetsAlone(policy, rule, judged)) continue
    // A window is a matter of those who are not exempt: an exempt person neither fills nor completes one.
    if (rule.when.count !== undefined && (exempt || !completesWindow(policy, rule, history, message.sentAt))) continue
    silence ??= exempt ? 'exempt' : silencedBy(policy, message.text)
    if (silence !== null) {
      const reason = reasonOf(rule, verdict)
      for (const action of rule.then) {
        decisions.push({ rule: rule.id, action, to: null, reason, held: silence, notBefore: message.sentAt })
      }
      continue
    }
    const times = timesMet(rule, input)
    const step = rule.escalate !== undefined && times >= rule.escalate.after ? rule.escalate : rule
    const escalates = step !== rule
    const reason = reasonOf(rule, verdict, escalates ? times : undefined)
    for (const action of step.then) {
      decisions.push(consequence({ input, rule, action, escalates, reason, posts }))
    }
  }
  return decisions
}

interface Step {
  input: DecideInput
  rule: Rule
  action: Action
  escalates: boolean
  reason: string
  /** What this message has made the bot say so far; the step adds to it. */
  posts: PastPost[]
}

function consequence({ input, rule, action, escalates, reason, posts }: Step): Decision {
  const { policy, message, history } = input
  const resolved = resolve(action, input)
  const purpose = purposeOf(resolved.action)
  if (resolved.to === null || purpose === null) {
    return { rule: rule.id, ...resolved, reason, notBefore: message.sentAt }
  }
  const { to } = resolved
  const notBefore = to === GROUP ? afterQuiet(policy, message.sentAt) : nextAllowed(policy, message.sentAt)
  let held = resolved.held
  if (held === null) {
    const enough =
      posts.some((post) => post.to === to) ||
      (escalates && alreadyNoted(rule, resolved.action, input)) ||
      !withinBudget(policy, history.posts, to, notBefore)
    if (enough) held = 'budget'
    else posts.push({ to, purpose, at: notBefore })
  }
  return { rule: rule.id, action: resolved.action, to, reason, held, notBefore }
}

/** `exempt` or `emergency` where the text has such a word, whatever its width or case; null where it has none. */
function silencedBy(policy: Policy, text: string): Hold | null {
  const keywords = foldedOnce(policy.exempt.keywords)
  const emergencies = foldedOnce(policy.workHours.emergencies)
  if (keywords.length === 0 && emergencies.length === 0) return null
  const plain = fold(text)
  const has = (word: string) => plain.includes(word)
  if (keywords.some(has)) return 'exempt'
  return emergencies.some(has) ? 'emergency' : null
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

const folded = new WeakMap<readonly string[], readonly string[]>()

/** The words of a policy as they are compared; a policy in force is read again and again and never changed. */
function foldedOnce(words: readonly string[]): readonly string[] {
  const known = folded.get(words) ?? words.map(fold)
  folded.set(words, known)
  return known
}

/**
 * How many messages of this sender the rule has met within its escalation window, this one included. Points decay by
 * leaving the window; what was held as exempt or as an emergency was never one.
 */
function timesMet({ id, escalate }: Rule, { message, history }: DecideInput): number {
  if (escalate === undefined) return 0
  const met = new Set<string>()
  for (const past of history.decisions) {
    if (past.rule !== id || past.senderId !== message.senderId) continue
    if (past.held === 'exempt' || past.held === 'emergency') continue
    if (past.messageId !== message.messageId && isRecent(past.at, message.sentAt, escalate.within)) {
      met.add(past.messageId)
    }
  }
  return met.size + 1
}

/** True where the escalation has brought this sender before the same recipient within its window already. */
function alreadyNoted({ id, escalate }: Rule, action: Action, { message, history }: DecideInput): boolean {
  if (escalate === undefined || (action !== 'note-owner' && action !== 'note-group')) return false
  return history.decisions.some(
    (past) =>
      past.rule === id &&
      past.senderId === message.senderId &&
      past.action === action &&
      past.held === null &&
      isRecent(past.at, message.sentAt, escalate.within),
  )
}
