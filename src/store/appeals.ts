import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, storable, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A word of the bot that a member may object to. */
export interface Reminded extends GroupRef {
  messageId: string
  rule: string
}

/** The last time since `since` that the member was privately reminded, in whichever group; undefined where never. */
export async function lastReminded(
  db: Kysely<Tables>,
  tenantId: string,
  memberId: string,
  since: EpochMs,
): Promise<Reminded | undefined> {
  const row = await db
    .selectFrom('decisions')
    .select(['group_id', 'message_id', 'rule'])
    .where('tenant_id', '=', tenantId)
    .where('sender_id', '=', memberId)
    .where('action', '=', 'remind-sender')
    .where('held', 'is', null)
    .where('at', '>', new Date(since))
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { tenantId, groupId: row.group_id, messageId: row.message_id, rule: row.rule }
}

/** Keeps an appeal, open until somebody decides; false where this word was appealed against before. */
export async function openAppeal(
  trx: Kysely<Tables>,
  reminded: Reminded,
  appeal: { memberId: string; reason: string; at: EpochMs },
): Promise<boolean> {
  const { rows } = await insertRows(
    'appeals',
    ['tenant_id', 'group_id', 'message_id', 'rule', 'member_id', 'reason', 'state', 'at'],
    [
      {
        tenant_id: reminded.tenantId,
        group_id: reminded.groupId,
        message_id: reminded.messageId,
        rule: reminded.rule,
        member_id: appeal.memberId,
        reason: storable(appeal.reason),
        state: 'open',
        at: timestamp(appeal.at),
      },
    ],
    'on conflict do nothing returning rule',
  ).execute(trx)
  return rows.length > 0
}

/** How many appeals of a group wait for a decision. */
export async function openAppeals(db: Kysely<Tables>, group: GroupRef): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select count(*)::integer as open from appeals
    where tenant_id = ${group.tenantId} and group_id = ${group.groupId} and state = 'open'`.execute(db)
  return rows[0]?.open ?? 0
}
