import type { ClockAtom, PartName } from './atom.ts'
import { PART_MINUTES } from './day-part.ts'

/** How the day is known: said as today, not said at all, or said as some other day. */
export type DaySense = 'today' | 'open' | 'other'

const MORNINGS: readonly PartName[] = ['early', 'morning', 'work']
const AFTERNOONS: readonly PartName[] = ['afternoon', 'dusk', 'off']

/** Hour and minute under a part of day, in minutes after that day's midnight; more than 1440 lies in the next day. */
function underParts(hour: number, minute: number, parts: readonly PartName[], sense: DaySense): number {
  const last = parts.at(-1)
  const night = parts.includes('night') || parts.includes('midnight')
  if (last === 'dawn') return (night ? 1440 : 0) + (hour === 12 ? 0 : hour) * 60 + minute
  if (night) {
    if (hour === 0 || hour === 24) return 1440 + minute
    if (hour === 12) return 1440 + minute
    if (hour < 5) return 1440 + hour * 60 + minute
    return (hour < 12 ? hour + 12 : hour) * 60 + minute
  }
  if (hour === 0) return (sense === 'other' ? 0 : 1440) + minute
  if (last !== undefined && AFTERNOONS.includes(last)) return (hour < 12 ? hour + 12 : hour) * 60 + minute
  if (last === 'noon') return (hour < 4 ? hour + 12 : hour) * 60 + minute
  return hour * 60 + minute
}

/** On another day 7–12 are read as written and 1–6 as the afternoon. */
const asWritten = (hour: number, minute: number) => (hour >= 1 && hour <= 6 ? hour + 12 : hour) * 60 + minute

/** Minutes after midnight that a part of day without a clock stands for. */
function partMinutes(parts: readonly PartName[]): number {
  const last = parts.at(-1)
  if (last === undefined) return PART_MINUTES.off
  const afternoon = parts.includes('afternoon')
  if (last === 'work' && afternoon) return 840
  if (last === 'off' && parts.includes('morning')) return 720
  if (last === 'dawn' && parts.includes('night')) return 1440 + PART_MINUTES.dawn
  return PART_MINUTES[last]
}

/**
 * The readings of a time of day, the preferred first, in minutes after the midnight that begins its day.
 * An hour from 1 to 12 with no part of day has two readings today.
 */
export function readings(clock: ClockAtom | null, parts: readonly PartName[], sense: DaySense): number[] {
  if (clock === null) return [partMinutes(parts)]
  const { hour, minute } = clock
  if (parts.length > 0) {
    const minutes = underParts(hour, minute, parts, sense)
    return parts.at(-1) === 'dawn' && sense === 'open' ? [minutes, minutes + 1440] : [minutes]
  }
  if (hour === 24) return [1440]
  if (hour === 0) return [sense === 'other' ? minute : 1440 + minute]
  if (hour > 12 || clock.padded) return [hour * 60 + minute]
  if (sense === 'other') return [asWritten(hour, minute)]
  return [hour * 60 + minute, (hour + 12) * 60 + minute]
}

/** Readings for tomorrow, where none is left today and no day was said. */
export function tomorrow(clock: ClockAtom | null, parts: readonly PartName[], evening: boolean): number | null {
  const last = parts.at(-1)
  if (clock !== null && parts.length === 0)
    return 1440 + (clock.padded ? clock.hour * 60 + clock.minute : asWritten(clock.hour, clock.minute))
  const opening = (last === 'work' && !parts.includes('afternoon')) || (last === 'early' && clock !== null)
  if (last === undefined || !(opening || (evening && (MORNINGS.includes(last) || last === 'noon')))) return null
  return 1440 + (clock === null ? partMinutes(parts) : underParts(clock.hour, clock.minute, parts, 'other'))
}
