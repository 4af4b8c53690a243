import { type Kysely, sql } from 'kysely'
import type { Amendment } from '../domain/message.ts'
import { groupKey, raiseVersion } from './groups.ts'
import type { MessageRef } from './messages.ts'
import type { Tables } from './tables.ts'

/**
 * Notes what became of stored messages, in the transaction that has locked their groups. What a recalled message said
 * is erased, also where others quote it; that it was said, by whom and with which verdict, stays. An edit keeps the words that were judged.
 * Messages that were never heard are passed over. Raises the versions of the groups.
 */
export async function amendMessages(trx: Kysely<Tables>, amendments: readonly Amendment[]): Promise<void> {
  for (const { tenantId, groupId, messageId, at, change } of amendments) {
    const moment = new Date(at)
    await trx
      .updateTable('messages')
      .set(
        change.kind === 'recalled'
          ? { recalled_at: moment, text: '', edited_text: null, quote: null, evidence: '[]' }
          : { edited_at: moment, edited_text: change.text },
      )
      .where('tenant_id', '=', tenantId)
      .where('group_id', '=', groupId)
      .where('message_id', '=', messageId)
      .where('recalled_at', 'is', null)
      .execute()
    if (change.kind === 'recalled') await eraseQuotes(trx, { tenantId, groupId, messageId })
  }
  for (const group of new Map(amendments.map((each) => [groupKey(each), each])).values()) await raiseVersion(trx, group)
}

/** Whoever quotes a message says so later: only what was sent since is looked at. */
async function eraseQuotes(trx: Kysely<Tables>, { tenantId, groupId, messageId }: MessageRef): Promise<void> {
  await sql`
    update messages m set quote = json_build_object('messageId', ${messageId}::text, 'text', '')
    from messages quoted
    where quoted.tenant_id = ${tenantId} and quoted.group_id = ${groupId} and quoted.message_id = ${messageId}
      and m.tenant_id = ${tenantId} and m.group_id = ${groupId} and m.sent_at >= quoted.sent_at
      and m.quote is not null and m.quote ->> 'messageId' = ${messageId}`.execute(trx)
}
