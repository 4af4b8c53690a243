import type { EpochMs } from '../domain/message.ts'

/**
 * The most moments that lie within less than `within` of one another with `now` among them, `now` itself counted. What
 * was sent after `now` is looked at as well: a message that is delivered late finds later ones before it.
 * `moments` are without `now`, in any order; those that are not within reach of it do not matter.
 */
export function mostWithin(moments: readonly EpochMs[], now: EpochMs, within: number): number {
  const upToNow = countIn(moments, now - within, now) + 1
  let most = upToNow
  for (const end of moments) {
    if (end > now && end < now + within) most = Math.max(most, countIn(moments, end - within, end) + 1)
  }
  return most
}

/** How many lie in `(after, until]`. */
function countIn(moments: readonly EpochMs[], after: EpochMs, until: EpochMs): number {
  let count = 0
  for (const moment of moments) if (moment > after && moment <= until) count++
  return count
}
