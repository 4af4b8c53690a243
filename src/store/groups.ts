import { type Kysely, sql } from 'kysely'
import type { EpochMs, GroupMessage, Member, Role } from '../domain/message.ts'
import { insertRows, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** Names a group within the deployment. */
export interface GroupRef {
  tenantId: string
  groupId: string
}

/** A key for maps; the separator occurs in no stored id. */
export const groupKey = (group: GroupRef): string => `${group.tenantId}\0${group.groupId}`

export interface Group extends GroupRef {
  adapter: string
  channelId: string
  chat: GroupMessage['chat']
  name: string | null
  ownerId: string | null
  nextNumber: number
  /** Raised by every commit that takes in a message of the group. */
  version: number
  /** When the bot first heard of it. */
  createdAt: EpochMs
}

interface GroupRow {
  tenant_id: string
  group_id: string
  adapter: string
  channel_id: string
  chat: string
  name: string | null
  owner_id: string | null
  next_number: number
  version: number
  created_at: Date
}

const toGroup = (row: GroupRow): Group => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  adapter: row.adapter,
  channelId: row.channel_id,
  chat: row.chat as GroupMessage['chat'],
  name: row.name,
  ownerId: row.owner_id,
  nextNumber: row.next_number,
  version: row.version,
  createdAt: row.created_at.getTime(),
})

type NewGroup = Omit<Group, 'ownerId' | 'nextNumber' | 'version' | 'createdAt'>

/** Locks those of the groups that are known, always in the same order. Each may be named once. */
export async function lockKnown(trx: Kysely<Tables>, groups: readonly GroupRef[]): Promise<Group[]> {
  const { rows } = await sql<GroupRow>`
    select g.tenant_id, g.group_id, g.adapter, g.channel_id, g.chat, g.name, g.owner_id, g.next_number, g.version, g.created_at
    from (
      select * from ${unnest(
        groups.map((group) => group.tenantId),
        groups.map((group) => group.groupId),
      )} as k(tenant_id, group_id)
      order by tenant_id, group_id
    ) k
    cross join lateral (
      select * from groups g
      where g.tenant_id = k.tenant_id and g.group_id = k.group_id
      limit 1
      for update
    ) g`.execute(trx)
  return rows.map(toGroup)
}

/**
 * Makes the groups known and locks them for this transaction, always in the same order: two nodes that take messages
 * of one group follow each other, and never wait for each other in a circle.
 */
export async function lockGroups(trx: Kysely<Tables>, groups: readonly NewGroup[], now: number): Promise<Group[]> {
  const known = await lockKnown(trx, groups)
  const names = new Map(known.map((group) => [groupKey(group), group.name]))
  if (
    groups.every(
      (group) =>
        names.has(groupKey(group)) && (group.name ?? names.get(groupKey(group))) === names.get(groupKey(group)),
    )
  )
    return known
  await insertRows(
    'groups',
    ['tenant_id', 'group_id', 'adapter', 'channel_id', 'chat', 'name', 'next_number', 'version', 'created_at'],
    [...groups]
      .sort((a, b) => (groupKey(a) < groupKey(b) ? -1 : 1))
      .map((group) => ({
        tenant_id: group.tenantId,
        group_id: group.groupId,
        adapter: group.adapter,
        channel_id: group.channelId,
        chat: group.chat,
        name: group.name,
        next_number: 1,
        version: 0,
        created_at: timestamp(now),
      })),
    'on conflict (tenant_id, group_id) do update set name = excluded.name where excluded.name is distinct from groups.name and excluded.name is not null',
  ).execute(trx)
  return lockKnown(trx, groups)
}

/** Moves the groups' numbers and versions on; to be called under their lock. */
export async function saveGroups(
  trx: Kysely<Tables>,
  groups: readonly Pick<Group, 'tenantId' | 'groupId' | 'nextNumber' | 'version'>[],
): Promise<void> {
  await sql`
    update groups g set next_number = k.next_number::integer, version = k.version::integer
    from ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
      groups.map((group) => String(group.nextNumber)),
      groups.map((group) => String(group.version)),
    )} as k(tenant_id, group_id, next_number, version)
    where g.tenant_id = k.tenant_id and g.group_id = k.group_id`.execute(trx)
}

/** Raises a group's version, so that no node goes on from what it remembers of it. */
export async function raiseVersion(trx: Kysely<Tables>, { tenantId, groupId }: GroupRef): Promise<void> {
  await trx
    .updateTable('groups')
    .set((row) => ({ version: row('version', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .execute()
}

/** All known members of the groups, in the order in which they were first seen. */
export async function membersOf(
  trx: Kysely<Tables>,
  groups: readonly GroupRef[],
): Promise<(Member & { tenantId: string; groupId: string })[]> {
  const { rows } = await sql<{ tenant_id: string; group_id: string; member_id: string; name: string; role: Role }>`
    select m.tenant_id, m.group_id, m.member_id, m.name, m.role
    from members m
    join ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
    )} as k(tenant_id, group_id) using (tenant_id, group_id)
    order by m.tenant_id, m.group_id, m.position`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    memberId: row.member_id,
    name: row.name,
    role: row.role,
  }))
}

/** Adds members, or brings their name and role up to date. */
export async function saveMembers(
  trx: Kysely<Tables>,
  members: readonly (Member & { tenantId: string; groupId: string })[],
): Promise<void> {
  if (members.length === 0) return
  await insertRows(
    'members',
    ['tenant_id', 'group_id', 'member_id', 'name', 'role'],
    members.map((member) => ({
      tenant_id: member.tenantId,
      group_id: member.groupId,
      member_id: member.memberId,
      name: member.name,
      role: member.role,
    })),
    'on conflict (tenant_id, group_id, member_id) do update set name = excluded.name, role = excluded.role',
  ).execute(trx)
}

/** Every group of the deployment, without private conversations. */
export async function listGroups(db: Kysely<Tables>): Promise<Group[]> {
  const rows = await db
    .selectFrom('groups')
    .selectAll()
    .where('chat', '=', 'group')
    .orderBy('tenant_id')
    .orderBy('group_id')
    .execute()
  return rows.map(toGroup)
}

/** One group, or undefined. */
export async function findGroup(db: Kysely<Tables>, ref: GroupRef): Promise<Group | undefined> {
  const row = await db
    .selectFrom('groups')
    .selectAll()
    .where('tenant_id', '=', ref.tenantId)
    .where('group_id', '=', ref.groupId)
    .executeTakeFirst()
  return row && toGroup(row)
}
