import type { Kysely } from 'kysely'
import type { GroupMessage } from '../domain/message.ts'
import { wordsOf } from '../store/find-message.ts'
import { type MessageRef, messageKey } from '../store/messages.ts'
import type { Tables } from '../store/tables.ts'

/** The message that is quoted by its id alone, as Feishu tells of a quote; null where there is none, or its words came too. */
function quotedBlindly({ tenantId, groupId, quote }: GroupMessage): MessageRef | null {
  return quote?.messageId === undefined || quote.text.trim() !== ''
    ? null
    : { tenantId, groupId, messageId: quote.messageId }
}

/**
 * Puts in what quoted messages say where a platform tells only which they are: one query, and none where nothing is
 * missing. A quoted message may stand in the same batch. One that is not known, or was recalled, stays empty.
 */
export async function fillQuotes(trx: Kysely<Tables>, batch: readonly GroupMessage[]): Promise<GroupMessage[]> {
  const missing = batch.flatMap((message) => quotedBlindly(message) ?? [])
  if (missing.length === 0) return [...batch]
  const words = await wordsOf(trx, missing)
  for (const message of batch)
    if (message.text !== '') words.set(messageKey(message), { text: message.text, senderId: message.sender.memberId })
  return batch.map((message) => {
    const ref = quotedBlindly(message)
    const found = ref && words.get(messageKey(ref))
    return found ? { ...message, quote: { ...message.quote, ...found } } : message
  })
}
