import { type Kysely, sql } from 'kysely'
import type { Card, Picture } from '../domain/card.ts'
import type { Hold, PastPost, Purpose } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import { GROUP, type Outbound, recipientOf, SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { GroupRef } from './groups.ts'
import { isBehind } from './outbox-lines.ts'
import { insertRows, storable, timestamp, unnest } from './rows.ts'
import type { OutboxState, Tables } from './tables.ts'

/** Something to be said, said, or held back. `channel` names the way out. */
export interface OutboxEntry extends Outbound {
  messageId: string | null
  channel: string
  state: OutboxState
  held: Hold | null
  createdAt: EpochMs
}

/** Where an entry of the outbox is found. */
export type OutboxRef = GroupRef & { outboxId: string }

/** Adds entries and returns those that are new: the same cause in the same group is kept once. */
export async function insertOutbox(trx: Kysely<Tables>, entries: readonly OutboxEntry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set()
  const result = await insertRows(
    'outbox',
    [
      'tenant_id',
      'group_id',
      'outbox_id',
      'cause',
      'message_id',
      'recipient',
      'purpose',
      'channel',
      'body',
      'state',
      'held',
      'not_before',
      'expires_at',
      'created_at',
      'changed_at',
      'attempts',
      'parts_sent',
      'card',
      'picture',
      'picture_description',
    ],
    entries.map((entry) => ({
      tenant_id: entry.tenantId,
      group_id: entry.groupId,
      outbox_id: entry.outboxId,
      cause: entry.cause,
      message_id: entry.messageId,
      recipient: recipientOf(entry.audience),
      purpose: entry.purpose,
      channel: entry.channel,
      body: entry.body,
      state: entry.state,
      held: entry.held,
      not_before: timestamp(entry.notBefore),
      expires_at: timestamp(entry.expiresAt),
      created_at: timestamp(entry.createdAt),
      changed_at: timestamp(entry.createdAt),
      attempts: 0,
      parts_sent: 0,
      card: entry.card ?? null,
      picture: entry.picture === undefined ? null : `\\x${Buffer.from(entry.picture.png).toString('hex')}`,
      picture_description: entry.picture?.description ?? null,
    })),
    'on conflict (tenant_id, group_id, cause) do nothing returning outbox_id',
  ).execute(trx)
  return new Set((result.rows as { outbox_id: string }[]).map((row) => row.outbox_id))
}

/** The answers given to these messages before, so that a repeated delivery is answered alike. */
export async function answersTo(
  trx: Kysely<Tables>,
  messages: readonly (GroupRef & { messageId: string })[],
): Promise<(GroupRef & { messageId: string; body: string })[]> {
  if (messages.length === 0) return []
  const { rows } = await sql<{ tenant_id: string; group_id: string; message_id: string; body: string }>`
    select o.tenant_id, o.group_id, k.message_id, o.body
    from outbox o
    join ${unnest(
      messages.map((message) => message.tenantId),
      messages.map((message) => message.groupId),
      messages.map((message) => message.messageId),
    )} as k(tenant_id, group_id, message_id)
      on o.tenant_id = k.tenant_id and o.group_id = k.group_id and o.cause = 'answer:' || k.message_id`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    messageId: row.message_id,
    body: row.body,
  }))
}

/** What was or will be said to these recipients since `since`, answers aside, oldest first; a person's posts count in every group.
 * What was only simulated counts where `simulated` is true. */
export async function postsTo(
  trx: Kysely<Tables>,
  recipients: readonly (GroupRef & { recipient: string; simulated: boolean })[],
  since: EpochMs,
  limit: number,
): Promise<(PastPost & GroupRef)[]> {
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    recipient: string
    purpose: Purpose
    not_before: Date
  }>`
    select k.tenant_id, k.group_id, o.recipient, o.purpose, o.not_before
    from ${unnest(
      recipients.map((each) => each.tenantId),
      recipients.map((each) => each.groupId),
      recipients.map((each) => each.recipient),
      recipients.map((each) => String(each.simulated)),
    )} as k(tenant_id, group_id, recipient, simulated)
    cross join lateral (
      select * from outbox o
      where o.tenant_id = k.tenant_id and o.recipient = k.recipient and o.not_before > ${timestamp(since)}
        and (k.recipient <> ${GROUP} or o.group_id = k.group_id)
        and o.state not in ('held', 'dropped', 'failed') and o.purpose <> 'answer'
        and (k.simulated::boolean or o.channel <> ${SIMULATED_CHANNEL})
      order by o.not_before desc
      limit ${limit}
    ) o
    order by o.not_before`.execute(trx)
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    groupId: row.group_id,
    to: row.recipient,
    purpose: row.purpose,
    at: row.not_before.getTime(),
  }))
}

const atRef = (ref: OutboxRef) =>
  sql<boolean>`tenant_id = ${ref.tenantId} and group_id = ${ref.groupId} and outbox_id = ${ref.outboxId}`

/** An entry as the courier works on it. */
export interface ClaimedEntry extends OutboxRef {
  cause: string
  recipient: string
  channel: string
  body: string
  card: Card | undefined
  picture: Picture | undefined
  notBefore: EpochMs
  expiresAt: EpochMs
  attempts: number
  partsSent: number
  partBytes: number | null
}

/** Takes a queued entry for sending; undefined where it is not queued (any more), or another stands before it. */
export async function claimEntry(db: Kysely<Tables>, ref: OutboxRef, now: EpochMs): Promise<ClaimedEntry | undefined> {
  const row = await db
    .updateTable('outbox')
    .set((eb) => ({ state: 'sending' as const, changed_at: timestamp(now), attempts: eb('attempts', '+', 1) }))
    .where(atRef(ref))
    .where('state', '=', 'queued')
    .where(({ not }) => not(isBehind(sql`outbox`, now)))
    .returningAll()
    .executeTakeFirst()
  return (
    row && {
      ...ref,
      cause: row.cause,
      recipient: row.recipient,
      channel: row.channel,
      body: row.body,
      card: row.card ?? undefined,
      picture: row.picture ? { png: row.picture, description: row.picture_description ?? '' } : undefined,
      notBefore: row.not_before.getTime(),
      expiresAt: row.expires_at.getTime(),
      attempts: row.attempts,
      partsSent: row.parts_sent,
      partBytes: row.part_bytes,
    }
  )
}

/** Records what became of an entry; `queued` puts it back until `notBefore`, with `attempts` where this was none. */
export async function settleEntry(
  db: Kysely<Tables>,
  ref: OutboxRef,
  outcome: {
    state: OutboxState
    code?: string
    hint?: string
    receipt?: string | null
    notBefore?: EpochMs
    attempts?: number
  },
  now: EpochMs,
): Promise<void> {
  await db
    .updateTable('outbox')
    .set({
      state: outcome.state,
      code: outcome.code ?? null,
      hint: outcome.hint ?? null,
      receipt: outcome.receipt ?? null,
      changed_at: timestamp(now),
      // Pictures are large, and nobody looks at one again that was said or never will be.
      ...(outcome.state === 'queued' ? {} : { picture: null }),
      ...(outcome.notBefore === undefined ? {} : { not_before: timestamp(outcome.notBefore) }),
      ...(outcome.attempts === undefined ? {} : { attempts: outcome.attempts }),
    })
    .where(atRef(ref))
    .execute()
}

/**
 * Takes back what has not been said yet of these causes, and gives how many words that were. One that a channel is
 * working on may still arrive; should it come back to the queue, it has expired.
 */
export async function takeBackEntries(
  trx: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  causes: readonly string[],
  now: EpochMs,
): Promise<number> {
  if (causes.length === 0) return 0
  const entries = trx
    .updateTable('outbox')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('cause', 'in', causes)
  await entries
    .set({ expires_at: timestamp(now) })
    .where('state', '=', 'sending')
    .execute()
  const { numUpdatedRows } = await entries
    .set({ state: 'held', held: 'corrected', changed_at: timestamp(now) })
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Puts other words in the place of those that still wait. */
export async function rewordEntry(
  trx: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  cause: string,
  body: string,
): Promise<void> {
  await trx
    .updateTable('outbox')
    .set({ body: storable(body) })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('cause', '=', cause)
    .where('state', '=', 'queued')
    .execute()
}

/** Remembers that one more part of a message that is split into parts of `partBytes` is out. */
export async function countPart(
  db: Kysely<Tables>,
  ref: OutboxRef,
  { partsSent, partBytes }: Pick<ClaimedEntry, 'partsSent'> & { partBytes: number },
  now: EpochMs,
): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ parts_sent: partsSent, part_bytes: partBytes, changed_at: timestamp(now) })
    .where(atRef(ref))
    .execute()
}

/**
 * Marks an entry that was being sent when its process died, all of them, or those on which nothing has moved since a
 * moment: whether they arrived is unknown, so they are not repeated. Gives the channels of those marked.
 */
export async function markUncertain(
  db: Kysely<Tables>,
  which: OutboxRef | { unmovedSince: EpochMs } | 'all',
  now: EpochMs,
): Promise<string[]> {
  const rows = await db
    .updateTable('outbox')
    .set({
      state: 'uncertain',
      code: 'INTERRUPTED',
      hint: '发送中断,无法确认是否送达;为避免重复打扰,不再重发。',
      changed_at: timestamp(now),
    })
    .where('state', '=', 'sending')
    .$if(which !== 'all' && 'outboxId' in which, (query) => query.where(atRef(which as OutboxRef)))
    .$if(which !== 'all' && 'unmovedSince' in which, (query) =>
      query.where('changed_at', '<', new Date((which as { unmovedSince: EpochMs }).unmovedSince)),
    )
    .returning('channel')
    .execute()
  return rows.map((row) => row.channel)
}

/** Entries that should have been said before `before`, are still queued and stand behind nobody; oldest first. */
export async function overdueEntries(
  db: Kysely<Tables>,
  before: EpochMs,
  now: EpochMs,
  limit: number,
): Promise<OutboxRef[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['tenant_id', 'group_id', 'outbox_id'])
    .where('state', '=', 'queued')
    .where('not_before', '<', new Date(before))
    .where(({ not }) => not(isBehind(sql`outbox`, now)))
    .orderBy('not_before')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ tenantId: row.tenant_id, groupId: row.group_id, outboxId: row.outbox_id }))
}

/** What the bot said or meant to say in one group since `since`, oldest first. */
export const outboxSince = (db: Kysely<Tables>, group: GroupRef, since: EpochMs, limit: number) =>
  db
    .selectFrom('outbox')
    .select(['outbox_id', 'cause', 'message_id', 'recipient', 'purpose', 'channel', 'body', 'card'])
    .select(['state', 'held', 'not_before'])
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .where('created_at', '>=', new Date(since))
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
    .then((rows) => rows.reverse())

/** How often the bot spoke in a period, by purpose, state and channel. */
export async function outboxCounts(db: Kysely<Tables>, group: GroupRef, from: EpochMs, to: EpochMs) {
  return db
    .selectFrom('outbox')
    .select(['purpose', 'state', 'recipient', 'channel', (eb) => eb.fn.countAll<string>().as('messages')])
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .where('created_at', '>=', new Date(from))
    .where('created_at', '<', new Date(to))
    .groupBy(['purpose', 'state', 'recipient', 'channel'])
    .execute()
}
