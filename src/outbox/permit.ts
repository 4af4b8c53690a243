import type { EpochMs } from '../domain/message.ts'
import { audienceOf, SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import { afterQuiet, nextAllowed } from '../policy/hours.ts'
import type { GroupRef } from '../store/groups.ts'
import type { ClaimedEntry } from '../store/outbox.ts'
import { APPEAL_CAUSE } from './entries.ts'

/** Whether an entry may be said at this moment: now, at a later moment, or not any more. */
export type Permit = 'now' | 'never' | { notBefore: EpochMs }

/**
 * Asks the policy in force once more, right before something is said: an outage or a retry may have brought it into
 * the quiet hours, and an admin may have gone back to observing since. Appeal notes are real in both modes.
 */
export const createPermit =
  (policyOf: (group: GroupRef) => { policy: Policy }) =>
  (entry: ClaimedEntry, now: EpochMs): Permit => {
    if (entry.channel === SIMULATED_CHANNEL) return 'now'
    const { policy } = policyOf(entry)
    if (policy.mode === 'observe' && !entry.cause.startsWith(APPEAL_CAUSE)) return 'never'
    const allowed = audienceOf(entry.recipient).kind === 'group' ? afterQuiet(policy, now) : nextAllowed(policy, now)
    return allowed > now ? { notBefore: allowed } : 'now'
  }
