import type { DayAtom } from './atom.ts'
import { matches } from './matches.ts'
import { NUMBER, numeral } from './numeral.ts'
import { ordinal, pickIn } from './weekday.ts'

const COUNTED = new RegExp(
  `(${NUMBER})个?(?:周|星期|礼拜)(?:之后|以后|后)的?(?:周|星期|礼拜)([一二三四五六日天]|[1-7](?![\\d.]))`,
  'g',
)

/** Finds weekdays of a week that is counted from this one: `两周后的周三`. */
export function findCountedWeeks(text: string): DayAtom[] {
  return matches(text, COUNTED).flatMap((m): DayAtom[] => {
    const weeks = numeral(m[1] ?? '')
    if (!(weeks >= 1 && weeks <= 52)) return []
    const pick = pickIn(weeks, ordinal(m[2] ?? ''))
    return [{ type: 'day', kind: 'weekday', from: m.index, to: m.index + m[0].length, pick }]
  })
}
