import { type Kysely, sql } from 'kysely'
import type { PastAsk, PastMatch } from '../domain/decision.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** Above any flood that a window counts; beyond it a window is met later, never sooner. */
const MOST_MATCHES = 5000
const MOST_ASKS = 50

/** Keeps what windows will count of these messages, in this order. */
export async function insertMatches(trx: Kysely<Tables>, matches: readonly (PastMatch & GroupRef)[]): Promise<void> {
  if (matches.length === 0) return
  await insertRows(
    'rule_matches',
    ['tenant_id', 'group_id', 'rule', 'message_id', 'sender_id', 'sent_at', 'text_key', 'answers'],
    matches.map((match) => ({
      tenant_id: match.tenantId,
      group_id: match.groupId,
      rule: match.rule,
      message_id: match.messageId,
      sender_id: match.senderId,
      sent_at: timestamp(match.sentAt),
      text_key: match.textKey,
      answers: match.answers,
    })),
    'on conflict do nothing',
  ).execute(trx)
}

/** What windows of these groups count since `since`, in the order in which it was decided on: late deliveries keep their place. */
export async function matchesSince(
  trx: Kysely<Tables>,
  groups: readonly GroupRef[],
  since: EpochMs,
): Promise<(PastMatch & GroupRef)[]> {
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    rule: string
    message_id: string
    sender_id: string
    sent_at: Date
    text_key: number | null
    answers: string | null
  }>`
    select r.tenant_id, r.group_id, r.rule, r.message_id, r.sender_id, r.sent_at, r.text_key, r.answers
    from ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
    )} as k(tenant_id, group_id)
    cross join lateral (
      select * from rule_matches r
      where r.tenant_id = k.tenant_id and r.group_id = k.group_id and r.sent_at > ${timestamp(since)}
      order by r.sent_at desc
      limit ${MOST_MATCHES}
    ) r
    order by r.seq`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    rule: row.rule,
    messageId: row.message_id,
    senderId: row.sender_id,
    sentAt: row.sent_at.getTime(),
    textKey: row.text_key,
    answers: row.answers,
  }))
}

/** Forgets what windows count of a message under these rules: its verdict has changed. */
export async function deleteMatches(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId }: GroupRef & { messageId: string },
  rules: readonly string[],
): Promise<void> {
  if (rules.length === 0) return
  await trx
    .deleteFrom('rule_matches')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .where('rule', 'in', rules)
    .execute()
}

/** The rules that count a message. */
export async function rulesCounting(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId }: GroupRef & { messageId: string },
): Promise<string[]> {
  const rows = await trx
    .selectFrom('rule_matches')
    .select('rule')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .execute()
  return rows.map(({ rule }) => rule)
}

/** Who asked these groups for something since `since`, the latest of each, oldest first. */
export async function asksSince(
  trx: Kysely<Tables>,
  groups: readonly GroupRef[],
  since: EpochMs,
): Promise<(PastAsk & GroupRef)[]> {
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    message_id: string
    sender_id: string
    sender_role: Role
    sent_at: Date
  }>`
    select m.tenant_id, m.group_id, m.message_id, m.sender_id, m.sender_role, m.sent_at
    from ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
    )} as k(tenant_id, group_id)
    cross join lateral (
      select * from messages m
      where m.tenant_id = k.tenant_id and m.group_id = k.group_id and m.sent_at > ${timestamp(since)}
        and (m.label in ('task', 'mandate') or m.flags::text like '%asks_ack%')
      order by m.sent_at desc
      limit ${MOST_ASKS}
    ) m
    order by m.sent_at, m.position`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    messageId: row.message_id,
    senderId: row.sender_id,
    role: row.sender_role,
    sentAt: row.sent_at.getTime(),
  }))
}
