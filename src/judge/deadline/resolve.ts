import { chinaTime } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Mention } from './mention.ts'
import { CLOSE, MINUTE, place, type Spoken } from './place.ts'
import { clockRange, dayRange, type PlacedRange } from './range.ts'
import { readings } from './time-of-day.ts'

/** A mention on the calendar. */
export interface Resolved extends PlacedRange {
  mention: Mention
}

export const NOTHING_SPOKEN: Spoken = { day: null, parts: [], month: null }

/** Puts a mention on the calendar, with what was said before it in the sentence. */
export function resolve(mention: Mention, at: EpochMs, spoken: Spoken): Resolved {
  const { end, day, clock } = mention
  if (end !== null) {
    const within = end.day === null && end.clock !== null && clock !== null
    const range = within ? clockRange(mention, end, at, spoken) : dayRange(mention, end, at, spoken)
    const first = within && day?.start ? day.start(at, () => true) : null
    if (first === null || range.start === null || range.day === null) return { mention, ...range }
    // 9日至13日9:00-11:00 begins on the 9th.
    const start = first + (range.start - range.day)
    return { mention, ...range, start: start > at ? start : null }
  }
  const placed = place(mention, at, spoken)
  let start = placed.moment
  if (day?.start) {
    const minutes = readings(clock, placed.parts, 'other')[0] ?? CLOSE
    const first = day.start(at, () => true)
    start = first === null || first + minutes * MINUTE <= at ? null : first + minutes * MINUTE
    if (start !== null && placed.moment !== null && start > placed.moment) start = null
  }
  if (clock?.startHour !== undefined && placed.moment !== null) {
    const hours =
      clock.hour > 12 || clock.startHour <= clock.hour
        ? clock.hour - clock.startHour
        : clock.hour + 12 - clock.startHour
    start = placed.moment - hours * 60 * MINUTE - clock.minute * MINUTE
    if (start <= at) start = null
  }
  return { mention, ...placed, start }
}

/** What later words may take from this mention: its day, its part of day, its month. */
export function leaves(found: Resolved, spoken: Spoken, at: EpochMs): Spoken {
  const day = found.mention.end?.day ?? found.mention.day
  if (day?.past) return NOTHING_SPOKEN
  if (found.mention.day === null && found.mention.end === null) {
    return found.mention.clock === null || spoken.day === null
      ? { ...spoken, parts: spoken.day === null ? [] : spoken.parts }
      : spoken
  }
  if (day?.every || day?.period || found.moment === null || found.day === null) {
    return day?.month === undefined || day.date === undefined
      ? NOTHING_SPOKEN
      : { ...NOTHING_SPOKEN, month: { month: day.month, date: day.date } }
  }
  const month =
    day?.month !== undefined && day.date !== undefined && day.inMonth === undefined
      ? { month: day.month, date: day.date }
      : spoken.month
  const valid = month !== null && chinaTime(at).month <= 12 ? month : null
  return { day: found.day, parts: found.parts, month: valid }
}
