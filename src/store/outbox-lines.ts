import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import { GROUP } from '../domain/outbound.ts'
import type { OutboxRef } from './outbox.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** The code of an entry that somebody was woken for while another one stood before it. */
const WAITS_ITS_TURN = 'WAITS_ITS_TURN'

/** Two entries stand in one line: what one channel says to one group, or to one person in whatever group. */
const sameLine = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql`
  ${one}.tenant_id = ${other}.tenant_id and ${one}.recipient = ${other}.recipient and ${one}.channel = ${other}.channel
  and (${one}.recipient <> ${GROUP} or ${one}.group_id = ${other}.group_id)`

/** As the index of lines words it. */
const isWaiting = (entry: RawBuilder<unknown>) => sql`coalesce(${entry}.state, '') in ('queued', 'sending')`

/**
 * True where something that was written earlier stands before `entry` (the table `outbox` or an alias of it) in its
 * line: it is being said, is tried again later, or was due before it. What has expired, or may only be said later,
 * stands before nobody, so that every line moves on. (`offset 0` keeps the planner from joining all lines at once.)
 */
export function isBehind(entry: RawBuilder<unknown>, now: EpochMs): RawBuilder<boolean> {
  const at = sql`${timestamp(now)}::timestamptz`
  return sql<boolean>`exists (
    select from outbox earlier
    where ${sameLine(sql`earlier`, entry)} and earlier.serial < ${entry}.serial
      and ${isWaiting(sql`earlier`)}
      and (earlier.state = 'sending' or (
        earlier.expires_at >= ${at}
        and (earlier.code is not null or earlier.not_before <= greatest(${at}, ${entry}.not_before))))
    offset 0)`
}

/**
 * Notes that a queued entry was woken and could not be said yet: `nextInLine` gives it when the way is free. False
 * where it is not queued (any more).
 */
export async function waitInLine(db: Kysely<Tables>, ref: OutboxRef): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ code: WAITS_ITS_TURN, hint: '同一去处还有更早的一条没有送出,按次序等候。' })
    .where('tenant_id', '=', ref.tenantId)
    .where('group_id', '=', ref.groupId)
    .where('outbox_id', '=', ref.outboxId)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return Number(numUpdatedRows) > 0
}

/** The first that waits its turn in the line of an entry, where nothing stands before it any more. */
export async function nextInLine(db: Kysely<Tables>, ref: OutboxRef, now: EpochMs): Promise<OutboxRef | undefined> {
  const waiting = sql`waiting`
  const { rows } = await sql<{ tenant_id: string; group_id: string; outbox_id: string }>`
    select next.tenant_id, next.group_id, next.outbox_id
    from outbox as settled cross join lateral (
      select * from outbox as waiting
      where ${sameLine(waiting, sql`settled`)} and ${isWaiting(waiting)}
        and waiting.state = 'queued' and waiting.code = ${WAITS_ITS_TURN} and not ${isBehind(waiting, now)}
      order by waiting.serial
      limit 1
    ) as next
    where settled.tenant_id = ${ref.tenantId} and settled.group_id = ${ref.groupId}
      and settled.outbox_id = ${ref.outboxId}`.execute(db)
  const [row] = rows
  return row && { tenantId: row.tenant_id, groupId: row.group_id, outboxId: row.outbox_id }
}
