import Bottleneck from 'bottleneck'
import { type CreateLimiter, foretelling, foretellingEach } from '../limiter.ts'
import { APP_INTERVAL_MS, TARGET_INTERVAL_MS, WEBHOOK_INTERVAL_MS } from './constants.ts'

/** Unused limiters are forgotten after this. */
const IDLE_MS = 300_000

/** For each group or user one after another, at the platform's pace, and all of them at the pace of the app. */
export function createAppLimiters(): CreateLimiter {
  const app = foretelling(new Bottleneck({ minTime: APP_INTERVAL_MS }), { burst: 1, everyMs: APP_INTERVAL_MS })
  const targets = foretellingEach(
    new Bottleneck.Group({ maxConcurrent: 1, minTime: TARGET_INTERVAL_MS, timeout: IDLE_MS }),
    { burst: 1, everyMs: TARGET_INTERVAL_MS },
  )
  return (id) => ({ schedule: (job, late) => targets(id).schedule(() => app.schedule(job, late), late) })
}

/** For each custom bot at most 100 a minute, one after another so that the pieces of a long text stay in order. */
export function createWebhookLimiters(): CreateLimiter {
  const bots = new Bottleneck.Group({ maxConcurrent: 1, minTime: WEBHOOK_INTERVAL_MS, timeout: IDLE_MS })
  return foretellingEach(bots, { burst: 1, everyMs: WEBHOOK_INTERVAL_MS })
}
