import { DAY_MS } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Suggestion } from './suggestion.ts'

const MONTH_MS = 30 * DAY_MS
/** Somebody who has not followed a suggestion so often has answered it. */
const MOST_TIMES = 3

/** How often and when last somebody was told about a group. `kind` is a `GroupCheck`. */
export interface Told {
  groupId: string
  kind: string
  otherGroupId: string
  recipient: string
  times: number
  lastAt: EpochMs
}

/**
 * Those of the suggestions that somebody is there to hear and that may be made now: about a group and check once a
 * month and three times in all, about a pair once, and about registrations to one person once a month.
 */
export function untold(suggestions: readonly Suggestion[], told: readonly Told[], now: EpochMs): Suggestion[] {
  const isRecent = ({ lastAt }: Told) => lastAt > now - MONTH_MS
  const pairKey = (one: string, other: string) => [one, other].sort().join('\0')
  const ofGroup = Map.groupBy(told, ({ groupId, kind }) => `${kind}\0${groupId}`)
  const pairs = new Set(told.flatMap((each) => (each.otherGroupId ? pairKey(each.groupId, each.otherGroupId) : [])))
  const hadLists = new Set(told.flatMap((each) => (each.kind === 'registry' && isRecent(each) ? each.recipient : [])))
  return suggestions.filter(({ check, groupId, otherGroupId, to }) => {
    if (to === null || (check === 'registry' && hadLists.has(to))) return false
    if (otherGroupId !== null && pairs.has(pairKey(groupId, otherGroupId))) return false
    const before = ofGroup.get(`${check}\0${groupId}`) ?? []
    if (before.some(isRecent)) return false
    return otherGroupId !== null || before.reduce((sum, { times }) => sum + times, 0) < MOST_TIMES
  })
}
