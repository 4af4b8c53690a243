import type { ListenerNote } from '../../adapters/adapter.ts'
import type { Logger } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'

/** Further behind than this is worth a word to the operator. */
const LATE_MS = 300_000

/** Writes down what a listener tells: metrics, and a line in the log that says what to do. */
export function createNoteBook(channel: string, { log, metrics }: { log: Logger; metrics: Metrics }) {
  let late = false
  const up = (value: 0 | 1) => metrics.listening.set({ channel }, value)
  const fault = (code: string) => metrics.listenerFaults.inc({ channel, code })

  function behind(ms: number): void {
    metrics.listeningBehind.set({ channel }, Math.round(ms / 1000))
    const wasLate = late
    late = ms > LATE_MS
    if (late && !wasLate) {
      fault('BEHIND')
      log.warn({ channel, code: 'BEHIND', minutes: Math.round(ms / 60_000) }, 'hears what was said long ago')
    }
    if (wasLate && !late) log.info({ channel }, 'has caught up')
  }

  return {
    /** Hears nothing, by order or before the first time. */
    silent: () => up(0),
    tell(note: ListenerNote): void {
      switch (note.kind) {
        case 'up':
          up(1)
          log.info({ channel }, 'listening')
          break
        case 'down':
        case 'alarm': {
          const { code, hint } = note
          up(0)
          fault(code)
          log[note.kind === 'alarm' ? 'error' : 'warn']({ channel, code, hint }, 'not listening')
          break
        }
        case 'gap': {
          const [from, to] = [new Date(note.from), new Date(note.to)]
          metrics.gaps.inc({ channel })
          log.error({ channel, from, to }, 'messages of this time were not heard')
          break
        }
        case 'unusable': {
          const { code, hint } = note
          fault(code)
          log.warn({ channel, code, hint }, 'something that arrived could not be used')
          break
        }
        case 'behind':
          behind(note.ms)
      }
    },
  }
}
