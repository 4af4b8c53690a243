import { DAY_MS, HOUR_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Candidate } from './candidates.ts'
import { numeral, PLAIN } from './numeral.ts'
import { workingFrom } from './workdays.ts'

const ADVANCE = new RegExp(
  `(?:(?:至少)?提前|(?:开会|会|开庭|开班|开工|活动|演出|考试|比赛|验收|评审|检查|出发|面试|培训|召开)前)(${PLAIN})个?(天|日|周|星期|工作日)(?!内)`,
)

/** 提前三天 before a dated event: so many days before it, at 18:00. */
export function inAdvance(
  text: string,
  { moment: event, found }: Candidate,
  at: EpochMs,
): { due: EpochMs; from: number; to: number } | null {
  const m = ADVANCE.exec(text)
  if (m === null || (m.index < found.mention.to && m.index + m[0].length > found.mention.from)) return null
  const count = numeral(m[1] ?? '')
  if (!(count > 0)) return null
  let day = startOfDay(event)
  if (m[2] === '工作日') for (let i = 0; i < count; i++) day = workingFrom(day - DAY_MS, -1)
  else day -= count * (m[2] === '周' || m[2] === '星期' ? 7 : 1) * DAY_MS
  const due = day + 18 * HOUR_MS
  return due > at && due < event ? { due, from: m.index, to: m.index + m[0].length } : null
}
