import { DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { PastPost } from '../../domain/decision.ts'
import type { EpochMs } from '../../domain/message.ts'
import { GROUP } from '../../domain/outbound.ts'
import type { Policy } from '../../domain/policy.ts'
import { withinBudget } from '../../policy/budget.ts'
import { nextAllowed } from '../../policy/hours.ts'

/** A post that would have to wait for more days than these is not worth it. */
const DAYS_TRIED = 7

/**
 * When the group may be asked for a tap: within working hours, since a tap out of hours would be one more demand, and
 * on a day whose budget has room. Null where there is no such moment within a few days.
 */
export function postTime(policy: Policy, posts: readonly PastPost[], now: EpochMs): EpochMs | null {
  let at = nextAllowed(policy, now)
  for (let day = 0; day < DAYS_TRIED; day++) {
    if (withinBudget(policy, posts, GROUP, at)) return at
    at = nextAllowed(policy, startOfDay(at) + DAY_MS)
  }
  return null
}
