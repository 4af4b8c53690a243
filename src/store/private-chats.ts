import type { Kysely } from 'kysely'
import type { GroupRef } from './groups.ts'
import type { Tables } from './tables.ts'

/** What was said in these private chats, the newest last, each with what the bot answered to it at once. */
export const privateChats = (db: Kysely<Tables>, chats: readonly GroupRef[], limit: number) =>
  db
    .selectFrom('messages as m')
    .leftJoin('outbox as o', (join) =>
      join
        .onRef('o.tenant_id', '=', 'm.tenant_id')
        .onRef('o.group_id', '=', 'm.group_id')
        .onRef('o.message_id', '=', 'm.message_id')
        .on('o.purpose', '=', 'answer'),
    )
    .select(['m.message_id', 'm.sender_id', 'm.text', 'm.sent_at', 'o.outbox_id', 'o.body', 'o.not_before'])
    .where('m.tenant_id', 'in', [...new Set(chats.map(({ tenantId }) => tenantId)), ''])
    .where('m.group_id', 'in', [...chats.map(({ groupId }) => groupId), ''])
    .orderBy('m.sent_at', 'desc')
    .limit(limit)
    .execute()
    .then((rows) => rows.reverse())
