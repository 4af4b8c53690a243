import chineseDays from 'chinese-days'
import type { EpochMs } from './message.ts'

/** China has one time zone and no summer time since 1991-09-15: UTC+8 throughout. */
export const CHINA_OFFSET_MS = 8 * 3_600_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Calendar fields of a moment on a clock in China. `month` 1–12, `weekday` 1 (Monday) – 7 (Sunday). */
export interface ChinaTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  weekday: number
}

/** Reads a moment as a clock in China shows it. */
export function chinaTime(at: EpochMs): ChinaTime {
  const date = new Date(at + CHINA_OFFSET_MS)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay() || 7,
  }
}

/** The moment of a date and time in China; days, hours and minutes may overflow as in `Date.UTC`. */
export const fromChina = (year: number, month: number, day: number, hour = 0, minute = 0): EpochMs =>
  Date.UTC(year, month - 1, day, hour, minute) - CHINA_OFFSET_MS

/** 00:00 in China of the day that `at` falls on. */
export const startOfDay = (at: EpochMs): EpochMs =>
  Math.floor((at + CHINA_OFFSET_MS) / DAY_MS) * DAY_MS - CHINA_OFFSET_MS

/** 00:00 in China of the Monday of the ISO week that `at` falls on. */
export const startOfWeek = (at: EpochMs): EpochMs => startOfDay(at) - (chinaTime(at).weekday - 1) * DAY_MS

/** The date in China, `YYYY-MM-DD`. */
export const chinaDate = (at: EpochMs): string => new Date(at + CHINA_OFFSET_MS).toISOString().slice(0, 10)

/** ISO 8601 with the offset of China, to the second: `2026-03-04T17:00:00+08:00`. */
export const chinaIso = (at: EpochMs): string => `${new Date(at + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`

/** A date and time as messages write it: `7月8日17:00`. */
export function chinaShort(at: EpochMs): string {
  const { month, day, hour, minute } = chinaTime(at)
  return `${month}月${day}日${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** True where the day is one on which public offices work, 调休 included (calendar of `chinese-days`). */
export const isWorkday = (at: EpochMs): boolean => chineseDays.isWorkday(chinaDate(at))
