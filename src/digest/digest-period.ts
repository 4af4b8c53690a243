import { DAY_MS, startOfDay, startOfWeek } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'

export type DigestKind = 'daily' | 'weekly'

/** The period that a digest said at `now` covers, `[from, to)`: that day in China, or its ISO week from Monday on. */
export function digestPeriod(kind: DigestKind, now: EpochMs): { from: EpochMs; to: EpochMs } {
  const from = kind === 'daily' ? startOfDay(now) : startOfWeek(now)
  return { from, to: from + (kind === 'daily' ? 1 : 7) * DAY_MS }
}
