import { type Kysely, sql } from 'kysely'

/** What verdicts were before a second opinion corrected them, and how many requests each day in China has spent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table second_opinions (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      first json not null,
      first_by text not null,
      given_by text not null,
      at timestamptz not null,
      primary key (tenant_id, group_id, message_id)
    )`.execute(db)
  await sql`
    create table second_opinion_days (
      day date not null,
      requests integer not null,
      primary key (day)
    )`.execute(db)
}
