import { chinaTime, DAY_MS, fromChina, HOUR_MS, startOfDay, startOfWeek } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { DayAtom, SpanAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral, PLAIN } from './numeral.ts'
import { addWorkdays, lastOfWeek, workdayOfMonth, workingFrom } from './workdays.ts'

const CANDIDATE =
  /(?:小时|钟头|[hH]|分钟|刻钟|工作日|自然日|星期|礼拜|日历天|[月周日天年])(?:的?时间)?(?:之内|以内|内|过?后|之后|以后|为限)/g
const GIVEN = new RegExp(
  `(?:限(?:你们?|各位|各村|各组)?期?|限时|宽限|再?给(?:你们|你|大家|各位|各单位|各组)?|期限为?|最[迟晚]不超过)(${NUMBER}|半)个?(小时|工作日|天|日|周|星期)(?:的?时间)?`,
  'g',
)
const MONTHLY = new RegExp(
  `(每月|每个月|本月|这个月|当月|月[末底初]|下月|下个月|次月|${NUMBER}月份?)的?(?:最后(?:一|1)个|第(${PLAIN})个|(首)个|前(${PLAIN})个)工作日(?:之?内)?`,
  'g',
)
const LAST_OF_WEEK = /(本|这个?|下个?|每)(?:周|星期)(?:的)?(?:最后一|第一|首)个工作日/g

type Rule = { day: (at: EpochMs) => EpochMs } | { ms: number }

/** What a count of a unit means: a day, or a distance in milliseconds. */
function ruleOf(count: number, unit: string): Rule | null {
  const days = (n: number) => ({ day: (at: EpochMs) => startOfDay(at) + n * DAY_MS })
  switch (unit) {
    case '小时':
    case '钟头':
    case 'h':
    case 'H':
      return { ms: count * HOUR_MS }
    case '分钟':
      return { ms: count * 60_000 }
    case '刻钟':
      return { ms: count * 900_000 }
    case '工作日':
      return { day: (at) => addWorkdays(startOfDay(at), count) }
    case '周':
    case '星期':
    case '礼拜':
      return days(count * 7)
    case '月':
      return count === 0.5 ? days(15) : { day: (at) => monthsOn(at, count) }
    case '年':
      return count > 1 ? null : { day: (at) => monthsOn(at, count * 12) }
    case '天':
    case '日':
    case '自然日':
    case '日历天':
      return count === 0.5 ? null : days(count)
    default:
      return null
  }
}

/** The same day of a later month, or that month's last day where it is shorter. */
function monthsOn(at: EpochMs, months: number): EpochMs {
  const { year, month, day } = chinaTime(at)
  const last = chinaTime(fromChina(year, month + months + 1, 0)).day
  return fromChina(year, month + months, Math.min(day, last))
}

/** Where the count that ends at `end` begins: numerals and 半 and 个 are all it can be made of. */
function beginOf(text: string, end: number): number {
  let from = end
  while (from > 0 && end - from < 7 && /[\d.一二两三四五六七八九十廿半个]/.test(text[from - 1] ?? '')) from--
  return from
}

function readCount(text: string): number {
  const plain = text.replace(/个?半$|^半个?$|个$/g, '')
  if (/^半个?$/.test(text)) return 0.5
  const whole = /^\d+(?:\.\d)?$/.test(plain) ? Number(plain) : numeral(plain)
  return /个?半$/.test(text) ? whole + 0.5 : whole
}

const KIND = { type: 'day', kind: 'relative' } as const

/** Finds counts: `三日内`, `5个工作日内`, `半小时内`, `10分钟后`, `限两天`, `每月最后一个工作日`. */
export function findCounts(text: string): (DayAtom | SpanAtom)[] {
  const found: (DayAtom | SpanAtom)[] = []
  const add = (from: number, to: number, count: number, unit: string) => {
    const rule = count > 0 ? ruleOf(count, unit) : null
    if (rule === null) return
    if ('ms' in rule) found.push({ type: 'span', from, to, ms: rule.ms })
    else
      found.push({ ...KIND, kind: unit === '工作日' ? 'workday' : 'relative', from, to, pick: rule.day, bound: true })
  }
  for (const m of matches(text, CANDIDATE, /内|后|限/)) {
    const from = beginOf(text, m.index)
    if (from === m.index || /[第\d月]/.test(text[from - 1] ?? '')) continue
    const unit = /^(?:小时|钟头|分钟|刻钟|工作日|自然日|星期|礼拜|日历天|.)/.exec(m[0])?.[0] ?? ''
    const inward = m[0].endsWith('内')
    if (inward && /^[部容科网审控涝业训陆脏蒙存]/.test(text.slice(m.index + m[0].length))) continue
    add(from, m.index + m[0].length, readCount(text.slice(from, m.index)), unit)
  }
  for (const m of matches(text, GIVEN, /限|给|过/)) {
    const [all, count = '', unit = ''] = m
    add(m.index, m.index + all.length, count === '半' ? 0.5 : numeral(count), unit)
  }
  for (const m of matches(text, MONTHLY, /工作日/)) {
    const [all, when = '', oneText, , firstText] = m
    const nthText = oneText ?? firstText
    const nth = all.includes('最后') ? -1 : nthText === undefined ? 1 : numeral(nthText)
    const pick: DayAtom['pick'] = (at, ahead) => {
      const { year, month } = chinaTime(at)
      if (/^[下次]/.test(when)) return workdayOfMonth(year, month + 1, nth)
      const named = /^[每本这当月]/.test(when) ? month : numeral(when.replace(/月份?$/, ''))
      const day = workdayOfMonth(year, named, nth)
      if (ahead(day)) return day
      if (/^[本这当]|^月[末底]/.test(when)) return null
      return /^每|^月初/.test(when) ? workdayOfMonth(year, month + 1, nth) : workdayOfMonth(year + 1, named, nth)
    }
    found.push({
      ...KIND,
      kind: 'workday',
      from: m.index,
      to: m.index + all.length,
      pick,
      ...(when.startsWith('每') ? { every: true } : {}),
    })
  }
  for (const m of matches(text, LAST_OF_WEEK, /工作日/)) {
    const weeks = m[0].startsWith('下') ? 7 : 0
    const pick: DayAtom['pick'] = (at, ahead) => {
      const monday = startOfWeek(at) + weeks * DAY_MS
      const day = m[0].includes('最后') ? lastOfWeek(monday) : workingFrom(monday, 1)
      return ahead(day) ? day : null
    }
    found.push({ ...KIND, kind: 'workday', from: m.index, to: m.index + m[0].length, pick, bound: true })
  }
  return found
}
