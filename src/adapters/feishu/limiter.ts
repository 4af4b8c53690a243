import Bottleneck from 'bottleneck'
import type { CreateLimiter } from '../limiter.ts'
import { APP_INTERVAL_MS, TARGET_INTERVAL_MS, WEBHOOK_INTERVAL_MS } from './constants.ts'

/** Unused limiters are forgotten after this. */
const IDLE_MS = 300_000

/** For each group or user one after another, at the platform's pace, and all of them at the pace of the app. */
export function createAppLimiters(): CreateLimiter {
  const app = new Bottleneck({ minTime: APP_INTERVAL_MS })
  const targets = new Bottleneck.Group({ maxConcurrent: 1, minTime: TARGET_INTERVAL_MS, timeout: IDLE_MS })
  return (id) => ({ schedule: (job) => targets.key(id).schedule(() => app.schedule(job)) })
}

/** For each custom bot at most 100 a minute, one after another so that the pieces of a long text stay in order. */
export function createWebhookLimiters(): CreateLimiter {
  const bots = new Bottleneck.Group({ maxConcurrent: 1, minTime: WEBHOOK_INTERVAL_MS, timeout: IDLE_MS })
  return (id) => bots.key(id)
}
