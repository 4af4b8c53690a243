import { type Kysely, sql } from 'kysely'
import { isOpen, type LedgerItem } from '../domain/ledger.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Appeal } from './appeals.ts'
import { type Group, listGroups } from './groups.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

interface PersonRef {
  tenantId: string
  memberId: string
}

/** The groups, without private conversations, that a person is known in or owns. */
export async function groupsOfPerson(db: Kysely<Tables>, { tenantId, memberId }: PersonRef): Promise<Group[]> {
  const rows = await db
    .selectFrom('members')
    .select('group_id')
    .where('tenant_id', '=', tenantId)
    .where('member_id', '=', memberId)
    .execute()
  const known = new Set(rows.map((row) => row.group_id))
  const groups = await listGroups(db)
  return groups.filter(
    (group) => group.tenantId === tenantId && (known.has(group.groupId) || group.ownerId === memberId),
  )
}

/** A private word about a message of somebody that was really said to them. */
export interface SaidReminder {
  groupId: string
  rule: string
  at: EpochMs
  /** It was taken back, since the verdict was wrong. */
  withdrawn: boolean
  appeal: Appeal['state'] | null
}

/** All that is kept on a person and that this person may be told. */
export interface PersonRecord {
  messages: number
  /** When the first of them was sent; null where there are none. */
  since: EpochMs | null
  /** Newest first. */
  reminders: SaidReminder[]
  tasks: LedgerItem[]
  appeals: number
  silences: number
}

/** Gathers what is kept on a person; reminders since `since`. Reads every message of the tenant's once. */
export async function personRecord(
  db: Kysely<Tables>,
  { tenantId, memberId }: PersonRef,
  since: EpochMs,
): Promise<PersonRecord> {
  const said = await db
    .selectFrom('messages')
    .select((eb) => [eb.fn.countAll<string>().as('messages'), eb.fn.min('sent_at').as('since')])
    .where('tenant_id', '=', tenantId)
    .where('sender_id', '=', memberId)
    .executeTakeFirstOrThrow()
  const { rows: items } = await sql<{ item: LedgerItem }>`
    select item from ledger_items
    where tenant_id = ${tenantId} and is_open and kind = 'task'
      and (item -> 'assigneeIds')::jsonb @> ${JSON.stringify([memberId])}::jsonb
      and not (item -> 'completedBy')::jsonb @> ${JSON.stringify([memberId])}::jsonb
    order by due nulls last, number`.execute(db)
  return {
    messages: Number(said.messages),
    since: said.since === null ? null : new Date(said.since).getTime(),
    reminders: await saidReminders(db, { tenantId, memberId }, since),
    tasks: items.map(({ item }) => item).filter(isOpen),
    appeals: await countOf(db, 'appeals', 'member_id', { tenantId, memberId }),
    silences: await countOf(db, 'silences', 'made_by', { tenantId, memberId }),
  }
}

async function saidReminders(
  db: Kysely<Tables>,
  { tenantId, memberId }: PersonRef,
  since: EpochMs,
): Promise<SaidReminder[]> {
  const { rows } = await sql<{
    group_id: string
    rule: string
    at: Date
    held: string | null
    appeal: Appeal['state'] | null
  }>`
    select d.group_id, d.rule, o.not_before as at, d.held, a.state as appeal
    from outbox o
    join decisions d on d.tenant_id = o.tenant_id and d.group_id = o.group_id and d.message_id = o.message_id
      and o.cause = d.rule || ':' || d.action || ':' || d.message_id
    left join appeals a on a.tenant_id = d.tenant_id and a.group_id = d.group_id
      and a.message_id = d.message_id and a.rule = d.rule and a.member_id = ${memberId}
    where o.tenant_id = ${tenantId} and o.recipient = ${memberId} and o.purpose <> 'answer'
      and o.not_before > ${timestamp(since)} and o.state in ('sent', 'uncertain')
      and not d.simulated and d.sender_id = ${memberId}
    order by o.not_before desc`.execute(db)
  return rows.map((row) => ({
    groupId: row.group_id,
    rule: row.rule,
    at: row.at.getTime(),
    withdrawn: row.held === 'corrected' || row.appeal === 'upheld',
    appeal: row.appeal,
  }))
}

async function countOf(
  db: Kysely<Tables>,
  table: 'appeals' | 'silences',
  column: 'member_id' | 'made_by',
  { tenantId, memberId }: PersonRef,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${sql.table(table)}
    where tenant_id = ${tenantId} and ${sql.ref(column)} = ${memberId}`.execute(db)
  return rows[0]?.count ?? 0
}
