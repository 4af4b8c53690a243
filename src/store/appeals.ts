import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, storable, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A word of the bot that a member may object to, with what the member had said. */
export interface Reminded extends GroupRef {
  messageId: string
  rule: string
  text: string
}

/**
 * The last private reminder since `since` that really reached the member, in whichever group; undefined where none did.
 * With `outboxId` that very one: it has reached whoever names it, whatever the store knows.
 */
export async function lastReminded(
  db: Kysely<Tables>,
  tenantId: string,
  memberId: string,
  since: EpochMs,
  outboxId: string | null = null,
): Promise<Reminded | undefined> {
  const row = await db
    .selectFrom('decisions as d')
    .innerJoin('outbox as o', (join) =>
      join
        .onRef('o.tenant_id', '=', 'd.tenant_id')
        .onRef('o.group_id', '=', 'd.group_id')
        .on('o.cause', '=', sql<string>`d.rule || ':' || d.action || ':' || d.message_id`),
    )
    .innerJoin('messages as m', (join) =>
      join
        .onRef('m.tenant_id', '=', 'd.tenant_id')
        .onRef('m.group_id', '=', 'd.group_id')
        .onRef('m.message_id', '=', 'd.message_id'),
    )
    .select(['d.group_id', 'd.message_id', 'd.rule', 'm.text'])
    .where('d.tenant_id', '=', tenantId)
    .where('d.sender_id', '=', memberId)
    .where('d.action', '=', 'remind-sender')
    .where('d.simulated', '=', false)
    .where('d.at', '>', new Date(since))
    .$if(outboxId === null, (query) => query.where('o.state', 'in', ['sent', 'uncertain']))
    .$if(outboxId !== null, (query) => query.where('o.outbox_id', '=', outboxId))
    .orderBy('d.at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { tenantId, groupId: row.group_id, messageId: row.message_id, rule: row.rule, text: row.text }
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

/** An appeal as it is kept. */
export interface Appeal extends GroupRef {
  /** `RULE:MESSAGE`; unique in its group, and neither part of a rule's name is a colon. */
  appealId: string
  messageId: string
  rule: string
  memberId: string
  reason: string
  state: 'open' | 'upheld' | 'rejected'
  at: EpochMs
}

/** All appeals of a group, oldest first. */
export async function appealsOf(db: Kysely<Tables>, group: GroupRef): Promise<Appeal[]> {
  const rows = await db
    .selectFrom('appeals')
    .selectAll()
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .orderBy('at')
    .execute()
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    appealId: `${row.rule}:${row.message_id}`,
    messageId: row.message_id,
    rule: row.rule,
    memberId: row.member_id,
    reason: row.reason,
    state: row.state,
    at: row.at.getTime(),
  }))
}

/** Decides an appeal, or opens it again. */
export async function setAppealState(
  trx: Kysely<Tables>,
  appeal: Pick<Appeal, 'tenantId' | 'groupId' | 'messageId' | 'rule'>,
  state: Appeal['state'],
): Promise<void> {
  await trx
    .updateTable('appeals')
    .set({ state })
    .where('tenant_id', '=', appeal.tenantId)
    .where('group_id', '=', appeal.groupId)
    .where('message_id', '=', appeal.messageId)
    .where('rule', '=', appeal.rule)
    .execute()
}
