import { fromChina } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'

/** `2026-03-02`, `2026/3/2`, `2026.3.2`, `2026年3月2日`, as part of a regular expression. */
export const DATE = '(?<year>\\d{4})[-/.年](?<month>\\d{1,2})[-/.月](?<day>\\d{1,2})日?'
/** `8:31`, `08:31:00`, `下午 2:05`, as part of a regular expression. */
export const TIME =
  '(?:(?<half>凌晨|早上|上午|中午|下午|晚上|AM|PM)\\s*)?(?<hour>\\d{1,2})[::](?<minute>\\d{2})(?:[::](?<second>\\d{2})(?:\\.\\d+)?)?'
/** A date and a time. */
export const WHEN = `${DATE}[\\sT]+${TIME}`

const WHOLE = new RegExp(`^\\s*${WHEN}\\s*$`)

type Parts = Readonly<Record<string, string | undefined>>

function hourOf({ hour, half }: Parts): number {
  const shown = Number(hour)
  if (half === undefined || shown > 12) return shown
  if (half === '中午') return shown < 3 ? shown + 12 : shown
  if (half === '下午' || half === '晚上' || half === 'PM') return shown === 12 ? 12 : shown + 12
  return shown === 12 ? 0 : shown
}

/** The moment in China that the named groups of `DATE` and `TIME` mean; null where no calendar has it. */
export function momentOf(parts: Parts): EpochMs | null {
  const [year, month, day, minute, second] = ['year', 'month', 'day', 'minute', 'second'].map((name) =>
    Number(parts[name] ?? 0),
  ) as [number, number, number, number, number]
  const hour = hourOf(parts)
  const isDay = day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (year < 2000 || month < 1 || month > 12 || !isDay || hour > 23 || minute > 59 || second > 59) return null
  return fromChina(year, month, day, hour, minute) + second * 1000
}

/** A date and time as tables write them: in China, or ISO 8601 with offset, or milliseconds; null for anything else. */
export function readMoment(written: string): EpochMs | null {
  const match = WHOLE.exec(written)
  if (match?.groups) return momentOf(match.groups)
  if (/^\d{13}$/.test(written.trim())) return Number(written)
  const isIso = /^\s*\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)\s*$/.test(written)
  const at = isIso ? Date.parse(written.trim()) : Number.NaN
  return Number.isNaN(at) ? null : at
}
