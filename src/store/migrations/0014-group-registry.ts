import { type Kysely, sql } from 'kysely'

/** What a group is for and until when, which weeks the groups were looked at, and what was suggested to whom. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table group_registry (
      tenant_id text not null,
      group_id text not null,
      purpose text,
      temporary boolean not null,
      ends_on date,
      registered_by text not null,
      registered_at timestamptz not null,
      primary key (tenant_id, group_id)
    )`.execute(db)
  await sql`
    create table group_check_weeks (
      tenant_id text not null,
      week date not null,
      checked_at timestamptz not null,
      primary key (tenant_id, week)
    )`.execute(db)
  await sql`
    create table group_suggestions (
      tenant_id text not null,
      group_id text not null,
      kind text not null,
      other_group_id text not null,
      week date not null,
      recipient text not null,
      reason text not null,
      facts json not null,
      simulated boolean not null,
      at timestamptz not null,
      primary key (tenant_id, group_id, kind, other_group_id, week)
    )`.execute(db)
}
