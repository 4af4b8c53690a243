import { type Kysely, sql } from 'kysely'
import { chinaDate } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { MessageRef } from './messages.ts'
import { storableJson, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A verdict that a second opinion has corrected, as it was before. */
export interface FirstVerdict extends MessageRef {
  first: Verdict
  /** `judgedBy` of the message before. */
  firstBy: string
  /** The model whose opinion was heard. */
  givenBy: string
  at: EpochMs
}

/** Keeps what a verdict was; a second one for the same message fails the transaction. */
export async function keepFirstVerdict(trx: Kysely<Tables>, verdict: FirstVerdict): Promise<void> {
  await trx
    .insertInto('second_opinions')
    .values({
      tenant_id: verdict.tenantId,
      group_id: verdict.groupId,
      message_id: verdict.messageId,
      first: storableJson(verdict.first),
      first_by: verdict.firstBy,
      given_by: verdict.givenBy,
      at: timestamp(verdict.at),
    })
    .execute()
}

/** True where a second opinion has corrected this message. */
export async function isReconsidered(db: Kysely<Tables>, ref: MessageRef): Promise<boolean> {
  const row = await db
    .selectFrom('second_opinions')
    .select('message_id')
    .where('tenant_id', '=', ref.tenantId)
    .where('group_id', '=', ref.groupId)
    .where('message_id', '=', ref.messageId)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Takes one request out of the budget of the day in China that `now` falls on; false once `perDay` is spent. Kept in the
 * store, so that it holds over restarts and for all nodes together.
 */
export async function spendRequest(db: Kysely<Tables>, perDay: number, now: EpochMs): Promise<boolean> {
  if (perDay < 1) return false
  const { rows } = await sql`
    insert into second_opinion_days as d (day, requests) values (${chinaDate(now)}, 1)
    on conflict (day) do update set requests = d.requests + 1 where d.requests < ${perDay}
    returning day`.execute(db)
  return rows.length > 0
}
