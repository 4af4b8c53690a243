import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { GroupMessage } from '../../domain/message.ts'
import { PRESS } from '../../domain/press.ts'
import { refusal } from '../refusal.ts'
import { MEDIA, messageText, platformId } from '../text.ts'
import { readButtonKey } from './card.ts'
import { privateGroupOf } from './private-group.ts'

/** Pages 90239 and 90240 (2026-03). Everything is text in XML; `MsgId` has 64 bits and stays one. */
const bodySchema = z.looseObject({
  FromUserName: platformId,
  /** Seconds. */
  CreateTime: z.string().regex(/^[1-9]\d{0,10}$/),
  MsgType: z.string().min(1),
  MsgId: platformId.optional(),
  Content: z.string().optional(),
  Event: z.string().optional(),
  EventKey: z.string().optional(),
  TaskId: z.string().optional(),
  ResponseCode: z.string().optional(),
})
type Body = z.output<typeof bodySchema>

export interface AppMessageOptions {
  tenantId: string
  channelId: string
}

/** What a callback of an app says: somebody's word, that the archive has something new, or an event of no use here. */
export type AppWord =
  | { kind: 'message'; message: GroupMessage }
  /** `responseCode` lets its card be updated once, within 72 h; undefined for a button that is not ours. */
  | { kind: 'press'; message: GroupMessage; responseCode: string | undefined }
  | { kind: 'archive' }
  | { kind: 'unused'; event: string }

/** Reads a decrypted callback; throws CodedError 400 where it is not one. */
export function readAppWord(raw: Record<string, unknown>, options: AppMessageOptions): AppWord {
  const parsed = bodySchema.safeParse(raw)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  const body = parsed.data
  if (body.MsgType !== 'event') return { kind: 'message', message: written(body, options) }
  switch (body.Event) {
    case 'template_card_event':
      return pressed(body, options)
    case 'msgaudit_notify':
      return { kind: 'archive' }
    default:
      return { kind: 'unused', event: body.Event ?? '' }
  }
}

function written(body: Body, options: AppMessageOptions): GroupMessage {
  if (body.MsgId === undefined) throw malformed('MsgId')
  const text = textOf(body)
  return {
    ...common(body, options),
    messageId: body.MsgId,
    ...privately(body),
    kind: text === null ? 'unsupported' : 'text',
    text: messageText(text ?? MEDIA.other),
  }
}

/** The command of a button, said by whoever pressed it, in the group or the private chat that it was made for. */
function pressed(body: Body, options: AppMessageOptions): AppWord {
  if (!body.EventKey) throw malformed('EventKey')
  const { command, groupId, inPrivate } = readButtonKey(body.EventKey)
  // Events have no id; page 90238 says by what a repeated one is known.
  const known = [body.FromUserName, body.CreateTime, body.Event, body.EventKey, body.TaskId ?? '']
  const message: GroupMessage = {
    ...common(body, options),
    messageId: `${PRESS}${createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 32)}`,
    ...(groupId === undefined || inPrivate ? privately(body) : { chat: 'group', groupId }),
    kind: 'text',
    text: messageText(command),
  }
  return { kind: 'press', message, responseCode: groupId === undefined ? undefined : body.ResponseCode || undefined }
}

const common = ({ FromUserName, CreateTime }: Body, { tenantId, channelId }: AppMessageOptions) => ({
  tenantId,
  channelId,
  adapter: 'wecom',
  sentAt: Number(CreateTime) * 1000,
  sender: { memberId: FromUserName },
  mentions: [],
  addressesBot: true,
})

const privately = ({ FromUserName }: Body) => ({
  chat: 'single' as const,
  groupId: privateGroupOf(FromUserName, 'app:'),
})

/** The text a client shows; null for a type that has none we know. */
function textOf({ MsgType, Content }: Body): string | null {
  switch (MsgType) {
    case 'text':
      return Content?.trim() ?? null
    case 'image':
      return MEDIA.image
    case 'voice':
      return MEDIA.voice
    case 'video':
      return MEDIA.video
    default:
      return null
  }
}

const malformed = (path: string) =>
  refusal(
    400,
    'MESSAGE_MALFORMED',
    `消息结构不完整:${path}`,
    '自建应用的消息应含 FromUserName、CreateTime、MsgType,消息另含 MsgId,卡片点击另含 EventKey',
  )
