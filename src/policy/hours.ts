import { CHINA_OFFSET_MS, DAY_MS, isWorkday, startOfDay } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'

const MINUTE_MS = 60_000

/** Longer than any run of rest days in the calendar. */
const SEARCH_DAYS = 31

const minuteOfDay = (at: EpochMs): number =>
  Math.floor(((((at + CHINA_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS)

/** True for a minute in `[from, to)`; wraps midnight where `from > to`; never where both are the same. */
const within = (minute: number, from: number, to: number): boolean =>
  from <= to ? minute >= from && minute < to : minute >= from || minute < to

/** The calendar answers in microseconds and is asked for a handful of days: each is asked once. */
const workdays = new Map<EpochMs, boolean>()
const WORKDAYS_KEPT = 1000

function isWorkdayCached(at: EpochMs): boolean {
  const day = startOfDay(at)
  const known = workdays.get(day)
  if (known !== undefined) return known
  const fresh = isWorkday(day)
  if (workdays.size >= WORKDAYS_KEPT) workdays.clear()
  workdays.set(day, fresh)
  return fresh
}

/** True outside the hours of `workHours`, and on the whole of a rest day (调休 included) unless `days` is `everyday`. */
export function outOfHours(policy: Policy, at: EpochMs): boolean {
  const { days, from, to } = policy.workHours
  return !within(minuteOfDay(at), from, to) || (days === 'workdays' && !isWorkdayCached(at))
}

/** True on a day on which public offices do not work, 调休 observed. */
export const isOnRestDay = (at: EpochMs): boolean => !isWorkdayCached(at)

const isQuiet = (policy: Policy, at: EpochMs): boolean =>
  within(minuteOfDay(at), policy.bot.quiet[0], policy.bot.quiet[1])

/** The earliest moment at or after `at` that is outside the bot's quiet hours: when the group may be spoken to. */
export function afterQuiet(policy: Policy, at: EpochMs): EpochMs {
  if (!isQuiet(policy, at)) return at
  const end = startOfDay(at) + policy.bot.quiet[1] * MINUTE_MS
  return end > at ? end : end + DAY_MS
}

/**
 * The earliest moment at or after `at` when one person may be spoken to: outside quiet hours and within working hours.
 * A policy whose quiet hours cover all its working hours leaves no such moment; then only the quiet hours are kept.
 */
export function nextAllowed(policy: Policy, at: EpochMs): EpochMs {
  const allowed = (moment: EpochMs) => !isQuiet(policy, moment) && !outOfHours(policy, moment)
  if (allowed(at)) return at
  // Permission begins at one of these times of day, or not at all that day.
  const starts = [0, policy.bot.quiet[1], policy.workHours.from].sort((a, b) => a - b)
  for (let day = startOfDay(at), end = day + SEARCH_DAYS * DAY_MS; day < end; day += DAY_MS) {
    for (const start of starts) {
      const moment = day + start * MINUTE_MS
      if (moment > at && allowed(moment)) return moment
    }
  }
  return afterQuiet(policy, at)
}
