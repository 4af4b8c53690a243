import { setImmediate as turn } from 'node:timers/promises'
import { vi } from 'vitest'
import type { Timing } from '../../src/adapters/adapter.ts'

/** Time as Bottleneck and sockets see it, which passes only when it is told to, while the wire stays as quick as it is. */
export interface SimulatedTime {
  timing: Timing
  /** Lets a little time pass until the work is done: a millisecond for each turn of the event loop. */
  during<T>(work: Promise<T>): Promise<T>
  /** Lets time pass, in steps so small that what is on the wire keeps up. */
  pass(ms: number): Promise<void>
  end(): void
}

const STEP_MS = 250

/** From `start` on; `end` gives the real time back. */
export function simulateTime(start: number): SimulatedTime {
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  return {
    timing: {
      now: () => Date.now(),
      random: () => 0.5,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve()
          const timer = setTimeout(resolve, ms)
          signal.addEventListener('abort', () => {
            clearTimeout(timer)
            resolve()
          })
        }),
    },
    async during(work) {
      let done = false
      const settled = work.finally(() => {
        done = true
      })
      settled.catch(() => undefined)
      while (!done) {
        await turn()
        vi.advanceTimersByTime(1)
      }
      return settled
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        vi.advanceTimersByTime(Math.min(left, STEP_MS))
        await turn()
        await turn()
      }
    },
    end: () => void vi.useRealTimers(),
  }
}
