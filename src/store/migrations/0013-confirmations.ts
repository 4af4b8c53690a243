import { type Kysely, sql } from 'kysely'

/** Which messages readers may be counted for without 收到, and who has read them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table confirmations (
      tenant_id text not null,
      group_id text not null,
      number integer not null,
      message_id text not null,
      asker_id text not null,
      asked_at timestamptz not null,
      offered_at timestamptz not null,
      started_at timestamptz,
      started_by text,
      primary key (tenant_id, group_id, number),
      unique (tenant_id, group_id, message_id)
    )`.execute(db)
  await sql`create index confirmations_by_time on confirmations (tenant_id, asked_at)`.execute(db)
  await sql`
    create table confirmation_reads (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      member_id text not null,
      at timestamptz not null,
      primary key (tenant_id, group_id, message_id, member_id)
    )`.execute(db)
}
