import { DAY_MS } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import { suggestDissolving } from './dissolve.ts'
import { type CheckedGroup, suggestMerges } from './duplicates.ts'
import { suggestRegistering } from './registry.ts'
import type { Suggestion } from './suggestion.ts'

/** An ear that heard nothing at all for so long may be deaf: then silence says nothing about a group. */
const LISTENING_MS = 7 * DAY_MS

/**
 * What the checks of groups find in one tenant: 13 and 14 (dissolve), 15 (merge) and 16 (register). A group that may be
 * dissolved is asked neither to merge nor to be registered.
 */
export function checkGroups(groups: readonly CheckedGroup[], now: EpochMs): Suggestion[] {
  const heardAt = new Map<string, EpochMs>()
  for (const { group } of groups)
    heardAt.set(group.adapter, Math.max(heardAt.get(group.adapter) ?? 0, group.overheardAt ?? 0))
  const isHeard = (adapter: string) => (heardAt.get(adapter) ?? 0) > now - LISTENING_MS

  const dissolving = groups.flatMap(
    ({ group, settings }) => suggestDissolving(group, settings, { now, isHeard: isHeard(group.adapter) }) ?? [],
  )
  const mayGo = new Set(dissolving.map(({ groupId }) => groupId))
  const staying = groups.filter(({ group }) => !mayGo.has(group.groupId))
  return [
    ...dissolving,
    ...suggestMerges(staying),
    ...staying.flatMap(({ group, settings }) => suggestRegistering(group, settings) ?? []),
  ]
}
