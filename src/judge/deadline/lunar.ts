import { chinaTime, DAY_MS } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ahead, DayAtom } from './atom.ts'
import { lunarDay, NAMED_DAYS, ownDay } from './festivals.ts'
import { matches } from './matches.ts'
import { numeral, PLAIN } from './numeral.ts'

const DAY = '(?:初[一二三四五六七八九十]|廿[一二三四五六七八九]?|三十|[二]?十[一二三四五六七八九]?|\\d{1,2})'
const LUNAR = new RegExp(
  `(?:农历|阴历|旧历)(?:的)?(闰?(?:正|冬|腊|${PLAIN}))月(${DAY})日?|(正|冬|腊)月(${DAY})|(?<!\\d)([一二三四五六七八九十]{1,2})月(初[一二三四五六七八九十]|廿[一二三四五六七八九]?)|大年(初[一二三四五六七八九十])|(?<![到至\\d])(初[四五六七八九十])(?=前|之前|上班|上午|下午|早|开工|复工|一早)|(八)月(十五)(?![日号])`,
  'g',
)
const NAMED = new RegExp(
  `(${[...NAMED_DAYS].sort((a, b) => b.length - a.length).join('|')}|腊月三十|年三十)(?!路|街|村|粥|蒜|大道|社区|小学|中学|广场|礼物|勋章)节?(?:(当[天日晚]?|那天)|(?:之|以)?前(?:(${PLAIN})(天|日|周))?(?!后)|(?=[早晚上下中]午?[上晚]?\\d?))`,
  'g',
)
const MONTHS: Readonly<Record<string, number>> = { 正: 1, 冬: 11, 腊: 12 }

/** The reading of this lunar year or its neighbours that comes next. */
function comingYear(of: (year: number) => EpochMs | null) {
  return (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const { year } = chinaTime(at)
    for (const tried of [year - 1, year, year + 1]) {
      const day = of(tried)
      if (day !== null && ahead(day)) return day
    }
    return null
  }
}

/** Finds lunar dates (`腊月二十三`, `农历八月初十`) and named days other than public holidays (`元宵节前`, `霜降前`). */
export function findLunar(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, LUNAR, /初|廿|历|[正冬腊八]月/)) {
    const monthText = (m[1] ?? m[3] ?? m[5] ?? m[9] ?? '正').replace('闰', '')
    const dayText = m[2] ?? m[4] ?? m[6] ?? m[7] ?? m[8] ?? m[10] ?? ''
    const month = MONTHS[monthText] ?? numeral(monthText)
    const date = numeral(dayText.replace('初', ''))
    if (!(month >= 1 && month <= 12 && date >= 1 && date <= 30)) continue
    const of = (year: number) => (month === 12 && date === 30 ? ownDay('除夕', year) : lunarDay(year, month, date))
    found.push({ type: 'day', kind: 'lunar', from: m.index, to: m.index + m[0].length, pick: comingYear(of) })
  }
  for (const m of matches(
    text,
    NAMED,
    /节|夕|腊|元宵|重阳|中元|立[春夏秋冬]|[春秋]分|[夏冬]至|[露霜蛰种暑寒雪]|[七八六]一|三八|小年|五四|双1|双十|日前|平安|圣诞|雨水|小满|三十|龙抬头|谷雨/,
  )) {
    const [all, word = '', sameDay, count, unit] = m
    const name = word.endsWith('三十') ? '除夕' : word
    const before = all.includes('前')
    const days = count === undefined ? (before ? 1 : 0) : numeral(count) * (unit === '周' ? 7 : 1)
    if (/[大小]雪|雨水|小满/.test(name) && !before) continue
    if (/[一二三四五六七八九十第双\d初]$/.test(text.slice(0, m.index).slice(-1)) && /^[三五六七八]/.test(name)) continue
    const coming = comingYear((year) => {
      const day = ownDay(name, year)
      return day === null ? null : day - days * DAY_MS
    })
    // 大雪前 and 雨水前 are mostly about the weather: they are the solar term only when it is near.
    const near = /[大小]雪|雨水/.test(name) ? 45 * DAY_MS : Number.POSITIVE_INFINITY
    const pick: DayAtom['pick'] = (at, ahead) => {
      const day = coming(at, ahead)
      return day !== null && day - at < near ? day : null
    }
    const to = m.index + all.length - (sameDay === '当晚' ? 1 : 0)
    found.push({ type: 'day', kind: 'lunar', from: m.index, to, pick, bound: true })
  }
  return found
}
