import { type Kysely, sql } from 'kysely'

/** What rules look back on: matches of those that count, sketches of demands, and who silenced the bot until when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rule_matches (
      tenant_id text not null,
      group_id text not null,
      rule text not null,
      message_id text not null,
      seq bigint generated always as identity,
      sender_id text not null,
      sent_at timestamptz not null,
      text_key integer,
      answers text,
      primary key (tenant_id, group_id, rule, message_id)
    )`.execute(db)
  await sql`create index rule_matches_by_time on rule_matches (tenant_id, group_id, sent_at)`.execute(db)
  await sql`
    create table demands (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      sender_id text not null,
      sent_at timestamptz not null,
      hashes integer[] not null,
      bands integer[] not null,
      primary key (tenant_id, group_id, message_id)
    )`.execute(db)
  await sql`create index demands_by_band on demands using gin (bands)`.execute(db)
  await sql`
    create table silences (
      tenant_id text not null,
      group_id text not null,
      silence_id text not null,
      kind text not null,
      since timestamptz not null,
      until timestamptz not null,
      made_by text not null,
      reason text not null,
      ended_at timestamptz,
      ended_by text,
      primary key (tenant_id, group_id, silence_id)
    )`.execute(db)
  await sql`alter table groups add column trial_reported_at timestamptz`.execute(db)
  await sql`create index messages_asking on messages (tenant_id, group_id, sent_at) where label in ('task', 'mandate') or flags::text like '%asks_ack%'`.execute(
    db,
  )
}
