import { type Kysely, sql } from 'kysely'
import type { Decision, PastDecision } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** A decision with the message it was made on. */
export interface StoredDecision extends Decision, GroupRef {
  messageId: string
  senderId: string
  policyVersion: number
  simulated: boolean
  at: EpochMs
}

export async function insertDecisions(trx: Kysely<Tables>, decisions: readonly StoredDecision[]): Promise<void> {
  if (decisions.length === 0) return
  await insertRows(
    'decisions',
    [
      'tenant_id',
      'group_id',
      'message_id',
      'rule',
      'action',
      'sender_id',
      'recipient',
      'reason',
      'held',
      'policy_version',
      'simulated',
      'not_before',
      'at',
    ],
    decisions.map((decision) => ({
      tenant_id: decision.tenantId,
      group_id: decision.groupId,
      message_id: decision.messageId,
      rule: decision.rule,
      action: decision.action,
      sender_id: decision.senderId,
      recipient: decision.to,
      reason: decision.reason,
      held: decision.held,
      policy_version: decision.policyVersion,
      simulated: decision.simulated,
      not_before: timestamp(decision.notBefore),
      at: timestamp(decision.at),
    })),
  ).execute(trx)
}

interface DecisionRow {
  tenant_id: string
  group_id: string
  message_id: string
  rule: string
  action: PastDecision['action']
  sender_id: string
  recipient: string | null
  held: PastDecision['held']
  at: Date
}

const toPast = (row: DecisionRow): PastDecision & GroupRef => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  rule: row.rule,
  action: row.action,
  messageId: row.message_id,
  senderId: row.sender_id,
  to: row.recipient,
  held: row.held,
  at: row.at.getTime(),
})

/**
 * What was decided since `since` on messages of these senders, at most `limit` each, oldest first. Without what was
 * taken back or is under appeal, and without simulated decisions where `simulated` is false: nobody is held to a word never said.
 */
export async function decisionsBySender(
  trx: Kysely<Tables>,
  senders: readonly (GroupRef & { senderId: string; simulated: boolean })[],
  since: EpochMs,
  limit: number,
): Promise<(PastDecision & GroupRef)[]> {
  const { rows } = await sql<DecisionRow>`
    select d.tenant_id, d.group_id, d.message_id, d.rule, d.action, d.sender_id, d.recipient, d.held, d.at
    from ${unnest(
      senders.map((sender) => sender.tenantId),
      senders.map((sender) => sender.groupId),
      senders.map((sender) => sender.senderId),
      senders.map((sender) => String(sender.simulated)),
    )} as k(tenant_id, group_id, sender_id, simulated)
    cross join lateral (
      select * from decisions d
      where d.tenant_id = k.tenant_id and d.group_id = k.group_id and d.sender_id = k.sender_id
        and d.at > ${timestamp(since)} and (k.simulated::boolean or not d.simulated)
        and d.held is distinct from 'corrected'
        and not exists (
          select from appeals a
          where a.tenant_id = d.tenant_id and a.group_id = d.group_id and a.message_id = d.message_id
            and a.rule = d.rule and a.state <> 'rejected'
        )
      order by d.at desc
      limit ${limit}
    ) d
    order by d.at`.execute(trx)
  return rows.map(toPast)
}

/** The last decisions since `since` of each of these rules that stand, at most `limit` a rule and group, oldest first. */
export async function decisionsByRule(
  trx: Kysely<Tables>,
  groups: readonly (GroupRef & { simulated: boolean })[],
  rules: readonly string[],
  since: EpochMs,
  limit: number,
): Promise<(PastDecision & GroupRef)[]> {
  if (rules.length === 0) return []
  const { rows } = await sql<DecisionRow>`
    select d.tenant_id, d.group_id, d.message_id, d.rule, d.action, d.sender_id, d.recipient, d.held, d.at
    from ${unnest(
      groups.map((group) => group.tenantId),
      groups.map((group) => group.groupId),
      groups.map((group) => String(group.simulated)),
    )} as k(tenant_id, group_id, simulated)
    cross join unnest(${rules}::text[]) as r(rule)
    cross join lateral (
      select * from decisions d
      where d.tenant_id = k.tenant_id and d.group_id = k.group_id and d.rule = r.rule
        and d.at > ${timestamp(since)} and (k.simulated::boolean or not d.simulated)
        and d.held is distinct from 'corrected'
      order by d.at desc
      limit ${limit}
    ) d
    order by d.at`.execute(trx)
  return rows.map(toPast)
}

/** Takes back what these rules decided on a message: it counts for nothing any more. */
export async function takeBackDecisions(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId }: GroupRef & { messageId: string },
  rules: readonly string[],
): Promise<void> {
  if (rules.length === 0) return
  await trx
    .updateTable('decisions')
    .set({ held: 'corrected' })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .where('rule', 'in', rules)
    .execute()
}

/** Decisions on the given messages of one group, for the pages. */
export const decisionsOn = (db: Kysely<Tables>, group: GroupRef, messageIds: readonly string[]) =>
  db
    .selectFrom('decisions')
    .select(['message_id', 'rule', 'action', 'recipient', 'reason', 'held', 'simulated'])
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .where('message_id', 'in', messageIds.length > 0 ? [...messageIds] : [''])
    .orderBy('at')
    .execute()

/** Why a rule met a message, and under which version of the policy; undefined where it did not. */
export async function decisionOf(
  db: Kysely<Tables>,
  { tenantId, groupId, messageId, rule }: GroupRef & { messageId: string; rule: string },
): Promise<{ reason: string; policyVersion: number } | undefined> {
  const row = await db
    .selectFrom('decisions')
    .select(['reason', 'policy_version'])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .where('rule', '=', rule)
    .orderBy('action')
    .limit(1)
    .executeTakeFirst()
  return row && { reason: row.reason, policyVersion: row.policy_version }
}

/** A decision whose words are still to be said. */
export interface WaitingDecision {
  rule: string
  action: PastDecision['action']
  messageId: string
  senderId: string
  simulated: boolean
  at: EpochMs
}

/** The decisions of these rules in a group whose words wait in the outbox, oldest first. */
export async function waitingDecisions(
  trx: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  rules: readonly string[],
): Promise<WaitingDecision[]> {
  if (rules.length === 0) return []
  const rows = await trx
    .selectFrom('outbox as o')
    .innerJoin('decisions as d', (join) =>
      join
        .onRef('d.tenant_id', '=', 'o.tenant_id')
        .onRef('d.group_id', '=', 'o.group_id')
        .onRef('d.message_id', '=', 'o.message_id')
        .on('o.cause', '=', sql<string>`d.rule || ':' || d.action || ':' || d.message_id`),
    )
    .select(['d.rule', 'd.action', 'd.message_id', 'd.sender_id', 'd.simulated', 'd.at'])
    .where('o.tenant_id', '=', tenantId)
    .where('o.group_id', '=', groupId)
    .where('o.state', '=', 'queued')
    .where('d.rule', 'in', rules)
    .where('d.held', 'is', null)
    .orderBy('d.at')
    .execute()
  return rows.map((row) => ({
    rule: row.rule,
    action: row.action,
    messageId: row.message_id,
    senderId: row.sender_id,
    simulated: row.simulated,
    at: row.at.getTime(),
  }))
}
