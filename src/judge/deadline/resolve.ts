import { chinaTime, DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { ClockAtom, DayAtom, PartName } from './atom.ts'
import type { Mention } from './mention.ts'
import { type DaySense, partMinutes, readings, tomorrow } from './time-of-day.ts'

/** A mention on the calendar. `moment` is null where it can only lie in the past. */
export interface Resolved {
  mention: Mention
  moment: EpochMs | null
  /** 00:00 of the day it names or takes from what was said before. */
  day: EpochMs | null
  parts: readonly PartName[]
  /** Of a range: its first moment, null where that is past. */
  start: EpochMs | null
}

/** What earlier words of the sentence leave open to the later ones. */
export interface Spoken {
  day: EpochMs | null
  parts: readonly PartName[]
  month: { month: number; date: number } | null
}

export const NOTHING_SPOKEN: Spoken = { day: null, parts: [], month: null }

const MINUTE = 60_000
/** 18:00, from which 今天 without a clock means until midnight. */
const CLOSE = 18 * 60

const minuteOfDay = (at: EpochMs): number => (at - startOfDay(at)) / MINUTE

/** 今天 after 18:00 and 今晚 after 21:00 last until midnight. */
function untilMidnight(at: EpochMs, minutes: number, parts: readonly PartName[]): number {
  const last = parts.at(-1)
  const open = last === undefined || last === 'off' || last === 'night'
  return open && minutes >= CLOSE && minuteOfDay(at) >= minutes ? 1440 : minutes
}

function onToday(
  limited: boolean,
  at: EpochMs,
  clock: ClockAtom | null,
  parts: readonly PartName[],
  sense: DaySense,
): EpochMs | null {
  const day = startOfDay(at)
  const evening = minuteOfDay(at) >= CLOSE
  for (const minutes of readings(clock, parts, sense)) {
    if (
      minutes >= 1440 &&
      parts.at(-1) === 'dawn' &&
      sense === 'open' &&
      !parts.includes('night') &&
      !evening &&
      !limited
    )
      continue
    const moment = day + (clock === null ? untilMidnight(at, minutes, parts) : minutes) * MINUTE
    if (moment > at) return moment
  }
  // 今天凌晨3点, said in the evening, is the night that follows.
  if (sense === 'today' && evening && parts.at(-1) === 'dawn')
    return day + DAY_MS + (readings(clock, parts, sense)[0] ?? 0) * MINUTE
  if (sense === 'today') return null
  const later = tomorrow(clock, parts, evening)
  return later === null ? null : day + later * MINUTE
}

function onDay(atom: DayAtom, at: EpochMs, clock: ClockAtom | null, parts: readonly PartName[]): EpochMs | null {
  const minutes = readings(clock, parts, 'other')[0] ?? CLOSE
  const day = atom.pick(at, (tried) => tried + minutes * MINUTE > at)
  return day === null || day + minutes * MINUTE <= at ? null : day + minutes * MINUTE
}

/** The day that a moment belongs to: 24:00 is still the day before. */
const dayOfMoment = (moment: EpochMs, minutes: number) => startOfDay(moment) - (minutes >= 1440 ? DAY_MS : 0)

/** Puts one end of a mention on the calendar. */
function place(
  mention: Mention,
  at: EpochMs,
  spoken: Spoken,
): { moment: EpochMs | null; day: EpochMs | null; parts: readonly PartName[] } {
  const { clock, span } = mention
  const parts = mention.parts.map(({ part }) => part)
  if (span !== null) return { moment: at + span.ms, day: null, parts: [] }
  let atom = mention.day
  if (atom?.inMonth && spoken.month !== null && (atom.date ?? 32) >= 0) {
    const inMonth = atom.inMonth(spoken.month.month)
    if ((inMonth.date ?? 0) >= spoken.month.date) atom = inMonth
  }
  if (atom?.after && spoken.day !== null) {
    const day = atom.after(spoken.day)
    const moment = day + (readings(clock, parts, 'other')[0] ?? CLOSE) * MINUTE
    return { moment: moment > at ? moment : null, day, parts }
  }
  if (atom?.past) return { moment: null, day: null, parts }
  const takesDay = spoken.day !== null && (atom?.same === true || (atom === null && clock !== null))
  if (takesDay && spoken.day !== null) {
    const under =
      parts.length > 0 || clock === null || clock.hour > 12 || clock.hour === 0
        ? parts
        : spoken.parts.filter((part) => part !== 'off' && part !== 'work')
    const isToday = spoken.day === startOfDay(at)
    const minutes = readings(clock, under, isToday ? 'today' : 'other').find(
      (tried) => (spoken.day ?? 0) + tried * MINUTE > at,
    )
    const moment = minutes === undefined ? null : spoken.day + minutes * MINUTE
    return { moment, day: spoken.day, parts: under }
  }
  if (atom === null || atom.today) {
    const moment = onToday(mention.limit, at, clock, parts, atom === null ? 'open' : 'today')
    const day =
      moment === null || atom?.today
        ? startOfDay(at)
        : dayOfMoment(moment, (moment - startOfDay(at)) / MINUTE === 1440 ? 1440 : 0)
    return { moment, day, parts }
  }
  const moment = onDay(atom, at, clock, parts)
  const minutes = readings(clock, parts, 'other')[0] ?? CLOSE
  return { moment, day: moment === null ? null : moment - minutes * MINUTE, parts }
}

/** A range of hours within one day: the end is the first reading after the beginning. */
function clockRange(
  start: Mention,
  end: Mention,
  at: EpochMs,
  spoken: Spoken,
): Pick<Resolved, 'moment' | 'start' | 'day' | 'parts'> {
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

function dayRange(
  start: Mention,
  end: Mention,
  at: EpochMs,
  spoken: Spoken,
): Pick<Resolved, 'moment' | 'start' | 'day' | 'parts'> {
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
    const minutes = partMinutes(placed.parts)
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
