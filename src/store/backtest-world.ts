import { type Kysely, sql } from 'kysely'
import { ACTIONS, type PastPost, type Purpose } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import { SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { Span } from './backtest-messages.ts'
import { type GroupRef, groupKey } from './groups.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A silence as it held, ended early or not. */
export interface PastSilence extends Span {
  kind: 'emergency' | 'paused'
}

/** The silences that held in the tenant's groups at some time of the span, by `groupKey`. */
export async function silencesDuring(
  db: Kysely<Tables>,
  tenantId: string,
  { from, to }: Span,
): Promise<Map<string, PastSilence[]>> {
  const rows = await db
    .selectFrom('silences')
    .select(['group_id', 'kind', 'since', 'until', 'ended_at'])
    .where('tenant_id', '=', tenantId)
    .where('since', '<', new Date(to))
    .where('until', '>', new Date(from))
    .execute()
  const silences = rows.map((row) => ({
    key: groupKey({ tenantId, groupId: row.group_id }),
    kind: row.kind,
    from: row.since.getTime(),
    to: Math.min(row.until.getTime(), row.ended_at?.getTime() ?? Number.POSITIVE_INFINITY),
  }))
  return Map.groupBy(silences, ({ key }) => key)
}

/** Something the bot said that no rule had asked for, as a digest or a note on an appeal. */
export interface OtherPost extends PastPost, GroupRef {
  /** When it was put in the outbox: from then on it counts. */
  since: EpochMs
  simulated: boolean
}

/**
 * What the bot said in the span besides what rules decided, answers aside, in the order in which it came up. The cause
 * of a decision reads `rule:action:message`.
 */
export async function otherPosts(db: Kysely<Tables>, tenantId: string, { from, to }: Span): Promise<OtherPost[]> {
  const { rows } = await sql<{
    group_id: string
    recipient: string
    purpose: Purpose
    channel: string
    not_before: Date
    created_at: Date
  }>`
    select o.group_id, o.recipient, o.purpose, o.channel, o.not_before, o.created_at from outbox o
    where o.tenant_id = ${tenantId} and o.created_at >= ${timestamp(from)} and o.created_at < ${timestamp(to)}
      and o.purpose <> 'answer' and o.state not in ('held', 'dropped', 'failed')
      and split_part(o.cause, ':', 2) <> all(${[...ACTIONS]}::text[])
    order by o.created_at`.execute(db)
  return rows.map((row) => ({
    tenantId,
    groupId: row.group_id,
    to: row.recipient,
    purpose: row.purpose,
    at: row.not_before.getTime(),
    since: row.created_at.getTime(),
    simulated: row.channel === SIMULATED_CHANNEL,
  }))
}
