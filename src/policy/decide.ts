import type { Action, Decision, Hold, PastMatch, PastPost } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { purposeOf, withinBudget } from './budget.ts'
import { isExempt, type Judged, meetsAlone } from './conditions.ts'
import { stepAt, timesMet, wasNoted } from './escalation.ts'
import { type History, isRecent } from './history.ts'
import { afterQuiet, nextAllowed } from './hours.ts'
import { repeatsTheBot } from './own-words.ts'
import { reasonOf } from './reason.ts'
import { type Reach, resolve } from './recipient.ts'
import { completesWindow, matchOf } from './windows.ts'
import { containsAny } from './words.ts'

/** The message that is decided on. */
export interface SaidMessage extends Omit<Judged, 'label' | 'confidence' | 'flags'> {
  messageId: string
  /** The message that it quotes. */
  quotedId?: string | undefined
}

export interface DecideInput {
  policy: Policy
  message: SaidMessage
  verdict: Pick<Verdict, 'label' | 'confidence' | 'flags'>
  /** As far back as `historyNeeds(policy)` says. */
  history: History
  /** The group's owner, where one is known. */
  ownerId: string | null
  can: Reach
  /** Somebody has silenced the bot for now. */
  silence?: Extract<Hold, 'emergency' | 'paused'> | null
}

/** What the rules make of a message. */
export interface Outcome {
  /** Those of urgent rules first, else in the order of the file. */
  decisions: Decision[]
  /** What later windows count of this message; to be in `history.matches` when the next one is decided on. */
  matches: PastMatch[]
  /** True where a later message may repeat this one: its sketch is to be kept. */
  isDemand: boolean
}

/**
 * What the rules of a policy make of one judged message: a decision for each action of each rule that it meets. Pure;
 * `policy.mode` is not looked at, so that observing shows exactly what enforcing would do.
 *
 * A decision whose `held` is null is to be said at `notBefore`; every other is only recorded. What is said must be in
 * `history.posts` when the next message is decided on, and every decision in `history.decisions`.
 */
export function decide(input: DecideInput): Outcome {
  const { policy, message, verdict, history } = input
  const { text } = message
  const judged: Judged = { ...message, label: verdict.label, confidence: verdict.confidence, flags: verdict.flags }
  const outcome: Outcome = { decisions: [], matches: [], isDemand: false }
  const posts: PastPost[] = []
  let excuse: Hold | null | undefined
  for (const rule of inTurn(policy)) {
    if (!meetsAlone(policy, rule, judged)) continue
    if (rule.when.repeated !== undefined) outcome.isDemand = true
    const earlier = earlierDemand(rule, input)
    if (earlier === null) continue
    if (excuse === undefined) excuse = excusedBy(input)
    if (rule.when.count !== undefined) {
      // A window is a matter of what is not excused: that neither fills nor completes one.
      const match = excuse === null ? matchOf(rule, message, history.asks) : null
      if (match === null) continue
      outcome.matches.push(match)
      if (!completesWindow(rule, match, history)) continue
    }
    const held = excuse ?? input.silence ?? null
    if (held !== null) {
      const reason = reasonOf(rule, verdict, { text, earlier })
      for (const action of rule.then)
        outcome.decisions.push({ rule: rule.id, action, to: null, reason, held, notBefore: message.sentAt })
      continue
    }
    const times = timesMet(rule, message, history.decisions)
    const step = stepAt(rule, times)
    const reason = reasonOf(rule, verdict, {
      text,
      earlier,
      repeat: step && { times: times(step), within: step.within },
    })
    for (const action of (step ?? rule).then)
      outcome.decisions.push(consequence({ input, rule, action, escalates: step !== null, reason, posts }))
  }
  return outcome
}

const turns = new WeakMap<readonly Rule[], readonly Rule[]>()

/** Urgent rules first: one person hears one word about a message, and that is to be the urgent one. */
function inTurn({ rules }: Policy): readonly Rule[] {
  const known = turns.get(rules) ?? [...rules].sort((a, b) => Number(b.urgent ?? false) - Number(a.urgent ?? false))
  turns.set(rules, known)
  return known
}

/**
 * When another message demanded the same within the rule's time, the last one; undefined where the rule does not ask
 * for it; null where there is none. What was said later is no earlier demand, even if it was delivered before.
 */
function earlierDemand({ when }: Rule, { message, history }: DecideInput): EpochMs | undefined | null {
  const { repeated } = when
  if (repeated === undefined) return undefined
  const { messageId, sentAt: now } = message
  const earlier = history.demands.filter(
    (past) => past.messageId !== messageId && past.sentAt <= now && isRecent(past.sentAt, now, repeated),
  )
  return earlier.length === 0 ? null : Math.max(...earlier.map(({ sentAt }) => sentAt))
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
  const mayWait = to !== GROUP && rule.urgent === undefined
  const notBefore = mayWait ? nextAllowed(policy, message.sentAt) : afterQuiet(policy, message.sentAt)
  let held = resolved.held
  if (held === null) {
    if (wasNoted(rule, resolved.action, to, { message, decisions: history.decisions, escalates })) held = 'gathered'
    else if (posts.some((post) => post.to === to)) held = 'gathered'
    else if (!withinBudget(policy, history.posts, to, notBefore)) held = 'budget'
    else posts.push({ to, purpose, at: notBefore })
  }
  return { rule: rule.id, action: resolved.action, to, reason, held, notBefore }
}

/** Why the message is nobody's failing, whatever it says; null where nothing excuses it. */
function excusedBy({ policy, message }: DecideInput): Hold | null {
  if (isExempt(policy, message.senderId, message.role)) return 'exempt'
  if (containsAny(message.text, policy.exempt.keywords)) return 'exempt'
  if (containsAny(message.text, policy.workHours.emergencies)) return 'emergency'
  return repeatsTheBot(message.text) ? 'own-words' : null
}
