import { type Kysely, sql } from 'kysely'

/** What the rules decided, and what is to be said; one row a cause. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table decisions (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      rule text not null,
      action text not null,
      sender_id text not null,
      recipient text,
      reason text not null,
      held text,
      policy_version integer not null,
      simulated boolean not null,
      not_before timestamptz not null,
      at timestamptz not null,
      primary key (tenant_id, group_id, message_id, rule, action)
    )`.execute(db)
  await sql`create index decisions_by_sender on decisions (tenant_id, group_id, sender_id, at)`.execute(db)
  await sql`create index decisions_by_rule on decisions (tenant_id, group_id, rule, at)`.execute(db)
  await sql`
    create table outbox (
      tenant_id text not null,
      group_id text not null,
      outbox_id text not null,
      cause text not null,
      message_id text,
      recipient text not null,
      purpose text not null,
      channel text not null,
      body text not null,
      state text not null,
      held text,
      not_before timestamptz not null,
      expires_at timestamptz not null,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      attempts integer not null default 0,
      parts_sent integer not null default 0,
      code text,
      hint text,
      primary key (tenant_id, group_id, outbox_id),
      unique (tenant_id, group_id, cause)
    )`.execute(db)
  await sql`
    create index outbox_by_recipient on outbox (tenant_id, recipient, not_before) where purpose <> 'answer'`.execute(db)
  await sql`create index outbox_by_time on outbox (tenant_id, group_id, created_at)`.execute(db)
  await sql`create index outbox_waiting on outbox (not_before) where state in ('queued', 'sending')`.execute(db)
}
