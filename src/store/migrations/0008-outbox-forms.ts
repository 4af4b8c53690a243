import { type Kysely, sql } from 'kysely'

/** What is shown beside a body, and by what the platform knows the message that it became. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table outbox
      add column card json,
      add column picture bytea,
      add column picture_description text,
      add column receipt text`.execute(db)
}
