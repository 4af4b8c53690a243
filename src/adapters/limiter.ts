import type Bottleneck from 'bottleneck'
import type { SendResult } from '../domain/outbound.ts'

/** What a way out needs of a limiter. */
export interface Limiter {
  /**
   * Runs the job in its turn. With `late`, only where that comes within a moment: otherwise the job is not run, and
   * `late` says what to answer instead, given the wait in milliseconds.
   */
  schedule<T, Late = never>(job: () => Promise<T>, late?: (waitMs: number) => Late): Promise<T | Late>
}

/** A limiter for each thing that a platform counts; `id` names it without telling a secret, alike in every process. */
export type CreateLimiter = (id: string) => Limiter

/** The most that anything is held in a limiter although it could wait in the store, where a crash does not harm it. */
const MOMENT_MS = 2_000
/** A job that begins later than this after it was handed over has waited for its turn. */
const AT_ONCE_MS = 100

/** What a channel answers for what its limiter would keep waiting; see `Limiter.schedule`. */
export const tooSoon = (waitMs: number): Extract<SendResult, { status: 'retry' }> => ({
  status: 'retry',
  code: 'PACED',
  hint: '按平台的频率限制排队,稍后发出',
  afterMs: Math.ceil(waitMs),
  paced: true,
})

/** The same where a platform's answer is expected. */
export const refusedTooSoon = (waitMs: number) => ({ refused: tooSoon(waitMs) })

/**
 * Bottleneck keeps the pace, and beside it an account of when each turn comes, which it does not tell: `burst` turns at
 * once and one more every `everyMs` (a generic cell rate). Its clock is the machine's, as Bottleneck's is.
 */
export function foretelling(bottleneck: Bottleneck, pace: { burst: number; everyMs: number }): Limiter {
  const { burst, everyMs } = pace
  /** When all turns that may come at once can be had again. */
  let fullAt = 0

  return {
    schedule<T, Late = never>(job: () => Promise<T>, late?: (waitMs: number) => Late): Promise<T | Late> {
      const now = Date.now()
      const wait = Math.max(0, fullAt - now - (burst - 1) * everyMs)
      if (late !== undefined && wait > MOMENT_MS) return Promise.resolve(late(wait))
      fullAt = Math.max(fullAt, now) + everyMs
      return bottleneck.schedule(() => {
        const begun = Date.now()
        // Bottleneck may be slower than the account; where it made the job wait, no turn is left at this moment.
        if (begun - now > AT_ONCE_MS) fullAt = Math.max(fullAt, begun + burst * everyMs)
        return job()
      })
    },
  }
}

/** A limiter for each name; those that nobody uses are forgotten with the group's own. */
export function foretellingEach(group: Bottleneck.Group, pace: { burst: number; everyMs: number }): CreateLimiter {
  const known = new WeakMap<Bottleneck, Limiter>()
  return (id) => {
    const bottleneck = group.key(id)
    const limiter = known.get(bottleneck) ?? foretelling(bottleneck, pace)
    known.set(bottleneck, limiter)
    return limiter
  }
}
