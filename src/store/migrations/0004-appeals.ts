import { type Kysely, sql } from 'kysely'

/** Objections of members to a word that the bot had for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table appeals (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      rule text not null,
      member_id text not null,
      reason text not null,
      state text not null,
      at timestamptz not null,
      primary key (tenant_id, group_id, message_id, rule)
    )`.execute(db)
  await sql`create index decisions_of_member on decisions (tenant_id, sender_id, at) where action = 'remind-sender'`.execute(
    db,
  )
}
