import { type Kysely, sql } from 'kysely'

/** What admins have corrected, and the models that tenants have trained on it. Rows are withdrawn, never overwritten. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table corrections (
      tenant_id text not null,
      group_id text not null,
      correction_id text not null,
      position bigint generated always as identity,
      message_id text not null,
      seen json not null,
      said json not null,
      said_by text not null,
      label text not null,
      flags json not null,
      source text not null,
      appeal_id text,
      made_by text not null,
      reason text not null,
      made_at timestamptz not null,
      withdrawn_by text,
      withdrawn_at timestamptz,
      primary key (tenant_id, group_id, correction_id)
    )`.execute(db)
  await sql`
    create unique index corrections_in_force on corrections (tenant_id, group_id, message_id, made_by)
      where withdrawn_at is null`.execute(db)
  await sql`
    create table tenant_models (
      tenant_id text not null,
      model_id text not null,
      position bigint generated always as identity,
      state text not null,
      version text not null,
      base_version text not null,
      header text,
      weights bytea,
      report json not null,
      created_at timestamptz not null,
      undone_at timestamptz,
      primary key (tenant_id, model_id)
    )`.execute(db)
}
