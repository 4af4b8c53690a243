import { type Kysely, sql } from 'kysely'
import { isOpen, type LedgerEvent, type LedgerItem } from '../domain/ledger.ts'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** A ledger event with the group whose ledger it moves. */
export type GroupEvent = LedgerEvent & GroupRef

/** Appends events; one that another transaction has written already fails this one. */
export async function appendEvents(trx: Kysely<Tables>, events: readonly GroupEvent[]): Promise<void> {
  if (events.length === 0) return
  await insertRows(
    'ledger_events',
    ['tenant_id', 'group_id', 'number', 'sequence', 'type', 'message_id', 'member_id', 'at', 'body'],
    events.map(({ tenantId, groupId, number, sequence, messageId, memberId, at, ...body }) => ({
      tenant_id: tenantId,
      group_id: groupId,
      number,
      sequence,
      type: body.type,
      message_id: messageId,
      member_id: memberId,
      at: timestamp(at),
      body,
    })),
  ).execute(trx)
}

/** Writes the folded items. `changedAt` is the time of the event that changed them last. */
export async function saveItems(
  trx: Kysely<Tables>,
  items: readonly (GroupRef & { item: LedgerItem; changedAt: EpochMs })[],
): Promise<void> {
  if (items.length === 0) return
  await insertRows(
    'ledger_items',
    ['tenant_id', 'group_id', 'number', 'kind', 'state', 'is_open', 'due', 'opened_at', 'changed_at', 'item'],
    items.map(({ tenantId, groupId, item, changedAt }) => ({
      tenant_id: tenantId,
      group_id: groupId,
      number: item.number,
      kind: item.kind,
      state: item.state,
      is_open: isOpen(item),
      due: item.due === null ? null : timestamp(item.due),
      opened_at: timestamp(item.openedAt),
      changed_at: timestamp(changedAt),
      item,
    })),
    `on conflict (tenant_id, group_id, number) do update set
      state = excluded.state, is_open = excluded.is_open, due = excluded.due,
      changed_at = excluded.changed_at, item = excluded.item`,
  ).execute(trx)
}

/** All open items of the groups, those that wait for 销号, and those that changed since `since`. */
export async function itemsOf(
  trx: Kysely<Tables>,
  groups: readonly GroupRef[],
  since: EpochMs,
): Promise<(GroupRef & { item: LedgerItem })[]> {
  const keys = unnest(
    groups.map((group) => group.tenantId),
    groups.map((group) => group.groupId),
  )
  const { rows } = await sql<{ tenant_id: string; group_id: string; item: LedgerItem }>`
    select i.tenant_id, i.group_id, i.item
    from ${keys} as k(tenant_id, group_id)
    cross join lateral (
      select * from ledger_items i
      where i.tenant_id = k.tenant_id and i.group_id = k.group_id
        and (i.is_open or i.state = 'done' or i.changed_at >= ${timestamp(since)})
    ) i
    order by i.tenant_id, i.group_id, i.number`.execute(trx)
  return rows.map((row) => ({ tenantId: row.tenant_id, groupId: row.group_id, item: row.item }))
}

/** Items by their numbers; those that do not exist are missing. */
export async function findItems(
  trx: Kysely<Tables>,
  asked: readonly (GroupRef & { number: number })[],
): Promise<(GroupRef & { item: LedgerItem })[]> {
  const { rows } = await sql<{ tenant_id: string; group_id: string; item: LedgerItem }>`
    select i.tenant_id, i.group_id, i.item
    from ${unnest(
      asked.map((each) => each.tenantId),
      asked.map((each) => each.groupId),
      asked.map((each) => String(each.number)),
    )} as k(tenant_id, group_id, number)
    join ledger_items i
      on i.tenant_id = k.tenant_id and i.group_id = k.group_id and i.number = k.number::integer`.execute(trx)
  return rows.map((row) => ({ tenantId: row.tenant_id, groupId: row.group_id, item: row.item }))
}
