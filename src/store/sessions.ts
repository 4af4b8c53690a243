import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** So many expired addresses are deleted when one is kept; each is one that was kept before. */
const DELETED_AT_ONCE = 100

/**
 * Keeps the address of a conversation, unless one is kept that holds longer: two nodes may hear in any order. Deletes
 * what has expired by `now`.
 */
export async function keepSession(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  { url, expiresAt }: { url: string; expiresAt: EpochMs },
  now: EpochMs,
): Promise<void> {
  await sql`
    insert into dingtalk_sessions as s (tenant_id, group_id, url, expires_at)
    values (${tenantId}, ${groupId}, ${url}, ${timestamp(expiresAt)})
    on conflict (tenant_id, group_id) do update set url = excluded.url, expires_at = excluded.expires_at
    where excluded.expires_at >= s.expires_at`.execute(db)
  // Another node that deletes the same ones is neither waited for nor kept waiting.
  await sql`
    delete from dingtalk_sessions where (tenant_id, group_id) in (
      select tenant_id, group_id from dingtalk_sessions where expires_at <= ${timestamp(now)}
      order by expires_at limit ${DELETED_AT_ONCE} for update skip locked
    )`.execute(db)
}

/** The address of a conversation, expired or not; null where none is kept. */
export async function findSession(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
): Promise<{ url: string; expiresAt: EpochMs } | null> {
  const row = await db
    .selectFrom('dingtalk_sessions')
    .select(['url', 'expires_at'])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .executeTakeFirst()
  return row === undefined ? null : { url: row.url, expiresAt: row.expires_at.getTime() }
}
