import { DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Mention } from './mention.ts'
import { CLOSE, MINUTE, type Placed, place, type Spoken } from './place.ts'
import { type DaySense, readings } from './time-of-day.ts'

/** A range on the calendar: `moment` is its end. */
export interface PlacedRange extends Placed {
  /** Its first moment, null where that is past. */
  start: EpochMs | null
}

/** A range of hours within one day: the end is the first reading after the beginning. */
export function clockRange(start: Mention, end: Mention, at: EpochMs, spoken: Spoken): PlacedRange {
  const parts = start.parts.map(({ part }) => part)
  const sense: DaySense = start.day === null ? 'open' : start.day.today ? 'today' : 'other'
  const endParts = end.parts.map(({ part }) => part)
  const late =
    end.clock !== null && (end.clock.hour > 12 || endParts.some((part) => part !== 'early' && part !== 'morning'))
  const first = readings(start.clock, parts, late || sense === 'other' ? 'other' : sense)
  const begin = place(start, at, spoken)
  const day = begin.day ?? startOfDay(at)
  // 9点到11点半, said at nine, is this morning's although its beginning has gone.
  const morning = (end.clock?.hour ?? 0) * 60 + (end.clock?.minute ?? 0)
  const under = parts.length === 0 && begin.day === startOfDay(at) && (first[0] ?? 0) < morning
  if (under && startOfDay(at) + morning * MINUTE > at) {
    const beginning = startOfDay(at) + (first[0] ?? 0) * MINUTE
    const moment = startOfDay(at) + morning * MINUTE
    return { moment, start: beginning > at ? beginning : null, day: startOfDay(at), parts }
  }
  const from = begin.moment !== null && !late ? Math.round((begin.moment - day) / MINUTE) : (first[0] ?? 0)
  const own = readings(end.clock, endParts.length > 0 ? endParts : parts, 'other')[0] ?? CLOSE
  const written = end.clock === null ? own : end.clock.hour * 60 + end.clock.minute
  const to =
    [own, written, written + 720, own + 1440].filter((minutes) => minutes > from).toSorted((a, b) => a - b)[0] ?? own
  const moment = day + to * MINUTE
  const beginning = day + from * MINUTE
  if (moment <= at && start.day === null) {
    return { moment: moment + DAY_MS, start: beginning + DAY_MS, day: day + DAY_MS, parts }
  }
  return { moment: moment > at ? moment : null, start: beginning > at ? beginning : null, day, parts }
}

/** A range of days, each end with a clock of its own or none. */
export function dayRange(start: Mention, end: Mention, at: EpochMs, spoken: Spoken): PlacedRange {
  const begin = place(start, at, spoken)
  const { month, date } = start.day ?? {}
  const said: Spoken = {
    day: begin.day,
    parts: begin.parts,
    month: month !== undefined && date !== undefined ? { month, date } : spoken.month,
  }
  let finish = place(end, at, said)
  let open = begin.moment !== null && finish.moment !== null && begin.moment > finish.moment
  if (open && begin.moment !== null && start.day?.mayBePast === undefined && start.day?.month === undefined) {
    finish = place(end, begin.moment, said)
    open = false
  }
  // 今晚8点到次日6点: after a night comes the morning.
  const late = begin.parts.includes('night') || (start.clock?.hour ?? 0) >= 18
  if (late && end.clock !== null && end.parts.length === 0 && end.clock.hour <= 6 && finish.moment !== null) {
    finish = { ...finish, moment: finish.moment - 720 * MINUTE }
  }
  // A beginning that lies after its end has been read as the next one to come: the range is under way.
  return { moment: finish.moment, start: open ? null : begin.moment, day: finish.day, parts: finish.parts }
}
