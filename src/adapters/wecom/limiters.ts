import Bottleneck from 'bottleneck'
import { type CreateLimiter, foretelling, foretellingEach, type Limiter } from '../limiter.ts'
import { APPCHAT_BURST, APPCHAT_REFILL_MS, WEBHOOK_BURST, WEBHOOK_REFILL_MS } from './constants.ts'

/** One after another, so that the pieces of a long text stay in order. */
const bucketOf = (burst: number, refillMs: number) => ({
  maxConcurrent: 1,
  reservoir: burst,
  reservoirIncreaseInterval: refillMs,
  reservoirIncreaseAmount: 1,
  reservoirIncreaseMaximum: burst,
  // How often Bottleneck looks whether something was gained: not more rarely than something is.
  heartbeatInterval: Math.min(1000, refillMs),
})

/** Longer than an empty bucket takes to fill, so that forgetting one gives nothing away. */
const FORGOTTEN_AFTER_MS = 300_000

/** For each group robot at most 20 messages in any minute. */
export function createWebhookLimiters(): CreateLimiter {
  const robots = new Bottleneck.Group({ ...bucketOf(WEBHOOK_BURST, WEBHOOK_REFILL_MS), timeout: FORGOTTEN_AFTER_MS })
  return foretellingEach(robots, { burst: WEBHOOK_BURST, everyMs: WEBHOOK_REFILL_MS })
}

/** For all chats of an app together at most 120 messages in any minute. */
export const createAppchatLimiter = (): Limiter =>
  foretelling(new Bottleneck(bucketOf(APPCHAT_BURST, APPCHAT_REFILL_MS)), {
    burst: APPCHAT_BURST,
    everyMs: APPCHAT_REFILL_MS,
  })
