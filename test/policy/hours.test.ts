import { describe, expect, it } from 'vitest'
import { chinaIso, fromChina } from '../../src/domain/calendar.ts'
import { afterQuiet, nextAllowed, outOfHours } from '../../src/policy/hours.ts'
import { policyOf } from './fixtures.ts'

const office = policyOf([])
const everyday = policyOf([], { workHours: { days: 'everyday' } })
const allowed = (...at: Parameters<typeof fromChina>) => chinaIso(nextAllowed(office, fromChina(...at)))

describe('working hours', () => {
  it('begin and end at the minute, the end no longer belonging to them', () => {
    expect(outOfHours(office, fromChina(2026, 3, 4, 8, 29))).toBe(true)
    expect(outOfHours(office, fromChina(2026, 3, 4, 8, 30))).toBe(false)
    expect(outOfHours(office, fromChina(2026, 3, 4, 17, 59))).toBe(false)
    expect(outOfHours(office, fromChina(2026, 3, 4, 18, 0))).toBe(true)
  })
  it('do not exist on a Saturday, but do on a Saturday that is worked for 调休', () => {
    expect(outOfHours(office, fromChina(2026, 3, 7, 10))).toBe(true)
    expect(outOfHours(office, fromChina(2026, 2, 28, 10))).toBe(false)
  })
  it('do not exist on the National Day, unless the policy says everyday', () => {
    expect(outOfHours(office, fromChina(2026, 10, 1, 10))).toBe(true)
    expect(outOfHours(everyday, fromChina(2026, 10, 1, 10))).toBe(false)
    expect(outOfHours(everyday, fromChina(2026, 10, 1, 23))).toBe(true)
  })
})

describe('the moment to speak to one person', () => {
  it('is at once in working hours', () => {
    expect(nextAllowed(office, fromChina(2026, 3, 4, 10, 7) + 1234)).toBe(fromChina(2026, 3, 4, 10, 7) + 1234)
  })
  it('is the same morning for what is said at dawn', () => {
    expect(allowed(2026, 3, 4, 3)).toBe('2026-03-04T08:30:00+08:00')
  })
  it('is the next morning for what is said after work, before the quiet hours', () => {
    expect(allowed(2026, 3, 4, 18, 30)).toBe('2026-03-05T08:30:00+08:00')
  })
  it('is Monday for what is said on Friday night', () => {
    expect(allowed(2026, 3, 6, 22)).toBe('2026-03-09T08:30:00+08:00')
  })
  it('is the first working day after the National Day holiday', () => {
    const moment = nextAllowed(office, fromChina(2026, 10, 1, 9))
    expect(chinaIso(moment)).toBe('2026-10-08T08:30:00+08:00')
  })
  it('waits for the end of quiet hours that last into the morning', () => {
    const late = policyOf([], { bot: { quiet: ['19:00', '09:15'] } })
    expect(chinaIso(nextAllowed(late, fromChina(2026, 3, 4, 8, 45)))).toBe('2026-03-04T09:15:00+08:00')
  })
  it('waits out a quiet noon', () => {
    const noon = policyOf([], { bot: { quiet: ['12:00', '14:00'] } })
    expect(chinaIso(nextAllowed(noon, fromChina(2026, 3, 4, 12, 30)))).toBe('2026-03-04T14:00:00+08:00')
  })
  it('keeps at least the quiet hours where they cover all working hours', () => {
    const silent = policyOf([], { bot: { quiet: ['08:00', '20:00'] } })
    expect(chinaIso(nextAllowed(silent, fromChina(2026, 3, 4, 10)))).toBe('2026-03-04T20:00:00+08:00')
  })
})

describe('the moment to speak in the group', () => {
  it('is after quiet hours that wrap midnight, from either side of it', () => {
    expect(chinaIso(afterQuiet(office, fromChina(2026, 3, 4, 23)))).toBe('2026-03-05T08:00:00+08:00')
    expect(chinaIso(afterQuiet(office, fromChina(2026, 3, 5, 1)))).toBe('2026-03-05T08:00:00+08:00')
  })
  it('is at once where quiet hours are empty', () => {
    const never = policyOf([], { bot: { quiet: ['00:00', '00:00'] } })
    expect(afterQuiet(never, fromChina(2026, 3, 4, 0))).toBe(fromChina(2026, 3, 4, 0))
  })
})
