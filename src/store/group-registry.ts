import { type Kysely, sql } from 'kysely'
import { isSubstantive, LABELS } from '../domain/label.ts'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { storable, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** What is known of a group as a whole. Dates are `YYYY-MM-DD` in China. */
export interface GroupRecord extends GroupRef {
  adapter: string
  name: string | null
  /** When the bot first heard of it. */
  knownSince: EpochMs
  ownerId: string | null
  /** The leader who was seen first. */
  leaderId: string | null
  purpose: string | null
  temporary: boolean
  endsOn: string | null
  registeredBy: string | null
  memberIds: string[]
  /** Those whose name is not known but by their id. */
  namelessIds: string[]
  /** The last sign of work since `since`: a substantive message, or one that could not be judged. Null where there is none. */
  lastWorkAt: EpochMs | null
  /** The last message that was heard without being addressed to the bot; null where it only hears what mentions it. */
  overheardAt: EpochMs | null
  open: number
  /** The latest due time of what is open. */
  lastDueAt: EpochMs | null
  /** When something last moved in its ledger; null where nothing ever stood there. */
  itemsMovedAt: EpochMs | null
}

interface GroupRow {
  group_id: string
  adapter: string
  name: string | null
  created_at: Date
  owner_id: string | null
  purpose: string | null
  temporary: boolean
  ends_on: string | null
  registered_by: string | null
  last_work_at: Date | null
  overheard_at: Date | null
  items_moved_at: Date | null
}

const WORK = LABELS.filter(isSubstantive)

const readGroups = (db: Kysely<Tables>, tenantId: string, since: EpochMs) =>
  sql<GroupRow>`
    select g.group_id, g.adapter, g.name, g.created_at, g.owner_id,
      r.purpose, coalesce(r.temporary, false) as temporary, r.ends_on::text as ends_on, r.registered_by,
      work.sent_at as last_work_at, overheard.sent_at as overheard_at, item.changed_at as items_moved_at
    from groups g
    left join group_registry r on r.tenant_id = g.tenant_id and r.group_id = g.group_id
    left join lateral (
      select m.sent_at from messages m
      where m.tenant_id = g.tenant_id and m.group_id = g.group_id and m.sent_at >= ${timestamp(since)}
        and (m.label is null or m.label = any(${WORK}::text[]))
      order by m.sent_at desc, m.position desc limit 1
    ) work on true
    left join lateral (
      select m.sent_at from messages m
      where m.tenant_id = g.tenant_id and m.group_id = g.group_id and not m.addresses_bot
      order by m.sent_at desc, m.position desc limit 1
    ) overheard on true
    left join lateral (
      select i.changed_at from ledger_items i
      where i.tenant_id = g.tenant_id and i.group_id = g.group_id
      order by i.changed_at desc limit 1
    ) item on true
    where g.tenant_id = ${tenantId} and g.chat = 'group'
    order by g.group_id`.execute(db)

const readMembers = (db: Kysely<Tables>, tenantId: string) =>
  sql<{ group_id: string; member_ids: string[]; nameless_ids: string[] | null; leader_id: string | null }>`
    select group_id, array_agg(member_id) as member_ids,
      array_agg(member_id) filter (where name = member_id) as nameless_ids,
      (array_agg(member_id order by position) filter (where role = 'leader'))[1] as leader_id
    from members where tenant_id = ${tenantId} group by group_id`.execute(db)

const readOpen = (db: Kysely<Tables>, tenantId: string) =>
  sql<{ group_id: string; open: number; last_due_at: Date | null }>`
    select group_id, count(*)::integer as open, max(due) as last_due_at
    from ledger_items where tenant_id = ${tenantId} and is_open group by group_id`.execute(db)

/** All groups of a tenant without private conversations, with what has happened in them since `since`: three statements. */
export async function groupRecords(db: Kysely<Tables>, tenantId: string, since: EpochMs): Promise<GroupRecord[]> {
  const groups = (await readGroups(db, tenantId, since)).rows
  const members = new Map((await readMembers(db, tenantId)).rows.map((row) => [row.group_id, row]))
  const open = new Map((await readOpen(db, tenantId)).rows.map((row) => [row.group_id, row]))
  return groups.map((row) => {
    const people = members.get(row.group_id)
    const owed = open.get(row.group_id)
    return {
      tenantId,
      groupId: row.group_id,
      adapter: row.adapter,
      name: row.name,
      knownSince: row.created_at.getTime(),
      ownerId: row.owner_id,
      leaderId: people?.leader_id ?? null,
      purpose: row.purpose,
      temporary: row.temporary,
      endsOn: row.ends_on,
      registeredBy: row.registered_by,
      memberIds: people?.member_ids ?? [],
      namelessIds: people?.nameless_ids ?? [],
      lastWorkAt: row.last_work_at?.getTime() ?? null,
      overheardAt: row.overheard_at?.getTime() ?? null,
      open: owed?.open ?? 0,
      lastDueAt: owed?.last_due_at?.getTime() ?? null,
      itemsMovedAt: row.items_moved_at?.getTime() ?? null,
    }
  })
}

/** What is registered of a group; a field that is left out stays as it was. `ends: null`: a group without an end. */
export interface Registration {
  ownerId?: string | undefined
  purpose?: string | undefined
  /** `undated`: temporary, nobody has said until when. */
  ends?: { on: string } | 'undated' | null | undefined
  by: string
  at: EpochMs
}

/** Registers a group; false where it is not known. */
export async function registerGroup(db: Kysely<Tables>, group: GroupRef, given: Registration): Promise<boolean> {
  const { tenantId, groupId } = group
  return db.transaction().execute(async (trx) => {
    const known = await trx
      .updateTable('groups')
      .set((eb) => ({ owner_id: given.ownerId ?? eb.ref('owner_id') }))
      .where('tenant_id', '=', tenantId)
      .where('group_id', '=', groupId)
      .where('chat', '=', 'group')
      .executeTakeFirst()
    if (known.numUpdatedRows === 0n) return false
    const { ends } = given
    const terms =
      ends === undefined
        ? {}
        : { temporary: ends !== null, ends_on: ends !== null && ends !== 'undated' ? ends.on : null }
    const purpose = given.purpose === undefined ? {} : { purpose: storable(given.purpose) }
    const changes = { ...purpose, ...terms, registered_by: storable(given.by), registered_at: timestamp(given.at) }
    await trx
      .insertInto('group_registry')
      .values({ tenant_id: tenantId, group_id: groupId, temporary: false, ...changes })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'group_id']).doUpdateSet(changes))
      .execute()
    return true
  })
}
