import { type Kysely, sql } from 'kysely'

/** Ledger events, only ever added, and the items that are their fold. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_events (
      tenant_id text not null,
      group_id text not null,
      number integer not null,
      sequence integer not null,
      type text not null,
      message_id text not null,
      member_id text not null,
      at timestamptz not null,
      body json not null,
      primary key (tenant_id, group_id, number, sequence)
    )`.execute(db)
  await sql`
    create table ledger_items (
      tenant_id text not null,
      group_id text not null,
      number integer not null,
      kind text not null,
      state text not null,
      is_open boolean not null,
      due timestamptz,
      opened_at timestamptz not null,
      changed_at timestamptz not null,
      item json not null,
      primary key (tenant_id, group_id, number)
    )`.execute(db)
  await sql`create index ledger_items_open on ledger_items (tenant_id, group_id, number) where is_open`.execute(db)
  await sql`create index ledger_items_changed on ledger_items (tenant_id, group_id, changed_at)`.execute(db)
}
