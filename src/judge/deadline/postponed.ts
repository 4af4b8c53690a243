import { startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import { isWorking, workingFrom } from './workdays.ts'

const POSTPONED =
  /(?:遇|逢|如遇|碰上?)(?:到|上)?[^,。;]{0,4}(?:节假日|休息日|周末|假日|双休日?|公休)[^,。;]{0,6}(顺延|往后|延后|提前|往前)/

/** 遇节假日顺延: moves a moment on a day off to the next or previous working day, the time of day kept. */
export function postponed(text: string, due: EpochMs): EpochMs {
  const rule = POSTPONED.exec(text)?.[1]
  const day = startOfDay(due)
  if (rule === undefined || isWorking(day)) return due
  return workingFrom(day, /[顺后]/.test(rule) ? 1 : -1) + (due - day)
}
