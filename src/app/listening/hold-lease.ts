import type { Timing } from '../../adapters/adapter.ts'
import { createBackOff } from '../../adapters/back-off.ts'

/** A node that dies gives its lease up after this long. */
export const LEASE_MS = 30_000
const RENEW_MS = 10_000
/** Before a lease runs out its holder stops: what it has open is given this long to end. */
const ENDING_MS = 10_000
/** Between two attempts to renew while the store does not answer. */
const AGAIN = { firstMs: 1_000, longestMs: 4_000 }

/** What a lease is taken from. */
export interface Leases {
  /** Takes or renews it for `LEASE_MS`; false where another holds it. Rejects where the store does not answer. */
  take(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Does work for as long as a lease can be renewed; its signal aborts with the given one, and before the lease runs out,
 * so that nobody else can have begun by then. False where another holds it; then nothing was done. Rejects where the
 * lease could not be asked for, and with whatever the work rejects with. The lease is given back in any case.
 */
export async function holdLease(
  { take, release }: Leases,
  timing: Timing,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  let heldUntil = timing.now() + LEASE_MS - ENDING_MS
  if (!(await take())) return false
  if (timing.now() >= heldUntil) {
    // The answer came so late that it may hold no more.
    await release().catch(() => undefined)
    return false
  }
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])

  /** One renewal; false where another holds it, or where no answer came in time. */
  async function renew(): Promise<boolean> {
    const backOff = createBackOff({ ...AGAIN, random: timing.random })
    while (!either.aborted) {
      const asked = timing.now()
      const left = heldUntil - asked
      if (left <= 0) return false
      const answered = new AbortController()
      const taken = await Promise.race([
        take().catch(() => null),
        timing.sleep(left, AbortSignal.any([either, answered.signal])).then(() => false),
      ])
      answered.abort()
      if (taken === true) heldUntil = asked + LEASE_MS - ENDING_MS
      if (taken !== null) return taken
      await timing.sleep(Math.min(backOff.next(), heldUntil - timing.now()), either)
    }
    return false
  }

  const renewing = (async () => {
    while (!either.aborted) {
      await timing.sleep(RENEW_MS, either)
      if (!either.aborted && !(await renew())) over.abort()
    }
  })()
  try {
    await work(either)
  } finally {
    over.abort()
    await renewing
    // Where the store does not answer the lease runs out by itself.
    await release().catch(() => undefined)
  }
  return true
}
