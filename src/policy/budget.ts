import { startOfDay } from '../domain/calendar.ts'
import type { Action, PastPost, Purpose } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import { BUDGET_WEEK_MS } from './history.ts'

/** The purpose under which an action's words count; null where it says nothing. */
export function purposeOf(action: Action): Purpose | null {
  switch (action) {
    case 'record':
    case 'recall':
      return null
    case 'remind-sender':
    case 'ask-for-details':
    case 'offer-silent-confirm':
      return 'reminder'
    case 'note-owner':
    case 'note-group':
      return 'note'
  }
}

/**
 * True where one more word to `to`, said at `at`, keeps the bot's budget.
 * The group's is a calendar day in China and counts everything but answers; a person's is any seven days and counts
 * reminders and notes. What is already due to be said later than `at` counts against the person as well: otherwise
 * words that wait for the same morning would not see one another.
 */
export function withinBudget(policy: Policy, posts: readonly PastPost[], to: string, at: EpochMs): boolean {
  let said = 0
  if (to === GROUP) {
    const day = startOfDay(at)
    for (const post of posts) {
      if (post.to === GROUP && post.purpose !== 'answer' && startOfDay(post.at) === day) said++
    }
    return said < policy.bot.groupPostsPerDay
  }
  for (const post of posts) {
    const counts = post.purpose === 'reminder' || post.purpose === 'note'
    if (counts && post.to === to && post.at > at - BUDGET_WEEK_MS) said++
  }
  return said < policy.bot.remindersPerPersonPerWeek
}
