import { type Kysely, sql } from 'kysely'

/** Which items a message has opened, for rules that ask what a task states when they are tried on stored messages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index ledger_events_opening on ledger_events (tenant_id, group_id, message_id) where type = 'opened'`.execute(
    db,
  )
}
