import { chinaTime, DAY_MS, fromChina } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ahead, DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral, PLAIN, yearOf } from './numeral.ts'

const YEAR = '(?:(20\\d\\d|二[零一二三四五六七八九]{3})[年./-]|(今年|本年|当年|明年|次年|来年|去年))?'
const FULL = new RegExp(
  `(?<![\\d.])${YEAR}(${NUMBER})(?:月份?)(?:(${PLAIN})(?:日|号)?[-至到])?((?:\\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九廿卅][一二三四五六七八九]?))(?:日|号|(?![\\d%个张份人次家元万例件套户项天年月周]))`,
  'g',
)
const ISO = /(?<![\d.-])(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d.-])/g
const SHORT =
  /(?<![\d./vV¥$#]|[^\d]-)(1[0-2]|0?[1-9])([./·])(3[01]|[12]\d|0?[1-9])(?![\d./%·版元万亿米吨分级寸折])(?:日|号)?/g
const BARE = new RegExp(
  `(本月|这个月|当月|下月|下个月|次月|上月|上个月|每月|每个月)?(?:(${NUMBER})(?:日|号)?[-至到])?(?:${NUMBER})(日|号)|(本月|这个月|当月|下月|下个月|次月|每月)(${PLAIN})(日|号)`,
  'g',
)
const NIAN = /(?<![腊正冬月\d])廿[一二三四五六七八九]?(?![\d月])/g

const days = (month: number) => [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
const exists = (month: number, date: number) => month >= 1 && month <= 12 && date >= 1 && date <= days(month)

/** A month and day without a year: this year's while it is ahead or only just gone, else next year's. */
function pickYearless(month: number, date: number) {
  return (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const { year } = chinaTime(at)
    const here = fromChina(year, month, date)
    if (ahead(here)) return here
    return here < at - 120 * DAY_MS ? fromChina(year + 1, month, date) : null
  }
}

/** A month and day as written, with its year or without. */
export function dated(from: number, to: number, month: number, date: number, year: number | null): DayAtom {
  const pick =
    year === null
      ? pickYearless(month, date)
      : (_: EpochMs, ahead: Ahead) => {
          const day = fromChina(year, month, date)
          return ahead(day) ? day : null
        }
  return { type: 'day', kind: 'date', from, to, month, date, pick }
}

/** A bare day of the month: this month's while it is ahead, else next month's that has such a day. */
function pickBare(date: number, offset: number | null) {
  return (at: EpochMs, ahead: Ahead): EpochMs | null => {
    const { year, month } = chinaTime(at)
    const tries = offset === null ? [0, 1, 2] : [offset]
    for (const add of tries) {
      const day = fromChina(year, month + add, date)
      if (chinaTime(day).day === date && ahead(day)) return day
    }
    return null
  }
}

const OFFSETS: Readonly<Record<string, number>> = { 本: 0, 这: 0, 当: 0, 下: 1, 次: 1, 上: -1 }

function bare(from: number, to: number, prefix: string | undefined, date: number, first: number | null): DayAtom {
  const every = prefix?.startsWith('每') ?? false
  const offset = prefix === undefined || every ? null : (OFFSETS[prefix[0] ?? ''] ?? null)
  return {
    type: 'day',
    kind: 'date',
    from,
    to,
    pick: pickBare(date, offset),
    ...(every ? { every: true } : {}),
    ...(offset === -1 ? { past: true } : {}),
    ...(offset === null
      ? {
          inMonth: (month) => dated(from, to, month, date, null),
          mayBePast: (at) => {
            const today = chinaTime(at).day
            return today - date > 0 && today - date <= 10
          },
        }
      : {}),
    ...(first === null ? {} : { start: pickBare(first, offset) }),
    ...(prefix === '次月' || prefix === '下月'
      ? { after: (start) => fromChina(chinaTime(start).year, chinaTime(start).month + 1, date) }
      : {}),
  }
}

/** What stands before or after 12号 where it numbers a thing. */
const THING =
  /^(?:坐席|诊|手术|那边|这边|舱|摊|工区|公路|螺|钉|砂|楼|泵|线|机(?!关)|房|桩|门|文|车|库|厅|窗|井|柜|炉|罐|院|店|铺|位|床|梯|仓|塔|船|馆|站|口|岛|棚|单|阀|令|路|渠|坝|闸|窑|槽|煤|矿|团|连|营|桌|牌|箱|样|管|地|塘|区|片|厂|泊|码|航站|跑道|登机|桥|墩|染|字|标段|变|主变|公寓|公馆|公告|室|工[位地段]|病|教室|会议室|宿舍|线路|球|选手|队|组(?!织)|台风|台(?!账)|墙|模|辊|隧|洞|斜|工作面|皮带|铲|吊|叉|拖|挖|铁|钢|轧|高炉|转炉|电炉|座|档|以上|大[厅院棚门街]|小[区院]|通知|议案|提案|汽油|柴油|电池|网格|楼栋|单元|岗|哨|卡口|摄像|探头|点位|板|段|杆|支(?!部)|树|垄|法庭|法院|审判|机位|考场|考点|窗|餐|食堂|图|地标|染色|样品|柜台|片区|圈|舍|栏|池|槽|釜|塔|反应)/
const CHAIN = /^(?:[、和及与]\d{1,2}号)+(?:[两二三四五六七八九]个)?/
const NUMBERED =
  /(?:[路街巷弄道村坊字第栋幢座室楼层房车台组队线轮厂仓库吊泵炉井柜闸桩塔][东西南北中]?|[〕\])]|No\.?|编号|门牌|单号|型)$/i
const COUNTED =
  /(?:连续?|共|为期|满|近|前|过去|达|逾|超过?|约|持续|每隔|住院|累计|不足|不少于|不低于|至少|工期|历时|耗时|生|节|纪念|第|提前|再过|休假?|请假|放假|假期|推迟|延长|延期)$/

function isCount(text: string, from: number, to: number, unit: string): boolean {
  // 塔吊5号和6号: what a chain numbers stands before it.
  const left = text
    .slice(Math.max(0, from - 10), from)
    .replace(/(?:\d{1,2}号[、和及与])+$/, '')
    .slice(-4)
  const right = text.slice(to, to + 4)
  if (unit === '号' && /^[、和及与]/.test(right)) {
    if (NUMBERED.test(left)) return true
    const chain = CHAIN.exec(text.slice(to, to + 40))
    if (chain && THING.test(text.slice(to + chain[0].length, to + chain[0].length + 4))) return true
  }
  if (unit === '日' && /[一1]日$/.test(text.slice(from, to)) && /^[一二三四五六七八九\d](?![点时:\d])/.test(right))
    return true
  if (unit === '号') {
    if (/^(?:前|之前|以前|下午|上午|中午|晚|早|到|至)/.test(right)) return /[〕\]]$|第$|[路街巷弄]$/.test(left)
    return THING.test(right) || NUMBERED.test(left)
  }
  return (
    COUNTED.test(left) ||
    /^(?:龄|游|以上|线|均|年化|制|谈|之内|以内|内(?!部|容|外|科|审|涝|控|网|业|训|宾)|后|之后|以后|来|之?间|三餐|左右的|元|本[^月周地单])/.test(
      right,
    )
  )
}

const BEFORE_SHORT = /(?:截[至止]到?|到|至|于|在|日期|时间|时间:|最迟|最晚|定|从|自|\d-)$/
const AFTER_SHORT =
  /^(?:前|之前|以前|[上下中]午|晚(?:上|[\d一二三四五六七八九十前])|早(?:上|[\d一二三四五六七八九十前])|下班|截止|周[一二三四五六日]|\((?:周|星期)|[-至到](?:1[0-2]|0?[1-9])[./]\d|日|号|起|为止|凌晨|零点|\d{1,2}[点时:])/
const DOING = /^(?:交|报(?!价)|开会|上线|完成|开庭|开班|上会|开工|验收)/
const NOT_SHORT =
  /(?:版本?|[Vv]|约|共|达|率|分|比|比例|第|单价|价|占|涨|跌|降|升|增长|均|为|得|近|超|完成率?|[×x*+=<>≥≤≈±@])$/

/** Finds dates: `3月10日`, `2026-04-20`, `3.18前`, `4/8`, `15号`, `24-28号`, `下月3号`, `每月15日`. */
export function findDates(text: string): DayAtom[] {
  const found: DayAtom[] = []
  const add = (atom: DayAtom) => found.push(atom)
  for (const m of matches(text, ISO, /20\d\d[-/.]/)) {
    const [all, year, , month, date] = m
    if (exists(Number(month), Number(date)))
      add(dated(m.index, m.index + all.length, Number(month), Number(date), Number(year)))
  }
  for (const m of matches(text, FULL, /月/)) {
    const [all, year, named, monthText = '', firstText, dateText = ''] = m
    const month = numeral(monthText)
    const date = numeral(dateText)
    if (!exists(month, date)) continue
    const atom = dated(m.index, m.index + all.length, month, date, year === undefined ? null : yearOf(year))
    if (named !== undefined) {
      const shift = /^[明次来]/.test(named) ? 1 : named === '去年' ? -1 : 0
      atom.pick = (at, ahead) => {
        const day = fromChina(chinaTime(at).year + shift, month, date)
        return ahead(day) ? day : null
      }
      if (named === '次年') atom.after = (start) => fromChina(chinaTime(start).year + 1, month, date)
    }
    if (firstText !== undefined) {
      const first = dated(m.index, m.index, month, numeral(firstText), year === undefined ? null : yearOf(year))
      atom.start = (at, ahead) => first.pick(at, ahead)
    }
    if (/八月十五$/.test(all)) continue
    add(atom)
  }
  for (const m of matches(text, SHORT, /\d[./·]\d/)) {
    const [all, month, , date] = m
    const to = m.index + all.length
    const left = text.slice(Math.max(0, m.index - 4), m.index)
    const right = text.slice(to, to + 4)
    if (!exists(Number(month), Number(date)) || NOT_SHORT.test(left)) continue
    const opens = /(?:^|[,。;!\s])$/.test(left) && (date?.length ?? 0) === 2 && DOING.test(right)
    if (!BEFORE_SHORT.test(left) && !AFTER_SHORT.test(right) && !opens) continue
    add(dated(m.index, to, Number(month), Number(date), null))
  }
  for (const m of matches(text, BARE, /[日号]/)) {
    const [all, prefix, firstText, unit, prefix2, , unit2] = m
    const to = m.index + all.length
    const number = /([^月至到号日-]+)[日号]$/.exec(all)?.[1] ?? ''
    const date = numeral(number.replace(/^[本这当下次上每]个?/, ''))
    if (!(date >= 1 && date <= 31)) continue
    if (text[m.index - 1] === '月' && prefix === undefined && prefix2 === undefined) continue
    if ((prefix ?? prefix2) === undefined && isCount(text, m.index, to, unit ?? unit2 ?? '')) continue
    add(bare(m.index, to, prefix ?? prefix2, date, firstText === undefined ? null : numeral(firstText)))
  }
  for (const m of matches(text, NIAN, /廿/)) {
    const date = numeral(m[0])
    if (date <= 29) add(bare(m.index, m.index + m[0].length, undefined, date, null))
  }
  return found
}
