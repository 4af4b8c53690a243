import chineseDays from 'chinese-days'
import { chinaTime, DAY_MS, fromChina, isWorkday, startOfWeek } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import { ownDay, PUBLIC_HOLIDAYS } from './festivals.ts'

const planned = new Map<number, ReadonlySet<EpochMs>>()

/** The statutory days off of a year whose calendar the State Council has not yet published. */
function statutoryDaysOff(year: number): ReadonlySet<EpochMs> {
  const known = planned.get(year)
  if (known) return known
  const days = new Set<EpochMs>()
  if (!chineseDays.getDayDetail(`${year}-10-01`).name.includes(',')) {
    for (const { name, eve, days: length } of PUBLIC_HOLIDAYS) {
      const own = ownDay(name, year)
      for (let i = eve; own !== null && i < eve + length; i++) days.add(own + i * DAY_MS)
    }
  }
  planned.set(year, days)
  return days
}

const asked = new Map<EpochMs, boolean>()

/** True where offices work on the day that starts at `day`: the published calendar, else weekdays and the statutory days. */
export function isWorking(day: EpochMs): boolean {
  const known = asked.get(day)
  if (known !== undefined) return known
  const working = isWorkday(day) && !statutoryDaysOff(chinaTime(day).year).has(day)
  // A look-up costs 25 µs, and messages ask about the same few weeks over and over.
  if (asked.size > 2000) asked.clear()
  asked.set(day, working)
  return working
}

/** The nearest working day from `day` (itself included) in steps of `step` days. */
export function workingFrom(day: EpochMs, step: 1 | -1): EpochMs {
  let here = day
  for (let i = 0; i < 40 && !isWorking(here); i++) here += step * DAY_MS
  return here
}

/** The `count`th working day after `day`, which itself is not counted. */
export function addWorkdays(day: EpochMs, count: number): EpochMs {
  let here = day
  for (let i = 0; i < count; i++) here = workingFrom(here + DAY_MS, 1)
  return here
}

/** The last working day of the ISO week of `day`, 调休 included; Sunday where none is left from `day` on. */
export function lastOfWeek(day: EpochMs): EpochMs {
  const sunday = startOfWeek(day) + 6 * DAY_MS
  const last = workingFrom(sunday, -1)
  return last < day ? sunday : last
}

/** The `nth` working day of a month, or the last one for -1. Months may overflow as in `Date.UTC`. */
export function workdayOfMonth(year: number, month: number, nth: number): EpochMs {
  if (nth === -1) return workingFrom(fromChina(year, month + 1, 0), -1)
  return addWorkdays(fromChina(year, month, 0), nth)
}
