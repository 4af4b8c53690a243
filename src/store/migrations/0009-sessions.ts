import { type Kysely, sql } from 'kysely'

/** Addresses by which DingTalk lets a conversation be answered for a while. Each `url` is a secret. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table dingtalk_sessions (
      tenant_id text not null,
      group_id text not null,
      url text not null,
      expires_at timestamptz not null,
      primary key (tenant_id, group_id)
    )`.execute(db)
  await sql`create index dingtalk_sessions_by_expiry on dingtalk_sessions (expires_at)`.execute(db)
}
