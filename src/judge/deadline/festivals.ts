import chineseDays from 'chinese-days'
import { fromChina } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'

/** Where a named day falls: a solar date, a lunar date, or a solar term. */
type Rule = { solar: [number, number] } | { lunar: [number, number] } | { term: string }

const TERMS =
  '立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至 小暑 大暑 立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至 小寒 大寒'.split(
    ' ',
  )

/** Public holidays with their statutory days off, counted from `eve` days before (≤ 0) the holiday's own day. */
export const PUBLIC_HOLIDAYS = [
  { name: '元旦', words: '元旦', eve: 0, days: 1 },
  { name: '春节', words: '春节|过年|新年|新春', eve: -1, days: 4 },
  { name: '清明', words: '清明', eve: 0, days: 1 },
  { name: '五一', words: '五一|劳动|5\\.1', eve: 0, days: 2 },
  { name: '端午', words: '端午', eve: 0, days: 1 },
  { name: '中秋', words: '中秋', eve: 0, days: 1 },
  { name: '国庆', words: '国庆|十一|十·一', eve: 0, days: 3 },
] as const

const RULES = new Map<string, Rule>([
  ['元旦', { solar: [1, 1] }],
  ['春节', { lunar: [1, 1] }],
  ['清明', { term: '清明' }],
  ['五一', { solar: [5, 1] }],
  ['端午', { lunar: [5, 5] }],
  ['中秋', { lunar: [8, 15] }],
  ['国庆', { solar: [10, 1] }],
  ['情人节', { solar: [2, 14] }],
  ['三八', { solar: [3, 8] }],
  ['妇女节', { solar: [3, 8] }],
  ['植树节', { solar: [3, 12] }],
  ['五四', { solar: [5, 4] }],
  ['青年节', { solar: [5, 4] }],
  ['护士节', { solar: [5, 12] }],
  ['六一', { solar: [6, 1] }],
  ['儿童节', { solar: [6, 1] }],
  ['七一', { solar: [7, 1] }],
  ['建党节', { solar: [7, 1] }],
  ['八一', { solar: [8, 1] }],
  ['建军节', { solar: [8, 1] }],
  ['医师节', { solar: [8, 19] }],
  ['教师节', { solar: [9, 10] }],
  ['记者节', { solar: [11, 8] }],
  ['消防日', { solar: [11, 9] }],
  ['双十一', { solar: [11, 11] }],
  ['双11', { solar: [11, 11] }],
  ['双十二', { solar: [12, 12] }],
  ['宪法日', { solar: [12, 4] }],
  ['平安夜', { solar: [12, 24] }],
  ['圣诞', { solar: [12, 25] }],
  ['元宵', { lunar: [1, 15] }],
  ['龙抬头', { lunar: [2, 2] }],
  ['七夕', { lunar: [7, 7] }],
  ['中元', { lunar: [7, 15] }],
  ['重阳', { lunar: [9, 9] }],
  ['腊八', { lunar: [12, 8] }],
  ['小年', { lunar: [12, 23] }],
  ...TERMS.filter((term) => term !== '清明').map((term): [string, Rule] => [term, { term }]),
])

/** Names of days that are no public holiday: 七一, 重阳, 霜降 …; 除夕 is the eve of 春节. */
export const NAMED_DAYS = [...RULES.keys(), '除夕', '大年三十'].filter(
  (name) => !PUBLIC_HOLIDAYS.some((holiday) => holiday.name === name),
)

const parse = (iso: string): EpochMs =>
  fromChina(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), Number(iso.slice(8, 10)))

/** 00:00 of a lunar date of the lunar year `year`; null where that month has no such day. */
export function lunarDay(year: number, month: number, day: number): EpochMs | null {
  const two = (value: number) => String(value).padStart(2, '0')
  const { date } = chineseDays.getSolarDateFromLunar(`${year}-${two(month)}-${two(day)}`)
  return /^\d{4}-\d\d-\d\d$/.test(date) ? parse(date) : null
}

const terms = new Map<number, ReadonlyMap<string, EpochMs>>()

function termsOf(year: number): ReadonlyMap<string, EpochMs> {
  const known = terms.get(year)
  if (known) return known
  const days = chineseDays.getSolarTerms(`${year}-01-01`, `${year}-12-31`)
  const made = new Map(days.map(({ name, date }) => [name, parse(date)]))
  terms.set(year, made)
  return made
}

/** 00:00 of a named day in a year (of the lunar calendar where the day is lunar); null where the name is unknown. */
export function ownDay(name: string, year: number): EpochMs | null {
  if (name === '除夕' || name === '大年三十') {
    const spring = lunarDay(year + 1, 1, 1)
    return spring === null ? null : spring - 24 * 3_600_000
  }
  const rule = RULES.get(name)
  if (rule === undefined) return null
  if ('solar' in rule) return fromChina(year, rule.solar[0], rule.solar[1])
  if ('lunar' in rule) return lunarDay(year, rule.lunar[0], rule.lunar[1])
  return termsOf(year).get(rule.term) ?? null
}
