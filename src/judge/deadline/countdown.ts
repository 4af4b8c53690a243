import { DAY_MS, HOUR_MS, startOfDay } from '../../domain/calendar.ts'
import type { DayAtom, SpanAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral } from './numeral.ts'
import { addWorkdays } from './workdays.ts'

const LEFT_OVER = new RegExp(
  `(?:还有|还剩下?|只剩下?|仅剩|只有|倒计时)(?:最后)?(${NUMBER}|半)个?(半)?(小时|钟头|分钟|天|日|工作日|周|星期)(?:的?时间)?了?`,
  'g',
)
/** What runs out: an end is named before the count (离验收还有三天) or after it (还有半小时截止). */
const END =
  '截[止稿标]|关(?:闭|门|系统|通道)|结束|到期|锁[定库]|封[账库网盘存版]|验收|检查|上线|交付|交[稿货卷]|开标|评审|报名|发车|停[用机]'
const END_BEFORE = new RegExp(`(?:离|距离?|${END})[^,。;!?]{0,12}$`)
const NAMES_END = new RegExp(END)
const END_AFTER = new RegExp(`^(?:就|便|才|即|将)?(?:要|得|该|会)?(?:自动)?(?:${END}|关了|关$|关[,。!])`)

/** Finds what is left until an end: `还有半小时截止`, `距报名截止还有两天`, `离验收只剩三天了`. */
export function findCountdowns(text: string): (DayAtom | SpanAtom)[] {
  const found: (DayAtom | SpanAtom)[] = []
  for (const m of matches(text, LEFT_OVER)) {
    const [all, countText = '', half, unit = ''] = m
    const to = m.index + all.length
    const before = END_BEFORE.exec(text.slice(Math.max(0, m.index - 16), m.index))?.[0] ?? ''
    if (!NAMES_END.test(before) && !END_AFTER.test(text.slice(to, to + 8))) continue
    const count = (countText === '半' ? 0.5 : numeral(countText)) + (half ? 0.5 : 0)
    const span = { from: m.index, to }
    if (/小时|钟头|分钟/.test(unit)) {
      found.push({ type: 'span', ...span, ms: count * (unit === '分钟' ? 60_000 : HOUR_MS) })
      continue
    }
    if (!Number.isInteger(count)) continue
    const days = count * (/周|星期/.test(unit) ? 7 : 1)
    const pick: DayAtom['pick'] =
      unit === '工作日' ? (at) => addWorkdays(startOfDay(at), count) : (at) => startOfDay(at) + days * DAY_MS
    found.push({ type: 'day', kind: 'relative', ...span, bound: true, pick })
  }
  return found
}
