import { type Kysely, sql } from 'kysely'

/** What is said to one recipient over one channel stands in a line, in the order in which it was written. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table outbox add column serial bigint generated always as identity`.execute(db)
  await sql`alter table outbox add column part_bytes integer`.execute(db)
  // The embedded store has no statistics and would take a plain condition on `state` as a reason to find single entries
  // by this index, too, which is long where much waits. Only a query that words it alike gets it.
  await sql`
    create index outbox_lines on outbox (tenant_id, recipient, channel, serial)
    where coalesce(state, '') in ('queued', 'sending')`.execute(db)
}
