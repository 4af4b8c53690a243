import { type Kysely, sql } from 'kysely'

/** A short number for each appeal, who decided it, when and why; reminders are found by whom they were for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table appeals
      add column number integer generated always as identity,
      add column decided_by text,
      add column decided_at timestamptz,
      add column decision_reason text`.execute(db)
  await sql`create index appeals_by_number on appeals (tenant_id, number)`.execute(db)
  await sql`create index appeals_by_member on appeals (tenant_id, member_id, at)`.execute(db)
  await sql`create index appeals_waiting on appeals (tenant_id, number) where state = 'open'`.execute(db)
  await sql`drop index decisions_of_member`.execute(db)
  await sql`
    create index decisions_to_member on decisions (tenant_id, recipient, at)
      where action in ('remind-sender', 'ask-for-details', 'offer-silent-confirm')`.execute(db)
}
