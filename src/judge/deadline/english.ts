import { chinaTime, DAY_MS, fromChina, startOfDay } from '../../domain/calendar.ts'
import type { Atom, DayAtom, PartName } from './atom.ts'
import { dated } from './dates.ts'
import { matches } from './matches.ts'
import { pickBare, pickIn, pickWhole } from './weekday.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** Not inside a word, an address or a name (Monday.com, Black Friday). */
const BEGIN = '(?<![a-z@./_-]|black )'
const END = '(?![a-z@_]|[./-][a-z])'

const WEEKDAY = new RegExp(
  `${BEGIN}(?:(next|this) )?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|s|nesday|rsday|rs|r|urday)?\\.?${END}`,
  'gi',
)
const DATE = new RegExp(
  `${BEGIN}(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\\.? (\\d{1,2})(?:st|nd|rd|th)?${END}(?!\\d|:)`,
  'gi',
)
const RELATIVE = new RegExp(`${BEGIN}(today|tonight|tomorrow|tmrw?|eow|eom)${END}`, 'gi')
const PART = new RegExp(`${BEGIN}(noon|morning|afternoon|eod|cob|midnight)${END}`, 'gi')
const CLOCK = /(?<![\d.:])(1[0-2]|0?[1-9])(?::([0-5]\d))? ?([ap])\.?m\b\.?/gi

const PARTS: Readonly<Record<string, PartName>> = {
  noon: 'noon',
  morning: 'morning',
  afternoon: 'afternoon',
  eod: 'off',
  cob: 'off',
  midnight: 'midnight',
}

/** Without one of these a text names no time in English; the letters first, since most messages have none. */
const ANY_ENGLISH =
  /(?:mon|tue|wed|thu|fri|sat|sun)(?:[^a-z]|$|day|s|n|r|u)|today|to(?:night|morrow)|tmr|eo[dwm]|cob|noon|\d ?[ap]\.?m|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z.]* \d/i

function weekday(m: RegExpExecArray): DayAtom {
  const number = WEEKDAYS.indexOf((m[2] ?? '').toLowerCase()) + 1
  const prefix = m[1]?.toLowerCase()
  const pick = prefix === undefined ? pickBare(number) : pickIn(prefix === 'next' ? 1 : 0, number)
  return { type: 'day', kind: 'weekday', from: m.index, to: m.index + m[0].length, pick }
}

function relative(m: RegExpExecArray): Atom[] {
  const word = m[0].toLowerCase()
  const span = { from: m.index, to: m.index + word.length }
  if (word === 'eow') return [{ type: 'day', kind: 'weekday', ...span, bound: true, pick: pickWhole(0) }]
  if (word === 'eom') {
    const pick = (at: number) => fromChina(chinaTime(at).year, chinaTime(at).month + 1, 0)
    return [{ type: 'day', kind: 'month-part', ...span, bound: true, pick }]
  }
  const days = word.startsWith('tm') || word === 'tomorrow' ? 1 : 0
  const day: DayAtom = { type: 'day', kind: 'relative', ...span, pick: (at) => startOfDay(at) + days * DAY_MS }
  if (days === 0) day.today = true
  if (word !== 'tonight') return [day]
  return [
    { ...day, to: m.index + 2 },
    { type: 'part', part: 'night', from: m.index + 2, to: span.to },
  ]
}

export const hasEnglish = (text: string): boolean => /[a-z]{2}/i.test(text) && ANY_ENGLISH.test(text)

/** Finds times in English, as bilingual offices write them: `Friday EOD`, `next Mon`, `tomorrow noon`, `Mar 20`, `3pm`. */
export function findEnglish(text: string): Atom[] {
  if (!hasEnglish(text)) return []
  const found: Atom[] = matches(text, WEEKDAY).map(weekday)
  for (const m of matches(text, DATE)) {
    const month = MONTHS.indexOf((m[1] ?? '').slice(0, 3).toLowerCase()) + 1
    const date = Number(m[2])
    if (date >= 1 && date <= 31) found.push(dated(m.index, m.index + m[0].length, month, date, null))
  }
  for (const m of matches(text, RELATIVE)) found.push(...relative(m))
  for (const m of matches(text, PART)) {
    const part = PARTS[m[0].toLowerCase()]
    const bound = part === 'off'
    if (part) found.push({ type: 'part', part, from: m.index, to: m.index + m[0].length, ...(bound ? { bound } : {}) })
  }
  for (const m of matches(text, CLOCK)) {
    const hour = (Number(m[1]) % 12) + (m[3]?.toLowerCase() === 'p' ? 12 : 0)
    found.push({
      type: 'clock',
      from: m.index,
      to: m.index + m[0].length,
      hour,
      minute: Number(m[2] ?? 0),
      padded: true,
      doubtful: false,
    })
  }
  return found
}
