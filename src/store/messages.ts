import { type Kysely, sql } from 'kysely'
import { chinaDate } from '../domain/calendar.ts'
import type { Label } from '../domain/label.ts'
import type { EpochMs, GroupMessage, Role } from '../domain/message.ts'
import { PRESS } from '../domain/press.ts'
import type { Evidence, Verdict } from '../domain/verdict.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** A message as it is kept; `verdict` is null for private conversations and types without text. */
export interface StoredMessage extends GroupMessage {
  role: Role
  receivedAt: EpochMs
  verdict: Verdict | null
  judgedBy: string | null
}

const COLUMNS = [
  'tenant_id',
  'group_id',
  'message_id',
  'kind',
  'sender_id',
  'sender_name',
  'sender_role',
  'text',
  'mentions',
  'addresses_bot',
  'quote',
  'sent_at',
  'received_at',
  'label',
  'confidence',
  'flags',
  'probabilities',
  'evidence',
  'judged_by',
] as const

/** Four decimals say all that a probability of the model means. */
export const roundedProbabilities = (probabilities: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(probabilities).map(([label, value]) => [label, Math.round(value * 1e4) / 1e4]))

/**
 * Adds messages that are known to be new, and counts their labels by day in China; a second message of the same key
 * fails the transaction.
 */
export async function insertMessages(trx: Kysely<Tables>, messages: readonly StoredMessage[]): Promise<void> {
  const inserted = insertRows(
    'messages',
    COLUMNS,
    messages.map((message) => ({
      tenant_id: message.tenantId,
      group_id: message.groupId,
      message_id: message.messageId,
      kind: message.kind,
      sender_id: message.sender.memberId,
      sender_name: message.sender.name ?? null,
      sender_role: message.role,
      text: message.text,
      mentions: message.mentions,
      addresses_bot: message.addressesBot,
      quote: message.quote ?? null,
      sent_at: timestamp(message.sentAt),
      received_at: timestamp(message.receivedAt),
      label: message.verdict?.label ?? null,
      confidence: message.verdict?.confidence ?? null,
      flags: message.verdict?.flags ?? null,
      probabilities: message.verdict ? roundedProbabilities(message.verdict.probabilities) : null,
      evidence: message.verdict?.evidence ?? null,
      judged_by: message.judgedBy,
    })),
    'returning tenant_id, group_id, sent_at, label',
  )
  await sql`
    with inserted as (${inserted})
    insert into label_counts (tenant_id, group_id, day, label, messages)
    select tenant_id, group_id, (sent_at at time zone 'Asia/Shanghai')::date, label, count(*)
    from inserted where label is not null
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (tenant_id, group_id, day, label) do update set messages = label_counts.messages + excluded.messages`.execute(
    trx,
  )
}

/** Which of these messages are stored already, as keys made by `messageKey`. */
export async function knownMessages(
  trx: Kysely<Tables>,
  messages: readonly Pick<GroupMessage, 'tenantId' | 'groupId' | 'messageId'>[],
): Promise<Set<string>> {
  const distinct = (values: readonly string[]) => [...new Set(values)]
  // Three lists rather than a list of triples: without statistics the planner uses the primary key for these alone.
  const { rows } = await sql<{ tenant_id: string; group_id: string; message_id: string }>`
    select tenant_id, group_id, message_id from messages
    where tenant_id = any(${distinct(messages.map((message) => message.tenantId))}::text[])
      and group_id = any(${distinct(messages.map((message) => message.groupId))}::text[])
      and message_id = any(${distinct(messages.map((message) => message.messageId))}::text[])`.execute(trx)
  return new Set(
    rows.map((row) => messageKey({ tenantId: row.tenant_id, groupId: row.group_id, messageId: row.message_id })),
  )
}

/** Names a message within the deployment. */
export type MessageRef = GroupRef & { messageId: string }

/** A key for maps of messages. */
export const messageKey = (message: Pick<GroupMessage, 'tenantId' | 'groupId' | 'messageId'>): string =>
  `${message.tenantId}\0${message.groupId}\0${message.messageId}`

/** What the judge and the ledger look back on. */
export interface RecentMessage extends GroupRef {
  messageId: string
  senderId: string
  role: Role
  text: string
  label: Label | null
  sentAt: EpochMs
}

/** The last `limit` messages of each group, oldest first; pressed buttons aside, since nobody in the group sees them. */
export async function recentMessages(
  trx: Kysely<Tables>,
  groups: readonly GroupRef[],
  limit: number,
): Promise<RecentMessage[]> {
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    message_id: string
    sender_id: string
    sender_role: Role
    text: string
    label: Label | null
    sent_at: Date
  }>`
    select m.tenant_id, m.group_id, m.message_id, m.sender_id, m.sender_role, m.text, m.label, m.sent_at
    from ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
    )} as k(tenant_id, group_id)
    cross join lateral (
      select * from messages m
      where m.tenant_id = k.tenant_id and m.group_id = k.group_id and m.message_id not like ${`${PRESS}%`}
      order by m.sent_at desc, m.position desc
      limit ${limit}
    ) m
    order by m.sent_at, m.position`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    messageId: row.message_id,
    senderId: row.sender_id,
    role: row.sender_role,
    text: row.text,
    label: row.label,
    sentAt: row.sent_at.getTime(),
  }))
}

/** Messages by label on the China days from `from` up to, not including, `to`. */
export async function labelCounts(
  db: Kysely<Tables>,
  group: GroupRef,
  from: EpochMs,
  to: EpochMs,
): Promise<Map<Label, number>> {
  const { rows } = await sql<{ label: Label; messages: number }>`
    select label, sum(messages)::integer as messages from label_counts
    where tenant_id = ${group.tenantId} and group_id = ${group.groupId}
      and day >= ${chinaDate(from)}::date and day < ${chinaDate(to)}::date
    group by label`.execute(db)
  return new Map(rows.map((row) => [row.label, row.messages]))
}

/** A message as the pages show it. */
export interface ShownMessage {
  messageId: string
  senderId: string
  senderName: string | null
  role: Role
  text: string
  quote: GroupMessage['quote'] | null
  sentAt: EpochMs
  verdict: (Pick<Verdict, 'label' | 'confidence' | 'flags'> & { evidence: Evidence[] }) | null
}

/** The last `limit` messages of one group with their verdicts, oldest first. */
export async function shownMessages(db: Kysely<Tables>, group: GroupRef, limit: number): Promise<ShownMessage[]> {
  const rows = await db
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .orderBy('sent_at', 'desc')
    .orderBy('position', 'desc')
    .limit(limit)
    .execute()
  return rows.reverse().map((row) => ({
    messageId: row.message_id,
    senderId: row.sender_id,
    senderName: row.sender_name,
    role: row.sender_role,
    text: row.text,
    quote: row.quote,
    sentAt: row.sent_at.getTime(),
    verdict:
      row.label === null
        ? null
        : { label: row.label, confidence: row.confidence ?? 0, flags: row.flags ?? [], evidence: row.evidence ?? [] },
  }))
}

/** When the last message of a group was sent; null where there is none. */
export async function lastSentAt(db: Kysely<Tables>, group: GroupRef): Promise<EpochMs | null> {
  const row = await db
    .selectFrom('messages')
    .select('sent_at')
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .orderBy('sent_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.sent_at.getTime() ?? null
}
