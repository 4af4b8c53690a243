import { chinaDate, chinaTime, DAY_MS, startOfDay } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import { type GroupFacts, type GroupSettings, speakerOf } from './group-facts.ts'
import { groupTitle } from './group-title.ts'
import type { GroupCheck, Suggestion } from './suggestion.ts'

const dayText = (at: EpochMs): string => {
  const { year, month, day } = chinaTime(at)
  return `${year}年${month}月${day}日`
}

/** What stands open must go somewhere before its group does. */
const openText = ({ open }: GroupFacts): string => (open > 0 ? `;还有 ${open} 项没有办结,请先办结或移交` : '')

const daysSince = (at: EpochMs, now: EpochMs): number => Math.floor((startOfDay(now) - startOfDay(at)) / DAY_MS)

/** True where a group is quiet because it waits for something that is not due yet. */
const isWaiting = ({ lastDueAt }: GroupFacts, now: EpochMs): boolean => lastDueAt !== null && lastDueAt > now

/** Check 14: a temporary group past its registered end, or one whose ledger has been closed and quiet for so long. */
function ended(group: GroupFacts, finished: number, now: EpochMs): Pick<Suggestion, 'reason' | 'facts'> | null {
  if (!group.temporary) return null
  const { endsOn, open, itemsMovedAt, lastWorkAt } = group
  if (endsOn !== null && endsOn < chinaDate(now))
    return {
      reason: `${groupTitle(group)}登记为临时群,到 ${endsOn} 为止,现已过期:建议解散${openText(group)}。如还要用,请改登记的结束日期。`,
      facts: { endsOn, open },
    }
  const quietSince = Math.max(itemsMovedAt ?? now, lastWorkAt ?? 0)
  if (open > 0 || itemsMovedAt === null || quietSince > now - finished) return null
  const days = daysSince(quietSince, now)
  return {
    reason: `${groupTitle(group)}登记为临时群,事情全部办结已有 ${days} 天,之后没有新的任务和问题:建议解散。`,
    facts: { closedDays: days, open },
  }
}

/** Check 13: nobody has said anything of substance for so long, as far as the bot would have heard it. */
function idle(group: GroupFacts, limit: number, now: EpochMs): Pick<Suggestion, 'reason' | 'facts'> | null {
  const { overheardAt, knownSince, lastWorkAt, itemsMovedAt, open } = group
  if (overheardAt === null || isWaiting(group, now)) return null
  const lastSign = Math.max(lastWorkAt ?? 0, itemsMovedAt ?? 0)
  if (Math.max(lastSign, knownSince) > now - limit) return null
  const days = daysSince(Math.max(lastSign, knownSince), now)
  const last = lastSign > 0 ? `,最近一次是 ${dayText(lastSign)}` : ''
  return {
    reason: `${groupTitle(group)}已有 ${days} 天没有任务、进展、问题和通知${last}:如已用不上,建议解散${openText(group)}。`,
    facts: { days, open },
  }
}

/**
 * Whether a group may have had its day; one reason a group, its registered end before its silence. `isHeard`: the bot's
 * ear on the group's platform works, so that silence is the group's and not the bot's.
 */
export function suggestDissolving(
  group: GroupFacts,
  settings: GroupSettings,
  { now, isHeard }: { now: EpochMs; isHeard: boolean },
): Suggestion | null {
  const found = (check: GroupCheck, what: Pick<Suggestion, 'reason' | 'facts'>): Suggestion => ({
    check,
    groupId: group.groupId,
    otherGroupId: null,
    to: speakerOf(group) ?? settings.admin ?? null,
    ...what,
  })
  const byEnd = settings.finished === undefined ? null : ended(group, settings.finished, now)
  if (byEnd) return found('ended', byEnd)
  const byIdleness = settings.idle === undefined || !isHeard ? null : idle(group, settings.idle, now)
  return byIdleness && found('idle', byIdleness)
}
