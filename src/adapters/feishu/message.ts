import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import type { PressSeal } from '../press-seal.ts'
import { MEDIA, messageText } from '../text.ts'
import { contentText } from './content.ts'
import { type FeishuMention, resolveMentions } from './mentions.ts'

/** What is known of a group besides its messages, which name neither the group nor the sender. */
export interface ChatFacts {
  name?: string | undefined
  /** open_id → name. */
  members: ReadonlyMap<string, string>
  /** open_ids of owner and admins. */
  leaders: ReadonlySet<string>
}

/** What a message is read with. */
export interface Reading {
  tenantId: string
  channelId: string
  /** The bot's own open_id, as soon as it is known. */
  botOpenId(): string | undefined
  /** Undefined as long as nothing is known of the group. */
  chat(chatId: string): ChatFacts | undefined
  /** An event of no use here came; `type` as the platform names it. It neither waits nor throws. */
  onUnused?(type: string): void
  /** Opens what buttons bring back; presses are passed over without it. */
  seal?: PressSeal | undefined
}

/** A message of an event or of the history, brought into one form. */
export interface FeishuMessage {
  messageId: string
  chatId: string
  single: boolean
  senderOpenId: string
  createdAt: EpochMs
  parentId?: string | undefined
  type: string
  /** JSON. */
  content: string
  mentions: readonly FeishuMention[]
}

/** Throws CodedError 400 where the text is longer than is judged. */
export function feishuMessage(message: FeishuMessage, reading: Reading): GroupMessage {
  const { chatId, senderOpenId, parentId, single } = message
  const content = contentText(message.type, message.content)
  const addressed = resolveMentions(content ?? MEDIA.other, message.mentions, reading.botOpenId())
  const chat = single ? undefined : reading.chat(chatId)
  return {
    tenantId: reading.tenantId,
    groupId: chatId,
    messageId: message.messageId,
    adapter: 'feishu',
    channelId: reading.channelId,
    chat: single ? 'single' : 'group',
    ...(chat?.name ? { groupName: chat.name } : {}),
    sentAt: message.createdAt,
    sender: memberOf(senderOpenId, chat),
    kind: content === null ? 'unsupported' : 'text',
    text: messageText(addressed.text),
    mentions: content === null ? [] : addressed.mentions,
    addressesBot: single || addressed.addressesBot,
    // The event tells only which message is answered; the ledger knows that one by its id.
    ...(parentId === undefined ? {} : { quote: { messageId: parentId, text: '' } }),
  }
}

/** Somebody as a group knows them. */
export function memberOf(openId: string, chat: ChatFacts | undefined): GroupMessage['sender'] {
  const name = chat?.members.get(openId)
  return {
    memberId: openId,
    ...(name ? { name } : {}),
    ...(chat === undefined ? {} : { role: chat.leaders.has(openId) ? ('leader' as const) : ('member' as const) }),
  }
}
