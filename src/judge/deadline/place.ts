import { DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { ClockAtom, DayAtom, PartName } from './atom.ts'
import type { Mention } from './mention.ts'
import { type DaySense, readings, tomorrow } from './time-of-day.ts'

/** What earlier words of the sentence leave open to the later ones. */
export interface Spoken {
  day: EpochMs | null
  parts: readonly PartName[]
  month: { month: number; date: number } | null
}

/** One end of a mention on the calendar. */
export interface Placed {
  /** Null where it can only lie in the past. */
  moment: EpochMs | null
  /** 00:00 of the day it names or takes from what was said before. */
  day: EpochMs | null
  parts: readonly PartName[]
  /** No day was said and no reading is left today: it is put on tomorrow. */
  rolled?: boolean
}

export const MINUTE = 60_000
/** 18:00, from which 今天 without a clock means until midnight. */
export const CLOSE = 18 * 60

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
export function place(mention: Mention, at: EpochMs, spoken: Spoken): Placed {
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
    return { moment, day, parts, rolled: atom === null && day > startOfDay(at) }
  }
  const moment = onDay(atom, at, clock, parts)
  const minutes = readings(clock, parts, 'other')[0] ?? CLOSE
  return { moment, day: moment === null ? null : moment - minutes * MINUTE, parts }
}
