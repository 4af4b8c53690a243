import { DAY_MS } from '../domain/calendar.ts'
import type { PastAsk, PastDecision, PastDemand, PastMatch, PastPost } from '../domain/decision.ts'
import { isSubstantive, type Label } from '../domain/label.ts'
import type { EpochMs } from '../domain/message.ts'
import type { EscalationStep, Policy, Rule } from '../domain/policy.ts'

/** What happened lately in one group, without the message that is being decided on. */
export interface History {
  /** Of the rules that count, in the order in which they were decided on: a late one comes after those it precedes. */
  matches: readonly PastMatch[]
  /** Oldest first. */
  asks: readonly PastAsk[]
  /** Demands that this message resembles, of all groups of the tenant, in any order. */
  demands: readonly PastDemand[]
  /** In any order, `at` the `sentAt` of its message; simulated ones only while the group is observed. */
  decisions: readonly PastDecision[]
  /** In any order; `at` is when it was or will be said; simulated ones likewise. */
  posts: readonly PastPost[]
}

/** How far `decide` looks back, in milliseconds before the message; 0: not at all. */
export interface HistoryNeeds {
  matchesWithin: number
  asksWithin: number
  demandsWithin: number
  decisionsWithin: number
  /** Counted back from the message; posts that are still to be said belong to it as well. */
  postsWithin: number
}

/** The person's budget is a week's; the group's, a calendar day's, is shorter. */
export const BUDGET_WEEK_MS = 7 * DAY_MS

/** A demand for 收到 is answered within a day or not at all. */
export const ASKER_WITHIN_MS = DAY_MS

/** A rule that asks for a note without counting gets one in so long a time. */
export const GATHER_MS = DAY_MS

/** Fields that single messages out whatever their label. */
const BY_WORDS = ['text', 'pattern', 'mentionsAll', 'ranking', 'picturesOnly', 'missing'] as const

/** True where the rule singles messages out by more than the verdict: it then looks at work as well. */
export const namesWords = ({ when }: Rule): boolean => BY_WORDS.some((field) => when[field] !== undefined)

/** True where the rule can meet a message of that label: named by it, or noise where it names neither label nor words. */
export const concerns = (rule: Rule, label: Label): boolean =>
  rule.when.label?.includes(label) ?? (namesWords(rule) || !isSubstantive(label))

/** True for what is younger than `within`: a window is half open, as the store's `sent_at > since`. */
export const isRecent = (at: EpochMs, now: EpochMs, within: number): boolean => at > now - within

/** The steps of a rule, none where it does not escalate. */
export const stepsOf = (rule: Rule): readonly EscalationStep[] => rule.escalate ?? []

/** All actions of a rule and its steps. */
export const actionsOf = (rule: Rule) => [...rule.then, ...stepsOf(rule).flatMap((step) => step.then)]

/** True where the rule looks for the message that somebody asked for something by. */
const looksForAsks = (rule: Rule): boolean =>
  actionsOf(rule).includes('offer-silent-confirm') || rule.when.of === 'reply'

/** What the store must fetch so that `decide` counts exactly under this policy. */
export function historyNeeds({ rules }: Policy): HistoryNeeds {
  const longest = (all: readonly (number | undefined)[]) => Math.max(0, ...all.map((each) => each ?? 0))
  const windows = rules.map((rule) => rule.when.within)
  const gathers = rules.some((rule) => actionsOf(rule).some((action) => action.startsWith('note-')))
  // A late message may have completed a window with later ones: its place is found as far back as two windows.
  const windowsWithin = 2 * longest(windows)
  return {
    matchesWithin: windowsWithin,
    asksWithin: rules.some(looksForAsks) ? ASKER_WITHIN_MS : 0,
    demandsWithin: longest(rules.map((rule) => rule.when.repeated)),
    decisionsWithin: longest([
      windowsWithin,
      ...rules.flatMap((rule) => stepsOf(rule).map((step) => step.within)),
      gathers ? GATHER_MS : 0,
    ]),
    postsWithin: BUDGET_WEEK_MS,
  }
}

/** True where a judged message asks the group for something, so that 收到 may answer it. */
export const isAsk = (label: Label, flags: readonly string[]): boolean =>
  label === 'task' || label === 'mandate' || flags.includes('asks_ack')
