import { z } from 'zod'
import { platformId } from '../text.ts'
import type { Heard } from './event.ts'
import { feishuMessage, type Reading } from './message.ts'

const optionalId = platformId.optional().catch(undefined)
const moment = z.union([z.string(), z.number()]).transform(Number).pipe(z.number().int().min(1e12).max(1e13))

/** im-v1/message/list.md */
const itemSchema = z.looseObject({
  message_id: platformId,
  parent_id: optionalId,
  thread_id: optionalId,
  chat_id: platformId,
  msg_type: z.string(),
  create_time: moment,
  update_time: moment.optional().catch(undefined),
  deleted: z.boolean().catch(false),
  updated: z.boolean().catch(false),
  sender: z.looseObject({ id: platformId, id_type: z.string().catch(''), sender_type: z.string() }),
  body: z.looseObject({ content: z.string() }).optional().catch(undefined),
  mentions: z
    .array(z.looseObject({ key: z.string(), id: optionalId, name: z.string().optional().catch(undefined) }))
    .catch([]),
})

/** One message of a group's history; null for one that no member wrote, or that is no message. */
export interface HistoryItem extends Heard {
  createdAt: number
  threadId: string | undefined
}

/**
 * What one item of the history says. What was recalled or edited since comes as an amendment besides, since no event
 * tells of an edit. Throws CodedError 400 where the text is longer than is judged.
 */
export function readHistoryItem(raw: unknown, reading: Reading): HistoryItem | null {
  const parsed = itemSchema.safeParse(raw)
  if (!parsed.success) return null
  const item = parsed.data
  const { sender, message_id: messageId, chat_id: groupId, create_time: createdAt, thread_id: threadId } = item
  const at = item.update_time ?? createdAt
  const amended = { tenantId: reading.tenantId, groupId, messageId, at }
  const nothing: HistoryItem = { messages: [], amendments: [], createdAt, threadId }
  // Its thread may hold what members wrote.
  if (sender.sender_type !== 'user' || sender.id_type !== 'open_id') return nothing
  if (item.deleted) return { ...nothing, amendments: [{ ...amended, change: { kind: 'recalled' } }] }
  const message = feishuMessage(
    {
      messageId,
      chatId: groupId,
      single: false,
      senderOpenId: sender.id,
      createdAt,
      parentId: item.parent_id,
      type: item.msg_type,
      content: item.body?.content ?? '',
      // Bots are not marked here; the bot's own open_id tells it, and a group is only asked for when that is known.
      mentions: item.mentions.map(({ key, id, name }) => ({ key, openId: id, name, isBot: false })),
    },
    reading,
  )
  const edit = { ...amended, change: { kind: 'edited' as const, text: message.text } }
  return { ...nothing, messages: [message], amendments: item.updated ? [edit] : [] }
}
