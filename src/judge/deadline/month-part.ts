import { chinaTime, fromChina } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral, PLAIN } from './numeral.ts'

const MONTH = `((?:今年|明年|次年|来年)?${NUMBER}月份?|本月份?|这个月|当月|下月|下个月|次月|每月|每个月)?`
const PART = new RegExp(
  `${MONTH}的?(?:(月初|初(?=前|之前|完|交|报|[,。;!\\s]|$|[一-鿿])|上旬)|(月中|中旬)|(下旬|月底|月末|底|末))`,
  'g',
)
const INSIDE = new RegExp(
  `(?:(${NUMBER})月份?|(本月|这个月|当月|月)|(下月|下个月|次月))(?:之内|以内|内(?![部容科审]))`,
  'g',
)
const QUARTER = new RegExp(
  `(今年|明年)?(?:(?:第?(${PLAIN})|(?:本|这个?))季度?|[Qq]([1-4])季?度?|季度?)(末|底|之?内|结束前)`,
  'g',
)
const HALF = /(今年|明年)?(上半年|下半年)(底|末|内|之内|结束前|前)?/g
const YEAR = /(今年|明年|本年度?|年度?)(年?底|年?末|之内|以内|内(?![部容科])|终)/g
const PERIOD = /(本月|这个月|下个?月)(?![\d初中底末内上下份的一二三四五六七八九十第最]|之内|以内|工作日)/g

/** `last` of a month that is `offset` months from the one of `at`, or of month `named`. */
function monthDay(date: number | 'last', named: number | null, offset: number | null) {
  const on = (year: number, month: number) =>
    date === 'last' ? fromChina(year, month + 1, 0) : fromChina(year, month, date)
  return (at: EpochMs, ahead: (day: EpochMs) => boolean): EpochMs | null => {
    const { year, month } = chinaTime(at)
    if (named !== null) {
      const here = on(year, named)
      if (ahead(here)) return here
      return month - named >= 4 ? on(year + 1, named) : null
    }
    if (offset !== null) return ahead(on(year, month + offset)) ? on(year, month + offset) : null
    return ahead(on(year, month)) ? on(year, month) : on(year, month + 1)
  }
}

const endOfMonth =
  (months: (at: EpochMs) => number, years = 0) =>
  (at: EpochMs, ahead: (day: EpochMs) => boolean) => {
    const day = fromChina(chinaTime(at).year + years, months(at) + 1, 0)
    return ahead(day) ? day : null
  }

const base = (m: RegExpExecArray) =>
  ({ type: 'day', kind: 'month-part', from: m.index, to: m.index + m[0].length }) as const

/** Finds parts of months, quarters and years: `月底`, `5月中旬`, `本月内`, `二季度末`, `上半年`, `年底`. */
export function findMonthParts(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, PART, /月|旬/)) {
    const [all, prefix, early, middle] = m
    const word = all.slice(prefix?.length ?? 0)
    if (prefix === undefined && (/^的?[初底末]/.test(word) || /上个?$/.test(text.slice(0, m.index).slice(-2)))) continue
    if (/^[本这当下次]/.test(prefix ?? '') && /^月初$/.test(word)) continue
    const date = early ? 10 : middle ? (word.endsWith('中') ? 15 : 20) : 'last'
    const every = prefix?.startsWith('每') ?? false
    const bare = prefix?.replace(/^(?:今年|[明次来]年)|月份?$/g, '')
    const named = prefix === undefined || bare === undefined || /^[本这当下次每]/.test(bare) ? null : numeral(bare)
    if (named !== null && !(named >= 1 && named <= 12)) continue
    const offset = prefix === undefined || every || named !== null ? null : /^[下次]/.test(prefix) ? 1 : 0
    const nextYear = named !== null && /^[明次来]年/.test(prefix ?? '')
    const pick: DayAtom['pick'] = nextYear
      ? (at) => fromChina(chinaTime(at).year + 1, date === 'last' ? named + 1 : named, date === 'last' ? 0 : date)
      : monthDay(date, named, offset)
    found.push({
      ...base(m),
      pick,
      ...(every ? { every: true } : {}),
      ...(prefix === undefined ? { period: true } : {}),
    })
  }
  for (const m of matches(text, INSIDE, /月/)) {
    const [, named, , next] = m
    if (named !== undefined && !(numeral(named) >= 1 && numeral(named) <= 12)) continue
    if (m[0].startsWith('月') && /[个半\d一二两三四五六七八九十]/.test(text[m.index - 1] ?? '')) continue
    const month = named === undefined ? null : numeral(named)
    found.push({ ...base(m), bound: true, pick: monthDay('last', month, month === null ? (next ? 1 : 0) : null) })
  }
  for (const m of matches(text, QUARTER, /季|Q/i)) {
    const written = m[2] ?? m[3]
    const quarter = written === undefined ? null : numeral(written)
    if (quarter !== null && !(quarter >= 1 && quarter <= 4)) continue
    const months = (at: EpochMs) => (quarter ?? Math.ceil(chinaTime(at).month / 3)) * 3
    found.push({ ...base(m), bound: true, pick: endOfMonth(months, m[1] === '明年' ? 1 : 0) })
  }
  for (const m of matches(text, HALF, /半年/)) {
    const [, year, half, tail] = m
    const pick = endOfMonth(() => (half === '上半年' ? 6 : 12), year === '明年' ? 1 : 0)
    found.push({ ...base(m), pick, ...(tail ? { bound: true } : { period: true }) })
  }
  for (const m of matches(text, YEAR, /年/)) {
    const [all, year, tail = ''] = m
    if (/[\d每多半一二两三四五六七八九十往历近]$/.test(text.slice(0, m.index).slice(-1)) && !all.includes('今'))
      continue
    const pick = endOfMonth(() => 12, year === '明年' ? 1 : 0)
    found.push({ ...base(m), pick, ...(/内/.test(tail) ? { bound: true } : { period: true }) })
  }
  for (const m of matches(text, PERIOD, /月/)) {
    found.push({ ...base(m), period: true, pick: monthDay('last', null, m[0].startsWith('下') ? 1 : 0) })
  }
  return found
}
