import type { EpochMs } from '../domain/message.ts'
import type { OutboxState } from '../store/tables.ts'

/** Which channels had better not be used for a while. */
export interface Rests {
  /** Until when a channel rests, or null where it may speak. After a rest the first who asks may, the others wait for what becomes of it. */
  until(channel: string, at: EpochMs): EpochMs | null
  note(channel: string, state: OutboxState, at: EpochMs): void
}

/** Longer than most attempts take. */
const TRIAL_MS = 20_000

/**
 * After a word of which nobody knows whether it arrived, its channel rests: `waitAfter` of one, two, three in a row.
 * What is uncertain is not repeated, so a platform that answers nonsense would else use up all that waits to be said.
 */
export function createRests(waitAfter: (inARow: number) => number): Rests {
  const resting = new Map<string, { inARow: number; until: EpochMs; tried: boolean }>()
  return {
    until(channel, at) {
      const rest = resting.get(channel)
      if (rest === undefined) return null
      if (rest.until > at) return rest.until
      resting.set(channel, { ...rest, until: at + TRIAL_MS, tried: true })
      return null
    },
    note(channel, state, at) {
      if (state === 'sent' || state === 'failed') resting.delete(channel)
      if (state !== 'uncertain') return
      const rest = resting.get(channel)
      // Others that were under way at the same time say nothing new.
      if (rest !== undefined && !rest.tried && rest.until > at) return
      const inARow = (rest?.inARow ?? 0) + 1
      resting.set(channel, { inARow, until: at + waitAfter(inARow), tried: false })
    },
  }
}
