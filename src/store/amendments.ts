import type { Kysely } from 'kysely'
import type { Amendment } from '../domain/message.ts'
import { groupKey } from './groups.ts'
import type { Tables } from './tables.ts'

/**
 * Notes what became of stored messages, in the transaction that has locked their groups. What a recalled message said
 * is erased; that it was said, by whom and with which verdict, stays. An edit keeps the words that were judged.
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
  }
  for (const { tenantId, groupId } of new Map(amendments.map((each) => [groupKey(each), each])).values())
    await trx
      .updateTable('groups')
      .set((row) => ({ version: row('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('group_id', '=', groupId)
      .execute()
}
