import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import { type GroupRef, groupKey } from './groups.ts'
import { storable, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** Somebody told the bot to be silent in a group until a time: for an emergency, or for a pause. Never deleted. */
export interface Silence extends GroupRef {
  silenceId: string
  kind: 'emergency' | 'paused'
  since: EpochMs
  until: EpochMs
  by: string
  reason: string
}

export async function insertSilence(trx: Kysely<Tables>, silence: Silence): Promise<void> {
  await trx
    .insertInto('silences')
    .values({
      tenant_id: silence.tenantId,
      group_id: silence.groupId,
      silence_id: silence.silenceId,
      kind: silence.kind,
      since: timestamp(silence.since),
      until: timestamp(silence.until),
      made_by: silence.by,
      reason: storable(silence.reason),
    })
    .execute()
}

/** Ends what silences hold in a group at `at`; gives how many that were. */
export async function endSilences(
  trx: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  { by, at }: { by: string; at: EpochMs },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('silences')
    .set({ ended_at: timestamp(at), ended_by: by })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('ended_at', 'is', null)
    .where('until', '>', new Date(at))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** The silence that holds in each of these groups at `at`, an emergency before a pause; by `groupKey`. */
export async function silencesIn(
  db: Kysely<Tables>,
  groups: readonly GroupRef[],
  at: EpochMs,
): Promise<Map<string, Silence>> {
  if (groups.length === 0) return new Map()
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    silence_id: string
    kind: Silence['kind']
    since: Date
    until: Date
    made_by: string
    reason: string
  }>`
    select s.* from silences s
    join ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
    )} as k(tenant_id, group_id) using (tenant_id, group_id)
    where s.ended_at is null and s.since <= ${timestamp(at)} and s.until > ${timestamp(at)}
    order by s.kind desc, s.until`.execute(db)
  // `paused` sorts before `emergency` in this order: the last one of a group stays.
  return new Map(
    rows.map((row) => {
      const ref = { tenantId: row.tenant_id, groupId: row.group_id }
      const { silence_id: silenceId, kind, made_by: by, reason } = row
      return [
        groupKey(ref),
        { ...ref, silenceId, kind, since: row.since.getTime(), until: row.until.getTime(), by, reason },
      ]
    }),
  )
}

/** The silence that holds in one group at `at`; null where none does. */
export const silenceIn = async (db: Kysely<Tables>, group: GroupRef, at: EpochMs): Promise<Silence | null> =>
  (await silencesIn(db, [group], at)).get(groupKey(group)) ?? null
