import type { Timing } from '../adapter.ts'
import type { Refused } from '../http-client.ts'
import { plainText } from '../markdown.ts'
import type { AppPress } from './app-callback.ts'
import { answeredButton } from './card.ts'
import { createWecomApp, type WecomAppOptions } from './wecom-app.ts'

export interface WecomCardUpdateOptions extends WecomAppOptions {
  agentId: number
  timing: Timing
  /** Ends the waits between attempts. */
  signal: AbortSignal
  /** The buttons stay: pressing one again changes nothing, so that is all that is lost. */
  onFailed?: (refused: Refused) => void
}

/** Attempts where the platform is busy, and the first wait between them. */
const ATTEMPTS = 3
const FIRST_WAIT_MS = 5_000

/**
 * Replaces the buttons of an app's card that was pressed by what was answered, so that nobody presses it again
 * (`message/update_template_card`, pages 90236 and 94888): once for each code, within 72 h of the press.
 */
export function createWecomCardUpdate(options: WecomCardUpdateOptions): (press: AppPress) => Promise<void> {
  const { agentId, timing, signal, onFailed } = options
  const app = createWecomApp(options)

  return async ({ memberId, responseCode, answer }) => {
    const json = {
      userids: [memberId],
      agentid: agentId,
      response_code: responseCode,
      button: { replace_name: answeredButton(plainText(answer).trim()) },
    }
    for (let attempt = 1; ; attempt++) {
      const read = await app.post('message/update_template_card', json)
      if (!('refused' in read)) return
      if (read.refused.status !== 'retry' || attempt === ATTEMPTS || signal.aborted) return onFailed?.(read.refused)
      await timing.sleep(Math.max(FIRST_WAIT_MS * attempt, read.refused.afterMs ?? 0), signal)
    }
  }
}
