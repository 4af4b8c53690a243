import { chinaTime, fromChina } from '../../domain/calendar.ts'
import type { DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral } from './numeral.ts'

const MONTH_BEFORE = new RegExp(
  `(今年|明年|次年|来年)?(${NUMBER})月份?(?:之前|以前|前(?![期后半\\d一二三四五六七八九十]))`,
  'g',
)

/** Finds months that must not have begun: `6月前`, `明年3月之前` end with the last day of the month before. */
export function findMonthsBefore(text: string): DayAtom[] {
  const found: DayAtom[] = []
  for (const m of matches(text, MONTH_BEFORE)) {
    const [all, year, monthText = ''] = m
    const month = numeral(monthText)
    // 两月前 is two months ago.
    if (!(month >= 1 && month <= 12) || monthText === '两') continue
    const pick: DayAtom['pick'] = (at, ahead) => {
      const now = chinaTime(at)
      const shift = year === undefined || year === '今年' ? 0 : 1
      const day = fromChina(now.year + shift, month, 0)
      if (ahead(day)) return day
      return year === undefined && now.month - month >= 4 ? fromChina(now.year + 1, month, 0) : null
    }
    found.push({ type: 'day', kind: 'month-part', from: m.index, to: m.index + all.length, bound: true, pick })
  }
  return found
}
