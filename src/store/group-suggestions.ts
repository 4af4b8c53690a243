import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A suggestion about a group that somebody is told. `week` is the date of its Monday, `YYYY-MM-DD`. */
export interface StoredSuggestion extends GroupRef {
  kind: string
  /** The group that it may be merged into; empty for every other kind. */
  otherGroupId: string
  week: string
  recipient: string
  reason: string
  facts: unknown
  simulated: boolean
  at: EpochMs
}

/** How often somebody was told the same about a group, and when last. */
export interface ToldSuggestion {
  groupId: string
  kind: string
  otherGroupId: string
  recipient: string
  simulated: boolean
  times: number
  lastAt: EpochMs
}

/** True where the groups of a tenant have been looked at in a week. */
export async function isWeekChecked(db: Kysely<Tables>, tenantId: string, week: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from group_check_weeks where tenant_id = ${tenantId} and week = ${week}::date`.execute(db)
  return rows.length > 0
}

/** Claims a week for this transaction; false where another has it: whoever comes second waits for the first to end. */
export async function claimWeek(trx: Kysely<Tables>, tenantId: string, week: string, at: EpochMs): Promise<boolean> {
  const { rows } = await sql`
    insert into group_check_weeks (tenant_id, week, checked_at) values (${tenantId}, ${week}::date, ${timestamp(at)})
    on conflict (tenant_id, week) do nothing returning week`.execute(trx)
  return rows.length > 0
}

export async function insertSuggestions(trx: Kysely<Tables>, suggestions: readonly StoredSuggestion[]): Promise<void> {
  if (suggestions.length === 0) return
  await insertRows(
    'group_suggestions',
    ['tenant_id', 'group_id', 'kind', 'other_group_id', 'week', 'recipient', 'reason', 'facts', 'simulated', 'at'],
    suggestions.map((each) => ({
      tenant_id: each.tenantId,
      group_id: each.groupId,
      kind: each.kind,
      other_group_id: each.otherGroupId,
      week: each.week,
      recipient: each.recipient,
      reason: each.reason,
      facts: each.facts,
      simulated: each.simulated,
      at: timestamp(each.at),
    })),
  ).execute(trx)
}

/** What was told about the groups of a tenant, one entry for each group, kind, recipient and mode. */
export async function toldSuggestions(db: Kysely<Tables>, tenantId: string): Promise<ToldSuggestion[]> {
  const { rows } = await sql<{
    group_id: string
    kind: string
    other_group_id: string
    recipient: string
    simulated: boolean
    times: number
    last_at: Date
  }>`
    select group_id, kind, other_group_id, recipient, simulated, count(*)::integer as times, max(at) as last_at
    from group_suggestions where tenant_id = ${tenantId}
    group by group_id, kind, other_group_id, recipient, simulated`.execute(db)
  return rows.map((row) => ({
    groupId: row.group_id,
    kind: row.kind,
    otherGroupId: row.other_group_id,
    recipient: row.recipient,
    simulated: row.simulated,
    times: row.times,
    lastAt: row.last_at.getTime(),
  }))
}
