import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { Tables } from './tables.ts'

/** A channel that is read from where it was left, e.g. `wecom-archive:main`. */
export interface ChannelRef {
  tenantId: string
  channel: string
}

export interface CursorMove extends ChannelRef {
  /** How far the channel has been read; opaque to everyone but the channel. */
  value: string
}

/** How far a channel has been read; null before the first time. */
export async function readCursor(db: Kysely<Tables>, { tenantId, channel }: ChannelRef): Promise<string | null> {
  const row = await db
    .selectFrom('cursors')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('channel', '=', channel)
    .executeTakeFirst()
  return row?.value ?? null
}

/** Moves cursors, to be called in the transaction that stores what was read. The last move of a channel counts. */
export async function moveCursors(trx: Kysely<Tables>, moves: readonly CursorMove[], at: EpochMs): Promise<void> {
  for (const { tenantId, channel, value } of moves)
    await trx
      .insertInto('cursors')
      .values({ tenant_id: tenantId, channel, value, moved_at: new Date(at) })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'channel']).doUpdateSet({ value, moved_at: new Date(at) }),
      )
      .execute()
}
