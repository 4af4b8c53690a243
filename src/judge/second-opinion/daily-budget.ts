import { chinaDate } from '../../domain/calendar.ts'
import type { Clock } from '../../domain/message.ts'

/** Counts what is spent on one day in China; false once `perDay` is. Kept in memory: a restart begins anew. */
export function createDailyBudget(perDay: number, now: Clock): () => boolean {
  let day = ''
  let spent = 0
  return () => {
    const today = chinaDate(now())
    if (today !== day) {
      day = today
      spent = 0
    }
    if (spent >= perDay) return false
    spent++
    return true
  }
}
