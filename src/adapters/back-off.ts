import type { Timing } from './adapter.ts'

/** Waits that double from one failure to the next. */
export interface BackOff {
  /** Milliseconds to wait before the next attempt; every call counts one failure. */
  next(): number
  /** The last attempt held: the next failure is the first again. */
  reset(): void
}

/** From `firstMs`, doubling up to `longestMs`, each shortened by up to a fifth, so that many clients do not come back at once. */
export function createBackOff(options: { firstMs: number; longestMs: number; random: Timing['random'] }): BackOff {
  const { firstMs, longestMs, random } = options
  let failures = 0
  return {
    next: () => Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(failures++, 30)) * (1 - 0.2 * random())),
    reset() {
      failures = 0
    },
  }
}
