import { z } from 'zod'
import { type GroupMessage, MAX_TEXT } from '../../domain/message.ts'
import { mentionsInText } from '../mentions.ts'
import { refusal } from '../refusal.ts'
import { MEDIA, messageText, platformId, shortened } from '../text.ts'
import { isSpentPress, readBotPress } from './bot-press.ts'
import { SILENT_EVENTS } from './constants.ts'
import { privateGroupOf } from './private-group.ts'

/** Page 100719 (2026-03), events page 101027. Unknown fields are ignored, contents are read leniently below. */
const envelopeSchema = z.looseObject({
  msgid: platformId,
  msgtype: z.string().min(1),
  chatid: platformId.optional(),
  chattype: z.string().optional(),
  from: z.object({ userid: platformId }).optional(),
  /** Seconds; on events only. */
  create_time: z.number().int().positive().max(99_999_999_999).optional(),
  quote: z.looseObject({ msgtype: z.string() }).optional().catch(undefined),
  event: z.object({ eventtype: z.string() }).optional().catch(undefined),
})
type Envelope = z.output<typeof envelopeSchema>

const written = z.object({ content: z.string() })
const mixed = z.object({ msg_item: z.array(z.looseObject({ msgtype: z.string() })) })

export interface WecomMessageOptions {
  tenantId: string
  channelId: string
  /** Of the callback, milliseconds: messages carry no time of their own. */
  receivedAt: number
  botName: string | undefined
}

/**
 * Turns a decrypted callback into a message; null for what only the protocol needs: stream polls, greetings, feedback.
 * A pressed button of ours says its command, in the group or the private chat that it was made for. Throws CodedError
 * 400 where the envelope is not one.
 */
export function normaliseWecom(raw: Record<string, unknown>, options: WecomMessageOptions): GroupMessage | null {
  const parsed = envelopeSchema.safeParse(raw)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  const envelope = parsed.data
  const event = envelope.msgtype === 'event' ? (envelope.event?.eventtype ?? '') : null
  if (envelope.msgtype === 'stream' || (event !== null && (SILENT_EVENTS.has(event) || !envelope.from))) return null
  if (!envelope.from) throw malformed('from')
  if (isSpentPress(raw)) return null
  const press = readBotPress(raw)
  const chat = envelope.chattype === 'single' || !(envelope.chattype || envelope.chatid) ? 'single' : 'group'
  if (chat === 'group' && envelope.chatid === undefined) throw malformed('chatid')

  const content = event === null ? textOf(envelope) : null
  const spoken = content === null ? null : withoutBot(content, options.botName, chat)
  const text = messageText(spoken ?? shortened(event === null ? MEDIA.other : `[事件]${event}`, 100))
  const quoted = envelope.quote === undefined ? null : textOf(envelope.quote)
  const common = {
    tenantId: options.tenantId,
    messageId: envelope.msgid,
    adapter: 'wecom',
    channelId: options.channelId,
    sentAt: envelope.create_time === undefined ? options.receivedAt : envelope.create_time * 1000,
    sender: { memberId: envelope.from.userid },
  }
  if (press !== null) {
    const { groupId, command, inPrivate } = press.pressed
    const place = inPrivate
      ? { chat: 'single' as const, groupId: privateGroupOf(envelope.from.userid) }
      : { chat: 'group' as const, groupId }
    return { ...common, ...place, kind: 'text', text: messageText(command), mentions: [], addressesBot: true }
  }
  return {
    ...common,
    groupId: chat === 'group' ? (envelope.chatid as string) : privateGroupOf(envelope.from.userid),
    chat,
    kind: spoken === null ? 'unsupported' : 'text',
    text,
    mentions: spoken === null ? [] : mentionsInText(text),
    // The platform delivers nothing that does not mention the bot or is said to it alone (page 100719).
    addressesBot: event === null,
    ...(quoted === null ? {} : { quote: { text: shortened(quoted, MAX_TEXT) } }),
  }
}

/** The text a client shows for a message or a quote; null for a type that has none we know. */
function textOf(part: Pick<Envelope, 'msgtype'> & Record<string, unknown>): string | null {
  switch (part.msgtype) {
    case 'text':
      return written.safeParse(part.text).data?.content ?? null
    case 'voice':
      return written.safeParse(part.voice).data?.content || MEDIA.voice
    case 'image':
      return MEDIA.image
    case 'file':
      return MEDIA.file
    case 'video':
      return MEDIA.video
    case 'mixed': {
      const items = mixed.safeParse(part.mixed).data?.msg_item
      return items?.map((item) => (item.msgtype === 'mixed' ? null : textOf(item)) ?? MEDIA.other).join('') ?? null
    }
    default:
      return null
  }
}

/** Without the `@BotName` that clients put in: the configured name wherever it stands, else the first word of a group. */
function withoutBot(text: string, botName: string | undefined, chat: 'group' | 'single'): string {
  if (botName === undefined) return chat === 'group' ? text.replace(/^\s*@[^\s[]+\s*/u, '').trim() : text.trim()
  const mark = `@${botName}`
  let at = text.indexOf(mark)
  while (at >= 0 && /^[^\s[]/u.test(text.slice(at + mark.length, at + mark.length + 1))) at = text.indexOf(mark, at + 1)
  if (at < 0) return text.trim()
  return `${text.slice(0, at)}${text.slice(at + mark.length).replace(/^\s/u, '')}`.trim()
}

const malformed = (path: string) =>
  refusal(
    400,
    'MESSAGE_MALFORMED',
    `消息结构不完整:${path}`,
    '企业微信智能机器人消息应含 msgid、msgtype、from.userid,群消息另含 chatid',
  )
