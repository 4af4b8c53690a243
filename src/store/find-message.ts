import { type Kysely, sql } from 'kysely'
import type { GroupMessage, Role } from '../domain/message.ts'
import { PRESS } from '../domain/press.ts'
import type { Group } from './groups.ts'
import { type MessageRef, messageKey, type RecentMessage } from './messages.ts'
import { unnest } from './rows.ts'
import type { Tables } from './tables.ts'

const rowsOf = (db: Kysely<Tables>, ref: MessageRef) =>
  db.selectFrom('messages').where('tenant_id', '=', ref.tenantId).where('group_id', '=', ref.groupId)

/** A stored message as its adapter handed it over, with the role its sender had; undefined where there is none. */
export async function findMessage(
  db: Kysely<Tables>,
  group: Group,
  messageId: string,
): Promise<{ message: GroupMessage; role: Role } | undefined> {
  const { tenantId, groupId, adapter, channelId, chat } = group
  const row = await rowsOf(db, { tenantId, groupId, messageId })
    .selectAll()
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  if (!row) return undefined
  const quote: GroupMessage['quote'] | null = row.quote
  const message: GroupMessage = {
    tenantId,
    groupId,
    messageId,
    adapter,
    channelId,
    chat,
    sentAt: row.sent_at.getTime(),
    sender: { memberId: row.sender_id, role: row.sender_role, ...(row.sender_name ? { name: row.sender_name } : {}) },
    kind: row.kind,
    text: row.text,
    mentions: row.mentions,
    addressesBot: row.addresses_bot,
    ...(quote ? { quote } : {}),
  }
  return { message, role: row.sender_role }
}

/** What messages say now, and who said it, by `messageKey`; those that are not stored, or say nothing any more, are left out. */
export async function wordsOf(
  db: Kysely<Tables>,
  refs: readonly MessageRef[],
): Promise<Map<string, { text: string; senderId: string }>> {
  if (refs.length === 0) return new Map()
  // Each by the index: the embedded store has no statistics.
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    message_id: string
    text: string
    sender_id: string
  }>`
    select k.tenant_id, k.group_id, k.message_id, m.text, m.sender_id
    from ${unnest(
      refs.map((ref) => ref.tenantId),
      refs.map((ref) => ref.groupId),
      refs.map((ref) => ref.messageId),
    )} as k(tenant_id, group_id, message_id)
    cross join lateral (
      select coalesce(edited_text, text) as text, sender_id from messages m
      where m.tenant_id = k.tenant_id and m.group_id = k.group_id and m.message_id = k.message_id
      limit 1
    ) m
    where m.text <> ''`.execute(db)
  return new Map(
    rows.map((row) => [
      messageKey({ tenantId: row.tenant_id, groupId: row.group_id, messageId: row.message_id }),
      { text: row.text, senderId: row.sender_id },
    ]),
  )
}

/** The last `limit` messages of a group that had arrived before this one, pressed buttons aside since nobody there sees them, oldest first by sending time. */
export async function messagesBefore(db: Kysely<Tables>, ref: MessageRef, limit: number): Promise<RecentMessage[]> {
  const rows = await rowsOf(db, ref)
    .select(['message_id', 'sender_id', 'sender_role', 'text', 'label', 'sent_at'])
    .where('position', '<', rowsOf(db, ref).select('position').where('message_id', '=', ref.messageId))
    .where('message_id', 'not like', `${PRESS}%`)
    .orderBy('sent_at', 'desc')
    .orderBy('position', 'desc')
    .limit(limit)
    .execute()
  return rows.reverse().map((row) => ({
    tenantId: ref.tenantId,
    groupId: ref.groupId,
    messageId: row.message_id,
    senderId: row.sender_id,
    role: row.sender_role,
    text: row.text,
    label: row.label,
    sentAt: row.sent_at.getTime(),
  }))
}
