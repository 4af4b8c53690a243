import { type Kysely, sql } from 'kysely'

/** Which earlier version a policy brought back: so that undoing twice goes two steps back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table policies add column restores integer`.execute(db)
}
