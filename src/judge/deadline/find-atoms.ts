import type { Atom } from './atom.ts'
import { findClocks } from './clock.ts'
import { findCounts } from './count.ts'
import { findCountdowns } from './countdown.ts'
import { joinCounts } from './counted-from.ts'
import { findCountedWeeks } from './counted-week.ts'
import { findDates } from './dates.ts'
import { findParts } from './day-part.ts'
import { findEnglish } from './english.ts'
import { isGreeting } from './greeting.ts'
import { findHolidays } from './holiday.ts'
import { findLunar } from './lunar.ts'
import { MOST } from './matches.ts'
import { findMonthsBefore } from './month-before.ts'
import { findMonthParts } from './month-part.ts'
import { findRelativeDays } from './relative-day.ts'
import { findWeekdays } from './weekday.ts'

/** The longer of two readings that begin together, the earlier of two that overlap. */
function withoutOverlaps(atoms: Atom[]): Atom[] {
  atoms.sort((a, b) => a.from - b.from || b.to - a.to)
  const kept: Atom[] = []
  let end = -1
  for (const atom of atoms) {
    if (atom.from < end) continue
    kept.push(atom)
    end = atom.to
    if (kept.length === MOST) break
  }
  return kept
}

const isGreets = (text: string, atom: Atom): boolean =>
  (atom.type === 'day' || atom.type === 'part') && isGreeting(text, atom.to, atom.type)

/** 下周二以前(含周二): the bracket only repeats the day. */
const isNoted = (text: string, atom: Atom): boolean =>
  /\([包不]?含$/.test(text.slice(Math.max(0, atom.from - 3), atom.from))

/** 去年双十一当天. */
const isOfAnotherYear = (text: string, atom: Atom): boolean =>
  atom.type === 'day' && /(?:[去前]|上|往|历)年(?:的|，|,)?$/.test(text.slice(Math.max(0, atom.from - 3), atom.from))

/** Finds all words that tell of a time, in order, none overlapping. */
export function findAtoms(text: string): Atom[] {
  const atoms: Atom[] = [...findClocks(text), ...findParts(text), ...findRelativeDays(text), ...findEnglish(text)]
  if (/周|星期|礼拜/.test(text)) {
    atoms.push(...findWeekdays(text))
    if (/[周期拜][之以]?后/.test(text)) atoms.push(...findCountedWeeks(text))
  }
  if (/[日号月./·廿-]/.test(text)) atoms.push(...findDates(text))
  if (/内|后|工作日|时间|限|不.?超过|给/.test(text)) atoms.push(...findCounts(text))
  if (/[还只仅]有|剩|倒计时/.test(text)) atoms.push(...findCountdowns(text))
  if (/月|旬|季|年|Q/i.test(text)) atoms.push(...findMonthParts(text))
  if (/月份?[之以]?前/.test(text)) atoms.push(...findMonthsBefore(text))
  if (/[节假]|元旦|清明|五一|端午|中秋|国庆|十一|年[前后]|5\.1|过年|开工|复工/.test(text))
    atoms.push(...findHolidays(text))
  if (/[前当早晚午初]|历|[正冬腊八]月/.test(text)) atoms.push(...findLunar(text))
  const said = joinCounts(text, withoutOverlaps(atoms))
  return said.filter((atom) => !isGreets(text, atom) && !isNoted(text, atom) && !isOfAnotherYear(text, atom))
}
