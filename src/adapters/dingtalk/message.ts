import { z } from 'zod'
import { type GroupMessage, MAX_TEXT, type Mention } from '../../domain/message.ts'
import { mentionsInText } from '../mentions.ts'
import { refusal } from '../refusal.ts'
import { MEDIA, messageText, platformId, shortened } from '../text.ts'

const optionalText = z.string().optional().catch(undefined)
const part = z.looseObject({ text: optionalText, type: optionalText })
const contentSchema = z.looseObject({
  richText: z.array(part).optional().catch(undefined),
  recognition: optionalText,
  fileName: optionalText,
})

/** API/0718. Only what identifies a message must be there; the documentation and the platform differ on the rest. */
const bodySchema = z.looseObject({
  msgId: platformId,
  msgtype: z.string().min(1),
  conversationId: platformId,
  conversationType: z.union([z.literal('1'), z.literal('2')]),
  conversationTitle: optionalText,
  createAt: z.union([z.number(), z.string()]).optional().catch(undefined),
  senderId: platformId.optional().catch(undefined),
  senderStaffId: platformId.optional().catch(undefined),
  senderNick: optionalText,
  isAdmin: z.boolean().optional().catch(undefined),
  isInAtList: z.boolean().optional().catch(undefined),
  atUsers: z
    .array(z.looseObject({ dingtalkId: optionalText, staffId: platformId.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
  chatbotUserId: optionalText,
  text: z
    .looseObject({
      content: optionalText,
      repliedMsg: z
        .looseObject({
          msgType: optionalText,
          msgId: platformId.optional().catch(undefined),
          senderId: platformId.optional().catch(undefined),
          content: contentSchema.extend({ text: optionalText }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  /** An object for media; some deliveries carry the plain text here instead of in `text.content`. */
  content: z.union([z.string(), contentSchema]).optional().catch(undefined),
})
type Body = z.output<typeof bodySchema>

export interface DingtalkMessageOptions {
  tenantId: string
  channelId: string
  /** Of the callback's header, milliseconds. */
  receivedAt: number
}

/** Turns a verified callback body into a message. Throws CodedError 400 where it cannot be identified. */
export function normaliseDingtalk(raw: Record<string, unknown>, options: DingtalkMessageOptions): GroupMessage {
  const parsed = bodySchema.safeParse(raw)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  const body = parsed.data
  // The staff id is the one that private messages need; the encrypted id stands in before the robot is published.
  const memberId = body.senderStaffId ?? body.senderId
  if (memberId === undefined) throw malformed('senderId')
  const content = textOf(body)
  const text = messageText(content?.trim() ?? MEDIA.other)
  const quote = content === null ? undefined : quoteOf(body)
  const single = body.conversationType === '1'
  return {
    tenantId: options.tenantId,
    groupId: single ? `single:${memberId}`.slice(0, 256) : body.conversationId,
    messageId: body.msgId,
    adapter: 'dingtalk',
    channelId: options.channelId,
    chat: single ? 'single' : 'group',
    ...(body.conversationTitle ? { groupName: shortened(body.conversationTitle, 256) } : {}),
    sentAt: sentAt(body.createAt) ?? options.receivedAt,
    sender: {
      memberId,
      ...(body.senderNick ? { name: shortened(body.senderNick, 256) } : {}),
      ...(body.isAdmin === undefined ? {} : { role: body.isAdmin ? ('leader' as const) : ('member' as const) }),
    },
    kind: content === null ? 'unsupported' : 'text',
    text,
    mentions: content === null ? [] : mentionsOf(body, text),
    addressesBot: single || body.isInAtList !== false,
    ...(quote === undefined ? {} : { quote }),
  }
}

function textOf(body: Body): string | null {
  const content = typeof body.content === 'object' ? body.content : undefined
  switch (body.msgtype) {
    case 'text':
      return body.text?.content ?? (typeof body.content === 'string' ? body.content : null)
    case 'richText':
      return content?.richText === undefined ? null : richTextOf(content.richText)
    case 'picture':
      return MEDIA.image
    case 'audio':
      return content?.recognition || MEDIA.voice
    case 'video':
      return MEDIA.video
    case 'file':
      return `${MEDIA.file}${content?.fileName ?? ''}`
    default:
      return null
  }
}

const richTextOf = (parts: readonly z.output<typeof part>[]): string =>
  parts.map(({ text, type }) => text ?? (type === 'picture' ? MEDIA.image : MEDIA.other)).join('')

/** Undocumented and often absent: what several robots in the field receive beside a reply. */
function quoteOf({ text }: Body): GroupMessage['quote'] {
  const replied = text?.repliedMsg
  if (replied === undefined) return undefined
  const { content, msgType } = replied
  const words =
    content?.text ?? (content?.richText && richTextOf(content.richText)) ?? (msgType === 'picture' ? MEDIA.image : '')
  if (words === '' && replied.msgId === undefined) return undefined
  return {
    ...(replied.msgId === undefined ? {} : { messageId: replied.msgId }),
    ...(replied.senderId === undefined ? {} : { senderId: replied.senderId }),
    text: shortened(words, MAX_TEXT),
  }
}

/** Those the platform lists, without the robot; names that only the text tells are added where it lists nobody. */
function mentionsOf({ atUsers = [], chatbotUserId }: Body, text: string): Mention[] {
  const listed = atUsers
    .filter(({ dingtalkId }) => dingtalkId === undefined || dingtalkId !== chatbotUserId)
    .flatMap(({ staffId, dingtalkId }) => {
      const memberId = staffId ?? platformId.safeParse(dingtalkId).data
      return memberId === undefined ? [] : [{ memberId }]
    })
  const named = mentionsInText(text)
  return listed.length === 0 ? named : [...listed, ...named.filter((mention) => mention.everyone)]
}

/** `createAt` is a number in the samples and a string in the table (API/0718); anything absurd is left out. */
function sentAt(createAt: number | string | undefined): number | undefined {
  const at = Number(createAt)
  return Number.isSafeInteger(at) && at > 1_000_000_000_000 && at < 10_000_000_000_000 ? at : undefined
}

const malformed = (path: string) =>
  refusal(
    400,
    'MESSAGE_MALFORMED',
    `消息结构不完整:${path}`,
    '钉钉机器人消息应含 msgId、msgtype、conversationId、conversationType 和发送人',
  )
