import { type Kysely, sql } from 'kysely'
import type { Action, Hold } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** How often a rule did the same to the same recipient. */
export interface TrialRow {
  rule: string
  action: Action
  held: Hold | null
  to: string | null
  decisions: number
}

/** What was decided in a group on messages of `[from, to)`: really, or in observation only. */
export async function trialRows(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  { from, to, simulated }: { from: EpochMs; to: EpochMs; simulated: boolean },
): Promise<TrialRow[]> {
  const rows = await db
    .selectFrom('decisions')
    .select((eb) => ['rule', 'action', 'held', 'recipient', eb.fn.countAll<string>().as('decisions')])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('at', '>=', new Date(from))
    .where('at', '<', new Date(to))
    .where('simulated', '=', simulated)
    .groupBy(['rule', 'action', 'held', 'recipient'])
    .orderBy('rule')
    .execute()
  return rows.map(({ recipient, decisions, ...row }) => ({ ...row, to: recipient, decisions: Number(decisions) }))
}

/** How many messages of a group in `[from, to)` were judged. */
export async function judgedMessages(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  from: EpochMs,
  to: EpochMs,
): Promise<number> {
  const { messages } = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<string>().as('messages'))
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('sent_at', '>=', new Date(from))
    .where('sent_at', '<', new Date(to))
    .where('label', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(messages)
}

/** The groups whose owners have not been told yet what observing them has shown; without private conversations. */
export async function untoldGroups(db: Kysely<Tables>): Promise<GroupRef[]> {
  const rows = await db
    .selectFrom('groups')
    .select(['tenant_id', 'group_id'])
    .where('chat', '=', 'group')
    .where('trial_reported_at', 'is', null)
    .orderBy('tenant_id')
    .orderBy('group_id')
    .execute()
  return rows.map((row) => ({ tenantId: row.tenant_id, groupId: row.group_id }))
}

/** Marks that the owner is told in this transaction; false where another node has done so. */
export async function markTold(trx: Kysely<Tables>, { tenantId, groupId }: GroupRef, at: EpochMs): Promise<boolean> {
  const { rows } = await sql`
    update groups set trial_reported_at = ${timestamp(at)}
    where tenant_id = ${tenantId} and group_id = ${groupId} and trial_reported_at is null
    returning group_id`.execute(trx)
  return rows.length > 0
}
