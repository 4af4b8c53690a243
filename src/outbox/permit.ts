import type { EpochMs } from '../domain/message.ts'
import { audienceOf, SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import { afterQuiet, nextAllowed } from '../policy/hours.ts'
import type { GroupRef } from '../store/groups.ts'
import type { ClaimedEntry } from '../store/outbox.ts'
import type { Silence } from '../store/silences.ts'
import { APPEAL_CAUSE, CONFIRM_CAUSE, PRIVATE_ANSWER_CAUSE, TRIAL_CAUSE } from './entries.ts'

/** Whether an entry may be said at this moment: now, at a later moment, or not any more. */
export type Permit = 'now' | 'never' | { notBefore: EpochMs }

/** What people have asked for, or must be told to decide: said in both modes. */
const REAL = [APPEAL_CAUSE, CONFIRM_CAUSE, TRIAL_CAUSE]

/**
 * Asks the policy in force once more, right before something is said: an outage or a retry may have brought it into
 * the quiet hours, an admin may have gone back to observing since, or have silenced the bot. In a pause appeals are
 * still brought to whoever decides; in an emergency everything waits but answers.
 */
export const createPermit =
  (
    policyOf: (group: GroupRef) => { policy: Policy },
    silenceOf: (group: GroupRef, at: EpochMs) => Promise<Silence | null> = async () => null,
  ) =>
  async (entry: ClaimedEntry, now: EpochMs): Promise<Permit> => {
    if (entry.channel === SIMULATED_CHANNEL || entry.cause.startsWith(PRIVATE_ANSWER_CAUSE)) return 'now'
    const { policy } = policyOf(entry)
    const isReal = REAL.some((cause) => entry.cause.startsWith(cause))
    if (policy.mode === 'observe' && !isReal) return 'never'
    const silence = await silenceOf(entry, now)
    const waits = silence !== null && (silence.kind === 'emergency' || !entry.cause.startsWith(APPEAL_CAUSE))
    const from = waits ? silence.until : now
    const allowed = audienceOf(entry.recipient).kind === 'group' ? afterQuiet(policy, from) : nextAllowed(policy, from)
    return allowed > now ? { notBefore: allowed } : 'now'
  }
