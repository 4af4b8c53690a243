import { type Kysely, sql } from 'kysely'
import type { PastDemand } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import { timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A demand as it is compared with later ones; its text is not kept here. */
export interface StoredDemand extends PastDemand {
  tenantId: string
  sketch: { hashes: readonly number[]; bands: readonly number[] }
}

/** Keeps demands, so that a later one can be known as a repetition. */
export async function insertDemands(trx: Kysely<Tables>, demands: readonly StoredDemand[]): Promise<void> {
  if (demands.length === 0) return
  await trx
    .insertInto('demands')
    .values(
      demands.map(({ tenantId, groupId, messageId, senderId, sentAt, sketch }) => ({
        tenant_id: tenantId,
        group_id: groupId,
        message_id: messageId,
        sender_id: senderId,
        sent_at: timestamp(sentAt),
        hashes: [...sketch.hashes],
        bands: [...sketch.bands],
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Demands of the tenant since `since` that share a band with one of these: those that may be alike, and few others. */
export async function demandsLike(
  trx: Kysely<Tables>,
  tenantId: string,
  bands: readonly number[],
  since: EpochMs,
): Promise<StoredDemand[]> {
  if (bands.length === 0) return []
  const rows = await trx
    .selectFrom('demands')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('sent_at', '>', new Date(since))
    .where(sql<boolean>`bands && ${sql.val([...new Set(bands)])}::integer[]`)
    .execute()
  return rows.map((row) => ({
    tenantId,
    groupId: row.group_id,
    messageId: row.message_id,
    senderId: row.sender_id,
    sentAt: row.sent_at.getTime(),
    sketch: { hashes: row.hashes, bands: row.bands },
  }))
}

/** Forgets a demand: the message that made it was judged wrongly. */
export async function deleteDemand(
  trx: Kysely<Tables>,
  { tenantId, groupId, messageId }: { tenantId: string; groupId: string; messageId: string },
): Promise<void> {
  await trx
    .deleteFrom('demands')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .execute()
}
