import Bottleneck from 'bottleneck'
import { type CreateLimiter, foretellingEach } from '../limiter.ts'
import { API_INTERVAL_MS, WEBHOOK_BURST, WEBHOOK_REFILL_MS } from './constants.ts'

/** Unused limiters are forgotten after this: longer than an empty bucket takes to fill. */
const IDLE_MS = 300_000

/** For each endpoint of the app at most 20 calls in any second. */
export function createApiLimiters(): CreateLimiter {
  const endpoints = new Bottleneck.Group({ minTime: API_INTERVAL_MS, timeout: IDLE_MS })
  return foretellingEach(endpoints, { burst: 1, everyMs: API_INTERVAL_MS })
}

/** For each robot at most 20 in any minute, one after another so that the pieces of a long text stay in order. */
export function createWebhookLimiters(): CreateLimiter {
  const robots = new Bottleneck.Group({
    maxConcurrent: 1,
    reservoir: WEBHOOK_BURST,
    reservoirIncreaseInterval: WEBHOOK_REFILL_MS,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseMaximum: WEBHOOK_BURST,
    // How often Bottleneck looks whether something was gained.
    heartbeatInterval: 1000,
    timeout: IDLE_MS,
  })
  return foretellingEach(robots, { burst: WEBHOOK_BURST, everyMs: WEBHOOK_REFILL_MS })
}
