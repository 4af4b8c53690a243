import { type Kysely, sql } from 'kysely'
import { chinaDate } from '../domain/calendar.ts'
import type { Verdict } from '../domain/verdict.ts'
import { type GroupRef, raiseVersion } from './groups.ts'
import { type MessageRef, roundedProbabilities } from './messages.ts'
import { storableJson } from './rows.ts'
import type { Tables } from './tables.ts'

/** Locks a group that is known, as taking in a message of it does; false where there is none. */
export async function lockGroup(trx: Kysely<Tables>, group: GroupRef): Promise<boolean> {
  const found = await trx
    .selectFrom('groups')
    .select('version')
    .where('tenant_id', '=', group.tenantId)
    .where('group_id', '=', group.groupId)
    .forUpdate()
    .executeTakeFirst()
  return found !== undefined
}

/** A verdict to put in the place of another. */
export interface NewVerdict {
  /** `judgedBy` of the verdict that is to be replaced: one that somebody else has replaced meanwhile stays. */
  replaces: string
  verdict: Verdict
  judgedBy: string
}

/**
 * Puts another verdict on a stored message, moves the counts of its day along and raises the group's version, so that
 * no node goes on from what it remembers. Decisions and ledger stay as they are. To be called in a transaction; it
 * locks the group. False where the message has no verdict of `replaces`: then nothing has changed.
 */
export async function rewriteVerdict(
  trx: Kysely<Tables>,
  message: MessageRef,
  { replaces, verdict, judgedBy }: NewVerdict,
): Promise<boolean> {
  await lockGroup(trx, message)
  const { tenantId, groupId, messageId } = message
  const before = await trx
    .selectFrom('messages')
    .select(['label', 'sent_at'])
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .where('judged_by', '=', replaces)
    .executeTakeFirst()
  if (!before || before.label === null) return false
  await trx
    .updateTable('messages')
    .set({
      label: verdict.label,
      confidence: verdict.confidence,
      flags: storableJson(verdict.flags),
      probabilities: storableJson(roundedProbabilities(verdict.probabilities)),
      evidence: storableJson(verdict.evidence),
      judged_by: judgedBy,
    })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .execute()
  if (before.label !== verdict.label) {
    const day = chinaDate(before.sent_at.getTime())
    await sql`
      insert into label_counts as c (tenant_id, group_id, day, label, messages)
      values (${tenantId}, ${groupId}, ${day}, ${before.label}, -1), (${tenantId}, ${groupId}, ${day}, ${verdict.label}, 1)
      on conflict (tenant_id, group_id, day, label) do update set messages = c.messages + excluded.messages`.execute(
      trx,
    )
  }
  await raiseVersion(trx, message)
  return true
}
