import type { Timing } from '../../src/adapters/adapter.ts'

export interface FeignedTiming extends Timing {
  /** Every wait that was asked for, in order. */
  waits: number[]
  /** Moves the clock, waking whoever has waited long enough, each at its moment. */
  advance(ms: number): Promise<void>
  /** Moves the clock to the moment when the first of those who wait wakes; false where nobody waits. */
  wakeNext(): Promise<boolean>
}

/** A clock that stands until it is moved. */
export function feignTiming(start = 1_700_000_000_000, random: () => number = () => 0): FeignedTiming {
  let now = start
  const sleepers = new Set<{ at: number; wake: () => void }>()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

  const timing: FeignedTiming = {
    waits: [],
    now: () => now,
    random,
    sleep(ms, signal) {
      timing.waits.push(ms)
      return new Promise((resolve) => {
        const sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            signal.removeEventListener('abort', sleeper.wake)
            resolve()
          },
        }
        if (signal.aborted) return resolve()
        sleepers.add(sleeper)
        signal.addEventListener('abort', sleeper.wake)
      })
    },
    async advance(ms) {
      const target = now + ms
      for (;;) {
        const [first] = [...sleepers].sort((a, b) => a.at - b.at)
        if (first === undefined || first.at > target) break
        now = first.at
        first.wake()
        await turn()
      }
      now = target
      await turn()
    },
    async wakeNext() {
      const [first] = [...sleepers].sort((a, b) => a.at - b.at)
      if (first === undefined) return false
      await timing.advance(Math.max(0, first.at - now))
      return true
    },
  }
  return timing
}
