import type { Kysely } from 'kysely'
import type { EpochMs, Member } from '../../domain/message.ts'
import { ownerOf } from '../../intake/group-state.ts'
import type { Span } from '../../store/backtest-messages.ts'
import { type PastSilence, silencesDuring } from '../../store/backtest-world.ts'
import { type Group, groupKey, membersOf } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'

/** A group as it is known now, with the silences that held in it. */
export interface PastGroup extends Pick<Group, 'tenantId' | 'groupId' | 'name' | 'createdAt'> {
  ownerId: string | null
  members: ReadonlyMap<string, Member>
  /** What held at a moment, an emergency before a pause. */
  silenceAt(at: EpochMs): PastSilence['kind'] | null
}

function silenceIn(silences: readonly PastSilence[], at: EpochMs): PastSilence['kind'] | null {
  const held = silences.filter(({ from, to }) => from <= at && at < to)
  return held.find(({ kind }) => kind === 'emergency')?.kind ?? held[0]?.kind ?? null
}

/** Reads what messages do not say about the groups of a tenant; by `groupKey`. */
export async function readWorld(
  db: Kysely<Tables>,
  tenantId: string,
  groups: readonly Group[],
  span: Span,
): Promise<Map<string, PastGroup>> {
  const silences = await silencesDuring(db, tenantId, span)
  const members = Map.groupBy(await membersOf(db, groups), groupKey)
  return new Map(
    groups.map((group) => {
      const key = groupKey(group)
      const known = new Map((members.get(key) ?? []).map((member) => [member.memberId, member]))
      const { groupId, name, createdAt } = group
      const held = silences.get(key) ?? []
      return [
        key,
        {
          tenantId,
          groupId,
          name,
          createdAt,
          ownerId: ownerOf({ group, members: known }),
          members: known,
          silenceAt: (at) => silenceIn(held, at),
        },
      ]
    }),
  )
}
