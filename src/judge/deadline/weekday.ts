import { DAY_MS, startOfWeek } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ahead, DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { lastOfWeek } from './workdays.ts'

const WEEK = '(?:个?(?:周|星期|礼拜))'
const NAMED = new RegExp(
  `(每逢?|逢|上上|(?<![线网早晚以会路班天面手车街])上|下下|(?<![线以之地楼手乡])下|本|这|当)?${WEEK}([一二三四五六日天末]|[1-7](?![\\d.]))(?!周年|[项件类批条])`,
  'g',
)
const WHOLE =
  /(?:(下下|下|本|这|当)个?(?:周|星期|礼拜)|(?<![每一二三四五六七八九十\d两几个双单半第])周(?=内))(?![一二三四五六日天末1-7年刊边期转岁])(?:之?内|以内|结束前|结束之前)?/g
/** 第三周, 两周, 单周: weeks that are counted. */
const COUNTED = /(?<![周期拜])[一二三四五六七八九十\d第两几半]$|(?:^|[,。;、\s逢每])[双单]$/
const WEEKEND_ITEM = '末'
const WEEKS: Readonly<Record<string, number>> = { 上上: -2, 上: -1, 本: 0, 这: 0, 当: 0, 下: 1, 下下: 2 }

/** 1 (Monday) to 7 of the character that names a weekday. */
export const ordinal = (char: string): number => {
  if (char === WEEKEND_ITEM || char === '日' || char === '天') return 7
  const digit = Number(char)
  return Number.isNaN(digit) ? '一二三四五六'.indexOf(char) + 1 : digit
}

/** The wanted weekday of the week of `at`, while it is ahead, else of the next. */
export const pickBare =
  (weekday: number) =>
  (at: EpochMs, ahead: Ahead): EpochMs => {
    const day = startOfWeek(at) + (weekday - 1) * DAY_MS
    return ahead(day) ? day : day + 7 * DAY_MS
  }

/** The wanted weekday of a week so many weeks on, while it is ahead. */
export const pickIn =
  (weeks: number, weekday: number) =>
  (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const day = startOfWeek(at) + (weeks * 7 + weekday - 1) * DAY_MS
    return ahead(day) ? day : null
  }

/** The last working day of a week; of this week, the last one that is still to come, else Sunday. */
export const pickWhole =
  (weeks: number) =>
  (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const monday = startOfWeek(at) + weeks * 7 * DAY_MS
    const last = lastOfWeek(monday)
    const sunday = monday + 6 * DAY_MS
    if (ahead(last)) return last
    return ahead(sunday) ? sunday : null
  }

/** Finds weekdays and weeks: `周五`, `下星期三`, `本周内`, `周末前`, `每周五`. */
export function findWeekdays(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, NAMED)) {
    const [all, prefix, char = ''] = m
    const from = m.index
    const to = from + all.length
    const base = { type: 'day', kind: 'weekday', from, to } as const
    if (prefix === undefined && COUNTED.test(text.slice(Math.max(0, from - 2), from))) continue
    const every = /^每|^逢/.test(prefix ?? '')
    const weeks = prefix === undefined || every ? null : (WEEKS[prefix] ?? null)
    if (weeks !== null && weeks < 0) {
      found.push({ ...base, past: true, pick: () => null })
      continue
    }
    const before = /^(?:前|之前|以前)/.test(text.slice(to, to + 2))
    if (char === WEEKEND_ITEM && before) {
      found.push({ ...base, bound: true, pick: pickWhole(weeks ?? 0) })
      continue
    }
    const weekday = ordinal(char)
    const open = weeks === null
    found.push({
      ...base,
      pick: open ? pickBare(weekday) : pickIn(weeks, weekday),
      ...(every ? { every: true } : {}),
      ...(char === WEEKEND_ITEM ? { period: true } : {}),
      ...(open && !every
        ? { mayBePast: (at: EpochMs) => pickIn(0, weekday)(at, (day) => day + DAY_MS > at) === null }
        : {}),
    })
  }
  for (const m of matches(text, WHOLE)) {
    const [all, prefix = '本'] = m
    const from = m.index
    const bound = /内|前/.test(all)
    if (prefix === '当' && !bound) continue
    const pick = pickWhole(WEEKS[prefix] ?? 0)
    found.push({
      type: 'day',
      kind: 'weekday',
      from,
      to: from + all.length,
      pick,
      ...(bound ? { bound } : { period: true }),
    })
  }
  return found
}
