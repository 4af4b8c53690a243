import { DAY_MS } from '../domain/calendar.ts'
import type { PastDecision, PastMessage, PastPost } from '../domain/decision.ts'
import { isSubstantive, LABELS, type Label } from '../domain/label.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Policy, Rule } from '../domain/policy.ts'

/** What happened lately in one group, without the message that is being decided on. */
export interface History {
  /** Oldest first. */
  messages: readonly PastMessage[]
  /** In any order, `at` the `sentAt` of its message; simulated ones only while the group is observed. */
  decisions: readonly PastDecision[]
  /** In any order; `at` is when it was or will be said; simulated ones likewise. */
  posts: readonly PastPost[]
}

/** How far `decide` looks back, in milliseconds before the message. */
export interface HistoryNeeds {
  /** How many of the latest messages of each label within `within` are enough; 0: none of that label is looked at. */
  messageCount: Readonly<Record<Label, number>>
  within: number
  decisionsWithin: number
  /** Counted back from the message; posts that are still to be said belong to it as well. */
  postsWithin: number
}

/** The person's budget is a week's; the group's, a calendar day's, is shorter. */
export const BUDGET_WEEK_MS = 7 * DAY_MS

/** A demand for 收到 is answered within a day or not at all. */
export const ASKER_WITHIN_MS = DAY_MS

/**
 * Doubtful verdicts of the same label stand between those that count, so that many times a rule's `count` are fetched.
 * A window is exact as long as one in so many meets its rule; beyond that it is met later, never sooner.
 */
const FETCHED_PER_COUNTED = 10
const ASKERS_LOOK_BACK = 50

/** True where the rule can meet a message of that label: named by it, or noise where the rule names no label. */
export const concerns = (rule: Rule, label: Label): boolean =>
  rule.when.label === undefined ? !isSubstantive(label) : rule.when.label.includes(label)

/** True for what is younger than `within`: a window is half open, as the store's `sent_at > since`. */
export const isRecent = (at: EpochMs, now: EpochMs, within: number): boolean => at > now - within

const actionsOf = (rule: Rule) => [...rule.then, ...(rule.escalate?.then ?? [])]

/** What the store must fetch so that `decide` counts exactly under this policy. */
export function historyNeeds(policy: Policy): HistoryNeeds {
  const counting = policy.rules.filter((rule) => rule.when.count !== undefined)
  const offers = policy.rules.some((rule) => actionsOf(rule).includes('offer-silent-confirm'))
  const messageCount = Object.fromEntries(
    LABELS.map((label) => {
      const counts = counting.filter((rule) => concerns(rule, label)).map((rule) => rule.when.count ?? 0)
      const asked = offers && isAsked(label) ? ASKERS_LOOK_BACK : 0
      return [label, Math.max(asked, FETCHED_PER_COUNTED * Math.max(0, ...counts))]
    }),
  ) as Record<Label, number>
  const windows = counting.map((rule) => rule.when.within ?? 0)
  return {
    messageCount,
    within: Math.max(0, offers ? ASKER_WITHIN_MS : 0, ...windows),
    decisionsWithin: Math.max(0, ...windows, ...policy.rules.map((rule) => rule.escalate?.within ?? 0)),
    postsWithin: BUDGET_WEEK_MS,
  }
}

/** The labels under which somebody asks the group for something. */
const isAsked = (label: Label): boolean => isSubstantive(label) || label === 'mandate'
