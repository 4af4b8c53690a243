import { type Kysely, sql } from 'kysely'

/** Groups, their members, policies, and messages with the verdict that they were given on arrival. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table groups (
      tenant_id text not null,
      group_id text not null,
      adapter text not null,
      channel_id text not null,
      chat text not null,
      name text,
      owner_id text,
      next_number integer not null default 1,
      version integer not null default 0,
      created_at timestamptz not null,
      primary key (tenant_id, group_id)
    )`.execute(db)
  await sql`
    create table members (
      tenant_id text not null,
      group_id text not null,
      member_id text not null,
      name text not null,
      role text not null,
      position bigint generated always as identity,
      primary key (tenant_id, group_id, member_id)
    )`.execute(db)
  await sql`
    create table policies (
      tenant_id text not null,
      group_id text not null,
      version integer not null,
      source text not null,
      author text not null,
      reason text not null,
      created_at timestamptz not null,
      primary key (tenant_id, group_id, version)
    )`.execute(db)
  await sql`
    create table messages (
      tenant_id text not null,
      group_id text not null,
      message_id text not null,
      position bigint generated always as identity,
      kind text not null,
      sender_id text not null,
      sender_name text,
      sender_role text not null,
      text text not null,
      mentions json not null,
      addresses_bot boolean not null,
      quote json,
      sent_at timestamptz not null,
      received_at timestamptz not null,
      label text,
      confidence double precision,
      flags json,
      probabilities json,
      evidence json,
      judged_by text,
      primary key (tenant_id, group_id, message_id)
    )`.execute(db)
  await sql`create index messages_by_time on messages (tenant_id, group_id, sent_at, position)`.execute(db)
  await sql`
    create table label_counts (
      tenant_id text not null,
      group_id text not null,
      day date not null,
      label text not null,
      messages integer not null,
      primary key (tenant_id, group_id, day, label)
    )`.execute(db)
}
