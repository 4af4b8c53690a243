import { z } from 'zod'
import type { Amendment, GroupMessage } from '../../domain/message.ts'
import type { Receipt } from '../adapter.ts'
import { refusal } from '../refusal.ts'
import { platformId } from '../text.ts'
import type { Envelope } from './envelope.ts'
import { feishuMessage, type Reading } from './message.ts'
import { readPress } from './press.ts'

/** What an event says; both empty for one that only the platform needs. */
export interface Heard {
  messages: GroupMessage[]
  amendments: Amendment[]
  /** What the response to a pressed button says, once `messages` are stored; other events are answered otherwise. */
  respond?(receipts: readonly Receipt[]): Record<string, unknown>
}

const NOTHING: Heard = { messages: [], amendments: [] }
const optionalId = platformId.optional().catch(undefined)

/** Milliseconds as text. */
const moment = z.union([z.string(), z.number()]).transform(Number).pipe(z.number().int().min(1e12).max(1e13))

/** im-v1/message/events/receive.md */
const receivedSchema = z.looseObject({
  sender: z.looseObject({
    sender_id: z.looseObject({ open_id: platformId }),
    sender_type: z.string().catch('user'),
  }),
  message: z.looseObject({
    message_id: platformId,
    parent_id: optionalId,
    create_time: moment,
    chat_id: platformId,
    chat_type: z.string(),
    message_type: z.string(),
    content: z.string(),
    mentions: z
      .array(
        z.looseObject({
          key: z.string(),
          id: z.looseObject({ open_id: optionalId }).optional().catch(undefined),
          name: z.string().optional().catch(undefined),
          mentioned_type: z.string().optional().catch(undefined),
        }),
      )
      .catch([]),
  }),
})

/** im-v1/message/events/recalled.md */
const recalledSchema = z.looseObject({ message_id: platformId, chat_id: platformId, recall_time: moment })

/** What an event says. Throws CodedError 400 for a message that cannot be identified. */
export function readEvent(envelope: Envelope, reading: Reading): Heard {
  const { type, event } = envelope
  if (type === 'card.action.trigger' && reading.seal !== undefined) {
    const { message, respond } = readPress(envelope, reading, reading.seal)
    return { messages: message === null ? [] : [message], amendments: [], respond }
  }
  if (type === 'im.message.receive_v1') return received(event, reading)
  if (type === 'im.message.recalled_v1') return recalled(event, reading)
  reading.onUnused?.(type ?? '')
  return NOTHING
}

function received(event: unknown, reading: Reading): Heard {
  const parsed = receivedSchema.safeParse(event)
  if (!parsed.success) throw malformed(parsed.error)
  const { sender, message } = parsed.data
  // Rules are for people; a bot that answers bots does not end.
  if (sender.sender_type !== 'user') return NOTHING
  const mentions = message.mentions.map(({ key, id, name, mentioned_type }) => ({
    key,
    openId: id?.open_id,
    name,
    isBot: mentioned_type === 'bot',
  }))
  const heard = feishuMessage(
    {
      messageId: message.message_id,
      chatId: message.chat_id,
      single: message.chat_type === 'p2p',
      senderOpenId: sender.sender_id.open_id,
      createdAt: message.create_time,
      parentId: message.parent_id,
      type: message.message_type,
      content: message.content,
      mentions,
    },
    reading,
  )
  return { messages: [heard], amendments: [] }
}

function recalled(event: unknown, { tenantId }: Reading): Heard {
  const parsed = recalledSchema.safeParse(event)
  if (!parsed.success) throw malformed(parsed.error)
  const { message_id: messageId, chat_id: groupId, recall_time: at } = parsed.data
  return { messages: [], amendments: [{ tenantId, groupId, messageId, at, change: { kind: 'recalled' } }] }
}

const malformed = (error: z.ZodError) =>
  refusal(
    400,
    'MESSAGE_MALFORMED',
    `消息结构不完整:${error.issues[0]?.path.join('.') ?? ''}`,
    '飞书消息事件应含 message_id、chat_id、message_type、content、create_time 和发送人的 open_id',
  )
