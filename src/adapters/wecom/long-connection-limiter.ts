import Bottleneck from 'bottleneck'
import { type CreateLimiter, foretellingEach } from '../limiter.ts'
import { CONVERSATION_BURST, CONVERSATION_REFILL_MS } from './constants.ts'

/** Longer than an empty bucket takes to fill, so that forgetting one gives nothing away. */
const FORGOTTEN_AFTER_MS = 300_000

/** A limiter for each conversation, one message after another; those that are not used are forgotten. */
export function createConversationLimiter(): CreateLimiter {
  const group = new Bottleneck.Group({
    maxConcurrent: 1,
    reservoir: CONVERSATION_BURST,
    reservoirIncreaseInterval: CONVERSATION_REFILL_MS,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseMaximum: CONVERSATION_BURST,
    // How often Bottleneck looks whether something was gained.
    heartbeatInterval: 1000,
    timeout: FORGOTTEN_AFTER_MS,
  })
  return foretellingEach(group, { burst: CONVERSATION_BURST, everyMs: CONVERSATION_REFILL_MS })
}
