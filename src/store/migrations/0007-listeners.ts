import { type Kysely, sql } from 'kysely'

/** How far channels were read, which node listens where, and what became of messages after they were sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table cursors (
      tenant_id text not null,
      channel text not null,
      value text not null,
      moved_at timestamptz not null,
      primary key (tenant_id, channel)
    )`.execute(db)
  await sql`
    create table leases (
      name text not null,
      holder text not null,
      until timestamptz not null,
      primary key (name)
    )`.execute(db)
  await sql`
    alter table messages
      add column recalled_at timestamptz,
      add column edited_at timestamptz,
      add column edited_text text`.execute(db)
}
