import { type Kysely, type RawBuilder, sql } from 'kysely'
import { chinaDate, DAY_MS } from '../domain/calendar.ts'
import type { Flag, Label } from '../domain/label.ts'
import type { LedgerEvent, LedgerEventBody } from '../domain/ledger.ts'
import type { EpochMs, GroupMessage, Mention, Role } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { GroupRef } from './groups.ts'
import { type MessageRef, messageKey } from './messages.ts'
import { timestamp, unnest } from './rows.ts'
import type { Tables } from './tables.ts'

/** A stored message that was judged, with what rules look at. */
export interface PastMessage extends MessageRef {
  senderId: string
  role: Role
  text: string
  mentions: Mention[]
  quote: GroupMessage['quote']
  sentAt: EpochMs
  /** Its words are gone: it was recalled. */
  isRecalled: boolean
  /** As stored. */
  verdict: Pick<Verdict, 'label' | 'confidence' | 'flags'>
  /** What it has opened in the ledger, where it is a task. */
  events: LedgerEvent[]
}

/** `from` inclusive, `to` exclusive. */
export interface Span {
  from: EpochMs
  to: EpochMs
}

const PAGE = 1000
const NARROWEST_MS = 1000

const keysOf = (groups: readonly GroupRef[]): RawBuilder<unknown> =>
  unnest(
    groups.map((group) => group.tenantId),
    groups.map((group) => group.groupId),
  )

/**
 * Reads messages of groups by the index of their times. Without statistics, which the embedded store has not, the
 * planner holds a group for one row, takes the primary key and sorts the whole group for each page.
 */
const byTime = <T>(db: Kysely<Tables>, query: RawBuilder<T>): Promise<T[]> =>
  db.transaction().execute(async (trx) => {
    await sql`set local enable_sort = off`.execute(trx)
    return (await query.execute(trx)).rows
  })

/** When the first and the last judged message of these groups in a span were sent; null where there is none. */
export async function judgedSpan(
  db: Kysely<Tables>,
  groups: readonly GroupRef[],
  { from, to }: Span,
): Promise<{ first: EpochMs; last: EpochMs } | null> {
  const end = (direction: 'asc' | 'desc') => sql<{ sent_at: Date }>`
    select m.sent_at from ${keysOf(groups)} as k(tenant_id, group_id)
    cross join lateral (
      select m.sent_at from messages m
      where m.tenant_id = k.tenant_id and m.group_id = k.group_id and m.label is not null
        and m.sent_at >= ${timestamp(from)} and m.sent_at < ${timestamp(to)}
      order by m.sent_at ${sql.raw(direction)}, m.position ${sql.raw(direction)}
      limit 1
    ) m
    order by m.sent_at ${sql.raw(direction)}
    limit 1`
  const [first] = await byTime(db, end('asc'))
  const [last] = await byTime(db, end('desc'))
  return first && last ? { first: first.sent_at.getTime(), last: last.sent_at.getTime() } : null
}

/** How many judged messages the days in China that the span touches hold. */
export async function judgedOnDays(
  db: Kysely<Tables>,
  groups: readonly GroupRef[],
  { from, to }: Span,
): Promise<number> {
  const { rows } = await sql<{ messages: number }>`
    select coalesce(sum(c.messages), 0)::integer as messages
    from label_counts c join ${keysOf(groups)} as k(tenant_id, group_id) using (tenant_id, group_id)
    where c.day >= ${chinaDate(from)}::date and c.day <= ${chinaDate(to - 1)}::date`.execute(db)
  return rows[0]?.messages ?? 0
}

interface Row {
  tenant_id: string
  group_id: string
  message_id: string
  position: string | number | bigint
  sender_id: string
  sender_role: Role
  text: string
  mentions: Mention[]
  quote: GroupMessage['quote'] | null
  sent_at: Date
  is_recalled: boolean
  label: Label
  confidence: number | null
  flags: Flag[] | null
}

/** A place in the order of reading: after the message of this time and position. */
interface Place {
  at: EpochMs
  position: string
}

async function readPage(db: Kysely<Tables>, groups: readonly GroupRef[], after: Place, to: EpochMs): Promise<Row[]> {
  const query = sql<Row>`
    select m.* from ${keysOf(groups)} as k(tenant_id, group_id)
    cross join lateral (
      select m.tenant_id, m.group_id, m.message_id, m.position, m.sender_id, m.sender_role, m.text,
        m.mentions, m.quote, m.sent_at, m.recalled_at is not null as is_recalled, m.label, m.confidence, m.flags
      from messages m
      where m.tenant_id = k.tenant_id and m.group_id = k.group_id and m.label is not null
        and m.sent_at >= ${timestamp(after.at)} and m.sent_at < ${timestamp(to)}
        and (m.sent_at, m.position) > (${timestamp(after.at)}::timestamptz, ${after.position}::bigint)
      order by m.sent_at, m.position
      limit ${PAGE}
    ) m
    order by m.sent_at, m.position
    limit ${PAGE}`
  return byTime(db, query)
}

/** What these messages have opened in the ledger, by `messageKey`. */
async function openedBy(db: Kysely<Tables>, messages: readonly MessageRef[]): Promise<Map<string, LedgerEvent[]>> {
  const { rows } = await sql<{
    tenant_id: string
    group_id: string
    number: number
    sequence: number
    message_id: string
    member_id: string
    at: Date
    body: LedgerEventBody
  }>`
    select e.* from ${unnest(
      messages.map((message) => message.tenantId),
      messages.map((message) => message.groupId),
      messages.map((message) => message.messageId),
    )} as k(tenant_id, group_id, message_id)
    cross join lateral (
      select e.tenant_id, e.group_id, e.number, e.sequence, e.message_id, e.member_id, e.at, e.body
      from ledger_events e
      where e.tenant_id = k.tenant_id and e.group_id = k.group_id and e.message_id = k.message_id and e.type = 'opened'
      limit 100
    ) e
    order by e.number`.execute(db)
  const events = rows.map((row) => ({
    key: messageKey({ tenantId: row.tenant_id, groupId: row.group_id, messageId: row.message_id }),
    event: {
      number: row.number,
      sequence: row.sequence,
      messageId: row.message_id,
      memberId: row.member_id,
      at: row.at.getTime(),
      ...row.body,
    },
  }))
  const byMessage = Map.groupBy(events, ({ key }) => key)
  return new Map([...byMessage].map(([key, all]) => [key, all.map(({ event }) => event)]))
}

async function toMessages(db: Kysely<Tables>, rows: readonly Row[]): Promise<PastMessage[]> {
  const refs = rows.map((row) => ({ tenantId: row.tenant_id, groupId: row.group_id, messageId: row.message_id }))
  const tasks = refs.filter((_ref, index) => rows[index]?.label === 'task')
  const opened = tasks.length === 0 ? new Map<string, LedgerEvent[]>() : await openedBy(db, tasks)
  return rows.map((row, index): PastMessage => {
    const ref = refs[index] as MessageRef
    return {
      ...ref,
      senderId: row.sender_id,
      role: row.sender_role,
      text: row.text,
      mentions: row.mentions,
      quote: row.quote ?? undefined,
      sentAt: row.sent_at.getTime(),
      isRecalled: row.is_recalled,
      verdict: { label: row.label, confidence: row.confidence ?? 0, flags: row.flags ?? [] },
      events: opened.get(messageKey(ref)) ?? [],
    }
  })
}

/** A page, and where the next one begins; null after the last. */
interface Page {
  messages: PastMessage[]
  next: { after: Place; stretch: number } | null
}

async function pageAt(
  db: Kysely<Tables>,
  groups: readonly GroupRef[],
  { after, stretch }: { after: Place; stretch: number },
  to: EpochMs,
): Promise<Page> {
  const end = Math.min(after.at + stretch, to)
  const rows = await readPage(db, groups, after, end)
  const messages = await toMessages(db, rows)
  const last = rows.at(-1)
  if (last && rows.length === PAGE) {
    const place = { at: last.sent_at.getTime(), position: String(last.position) }
    return { messages, next: { after: place, stretch: Math.max(NARROWEST_MS, stretch / 2) } }
  }
  const longer = rows.length < PAGE / 2 ? 2 * stretch : stretch
  return { messages, next: end < to ? { after: { at: end, position: '0' }, stretch: longer } : null }
}

/**
 * The judged messages of these groups in the order of their times, those of one time as they arrived, page by page.
 * A page looks at a stretch of time that is as long as fills it: every group is asked for its part of the stretch by
 * its own index, and no group for more than a page. The next page is read while one is worked on.
 */
export async function* pastMessages(
  db: Kysely<Tables>,
  groups: readonly GroupRef[],
  { from, to }: Span,
): AsyncGenerator<PastMessage[]> {
  let reading: Promise<Page> | null = pageAt(db, groups, { after: { at: from, position: '0' }, stretch: DAY_MS }, to)
  while (reading) {
    const { messages, next }: Page = await reading
    reading = next && pageAt(db, groups, next, to)
    // Whoever stops in between hears nothing of a page that fails after that.
    reading?.catch(() => {})
    if (messages.length > 0) yield messages
  }
}
