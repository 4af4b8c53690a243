import { type Kysely, type Selectable, sql } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import type { MessageRef } from './messages.ts'
import { timestamp } from './rows.ts'
import type { OutboxState, Tables } from './tables.ts'

/** Readers are counted for so long after the message; then who has read it is forgotten. */
export const CONFIRM_WITHIN_MS = 14 * DAY_MS

/** Above what one person can have asked for that is still open. */
const MOST_FOUND = 50

/** A message for which readers may be counted without 收到; `startedAt` is null while that is only offered. */
export interface Confirmation extends MessageRef {
  number: number
  askerId: string
  askedAt: EpochMs
  startedAt: EpochMs | null
}

/** A message by which somebody asked for something, as it is kept now; `text` is empty where it was recalled. */
export interface AskedMessage extends MessageRef {
  senderId: string
  text: string
  sentAt: EpochMs
  recalled: boolean
}

const toConfirmation = (row: Selectable<Tables['confirmations']>): Confirmation => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  messageId: row.message_id,
  number: row.number,
  askerId: row.asker_id,
  askedAt: row.asked_at.getTime(),
  startedAt: row.started_at?.getTime() ?? null,
})

/**
 * The lowest number above all of its group that no open confirmation of the tenant has: a word in private, which names
 * no group, then means one message.
 */
async function freeNumber(trx: Kysely<Tables>, { tenantId, groupId }: GroupRef, now: EpochMs): Promise<number> {
  const ofTenant = trx.selectFrom('confirmations').where('tenant_id', '=', tenantId)
  const last = await ofTenant
    .select((eb) => eb.fn.max('number').as('number'))
    .where('group_id', '=', groupId)
    .executeTakeFirst()
  const above = last?.number ?? 0
  const open = await ofTenant
    .select('number')
    .where('number', '>', above)
    .where('asked_at', '>', new Date(now - CONFIRM_WITHIN_MS))
    .execute()
  const taken = new Set(open.map(({ number }) => number))
  let number = above + 1
  while (taken.has(number)) number++
  return number
}

/** Gives a message the number under which its readers can be counted; the one that it has where it has one. */
export async function offerConfirmation(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId, senderId, sentAt }: Omit<AskedMessage, 'text' | 'recalled'>,
  now: EpochMs,
): Promise<Confirmation> {
  for (;;) {
    const known = await trx
      .selectFrom('confirmations')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('group_id', '=', groupId)
      .where('message_id', '=', messageId)
      .executeTakeFirst()
    if (known) return toConfirmation(known)
    // Where another node takes the number or offers the same in between, what it did is looked at.
    const added = await trx
      .insertInto('confirmations')
      .values({
        tenant_id: tenantId,
        group_id: groupId,
        number: await freeNumber(trx, { tenantId, groupId }, now),
        message_id: messageId,
        asker_id: senderId,
        asked_at: timestamp(sentAt),
        offered_at: timestamp(now),
        started_at: null,
        started_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (added) return toConfirmation(added)
  }
}

/** Confirmations of a group, or of the whole tenant, the last one asked first. */
export async function findConfirmations(
  db: Kysely<Tables>,
  {
    tenantId,
    groupId,
    number,
    askerId,
    messageId,
  }: { tenantId: string; groupId: string | null; number: number | null; askerId?: string; messageId?: string },
): Promise<Confirmation[]> {
  const rows = await db
    .selectFrom('confirmations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(groupId !== null, (query) => query.where('group_id', '=', groupId ?? ''))
    .$if(number !== null, (query) => query.where('number', '=', number ?? 0))
    .$if(askerId !== undefined, (query) => query.where('asker_id', '=', askerId ?? ''))
    .$if(messageId !== undefined, (query) => query.where('message_id', '=', messageId ?? ''))
    .orderBy('asked_at', 'desc')
    .orderBy('number', 'desc')
    .limit(MOST_FOUND)
    .execute()
  return rows.map(toConfirmation)
}

/** Starts a confirmation; false where somebody has started it before. */
export async function markStarted(
  trx: Kysely<Tables>,
  { tenantId, groupId, number }: Confirmation,
  { by, at }: { by: string; at: EpochMs },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('confirmations')
    .set({ started_at: timestamp(at), started_by: by })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('number', '=', number)
    .where('started_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Notes that a member has read a message; a second time changes nothing. */
export async function insertRead(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId }: MessageRef,
  memberId: string,
  at: EpochMs,
): Promise<void> {
  await trx
    .insertInto('confirmation_reads')
    .values({
      tenant_id: tenantId,
      group_id: groupId,
      message_id: messageId,
      member_id: memberId,
      at: timestamp(at),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Forgets who has read what was sent up to `before`. */
export async function forgetReads(trx: Kysely<Tables>, tenantId: string, before: EpochMs): Promise<void> {
  await sql`
    delete from confirmation_reads r using confirmations c
    where c.tenant_id = r.tenant_id and c.group_id = r.group_id and c.message_id = r.message_id
      and c.tenant_id = ${tenantId} and c.asked_at <= ${timestamp(before)}`.execute(trx)
}

/** As `rule-matches.ts` looks for them: tasks, mandates, and whatever asks for 收到. */
const ASKS = sql<boolean>`(label in ('task', 'mandate') or flags::text like '%asks_ack%')`
/** What people write instead of a tap; flowers and thanks say no more than that somebody is polite. */
const ACKNOWLEDGES = '收到|知悉|知晓|明白|已阅|已读|看到了|知道了'

/**
 * Who has read a message: who has tapped, who has answered it by quoting it, and who has written 收到 within a day,
 * before anything else was asked. Nothing else is looked at, least of all who is online.
 */
export async function readersOf(
  db: Kysely<Tables>,
  { tenantId, groupId, messageId, askedAt }: Confirmation,
): Promise<Set<string>> {
  const from = timestamp(askedAt)
  const { rows } = await sql<{ member_id: string }>`
    select member_id from confirmation_reads
    where tenant_id = ${tenantId} and group_id = ${groupId} and message_id = ${messageId}
    union
    select sender_id from rule_matches
    where tenant_id = ${tenantId} and group_id = ${groupId} and answers = ${messageId} and sent_at >= ${from}
    union
    select sender_id from messages
    where tenant_id = ${tenantId} and group_id = ${groupId} and sent_at >= ${from}
      and sent_at <= ${timestamp(askedAt + CONFIRM_WITHIN_MS)} and quote->>'messageId' = ${messageId}
    union
    select sender_id from messages
    where tenant_id = ${tenantId} and group_id = ${groupId} and sent_at >= ${from}
      and label = 'ritual' and text ~ ${ACKNOWLEDGES} and quote->>'messageId' is null
      and sent_at <= coalesce(
        (
          select min(sent_at) from messages
          where tenant_id = ${tenantId} and group_id = ${groupId} and sent_at > ${from} and message_id <> ${messageId}
            and sent_at <= ${timestamp(askedAt + DAY_MS)} and ${ASKS}
        ),
        ${timestamp(askedAt + DAY_MS)}::timestamptz
      )`.execute(db)
  return new Set(rows.map((row) => row.member_id))
}

const MESSAGE = ['message_id', 'sender_id', 'text', 'edited_text', 'sent_at', 'recalled_at'] as const

const toAsked = (
  { tenantId, groupId }: GroupRef,
  row: Pick<Selectable<Tables['messages']>, (typeof MESSAGE)[number]>,
): AskedMessage => ({
  tenantId,
  groupId,
  messageId: row.message_id,
  senderId: row.sender_id,
  text: row.edited_text ?? row.text,
  sentAt: row.sent_at.getTime(),
  recalled: row.recalled_at !== null,
})

/** A message as it is kept now; undefined where it is not kept (any more). */
export async function askedMessage(db: Kysely<Tables>, ref: MessageRef): Promise<AskedMessage | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(MESSAGE)
    .where('tenant_id', '=', ref.tenantId)
    .where('group_id', '=', ref.groupId)
    .where('message_id', '=', ref.messageId)
    .executeTakeFirst()
  return row && toAsked(ref, row)
}

/** The last message by which somebody asked the group for something in `(since, until]`, unless it was recalled. */
export async function lastAskOf(
  db: Kysely<Tables>,
  { tenantId, groupId, senderId }: GroupRef & { senderId: string },
  { since, until }: { since: EpochMs; until: EpochMs },
): Promise<AskedMessage | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(MESSAGE)
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('sender_id', '=', senderId)
    .where('sent_at', '>', new Date(since))
    .where('sent_at', '<=', new Date(until))
    .where(ASKS)
    .where('recalled_at', 'is', null)
    .orderBy('sent_at', 'desc')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toAsked({ tenantId, groupId }, row)
}

/** Those of these groups of a tenant in which somebody is known as a member. */
export async function groupsKnowing(
  db: Kysely<Tables>,
  tenantId: string,
  groupIds: readonly string[],
  memberId: string,
): Promise<Set<string>> {
  if (groupIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('members')
    .select('group_id')
    .where('tenant_id', '=', tenantId)
    .where('group_id', 'in', groupIds)
    .where('member_id', '=', memberId)
    .execute()
  return new Set(rows.map((row) => row.group_id))
}

/** What became of the words of this cause; undefined where there are none. */
export async function saidFor(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  cause: string,
): Promise<{ state: OutboxState; notBefore: EpochMs } | undefined> {
  const row = await db
    .selectFrom('outbox')
    .select(['state', 'not_before'])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('cause', '=', cause)
    .executeTakeFirst()
  return row && { state: row.state, notBefore: row.not_before.getTime() }
}
