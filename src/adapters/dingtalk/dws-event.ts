import { z } from 'zod'
import { fromChina } from '../../domain/calendar.ts'
import type { Amendment, EpochMs, GroupMessage } from '../../domain/message.ts'
import { parseJson } from '../../net/parse-json.ts'
import { parseJsonObject } from '../json-body.ts'
import { mentionsInText } from '../mentions.ts'
import { refusal } from '../refusal.ts'
import { MEDIA, messageText, platformId, shortened } from '../text.ts'
import { OPEN_ID_PREFIX } from './constants.ts'

/** What a person's own conversations bring is never looked at: groups alone. */
const GROUP_MESSAGES: ReadonlySet<string> = new Set([
  'user_im_message_receive_group',
  'user_im_message_receive_group_all',
])
const GROUP_RECALLS: ReadonlySet<string> = new Set(['user_im_message_recall_group'])
/** The events that say anything here. */
export const HEARD_EVENTS: ReadonlySet<string> = new Set([...GROUP_MESSAGES, ...GROUP_RECALLS])

const text = z.string().optional().catch(undefined)
const moment = z.number().int().min(1_000_000_000_000).max(9_999_999_999_999).optional().catch(undefined)

/** The output of `dws event consume` for messages and recalls of groups (dws 1.0, `MessageEventOutput`, 2026-07). */
const eventSchema = z.looseObject({
  conversation_id: platformId,
  message_id: platformId,
  sender: text,
  sender_open_dingtalk_id: platformId.optional().catch(undefined),
  content: text,
  create_time: text,
  event_time: moment,
  timestamp: moment,
})
type Event = z.output<typeof eventSchema>

const bodySchema = z.looseObject({
  openConversationId: z.unknown(),
  openMessageId: z.unknown(),
  sender: z.unknown(),
  senderOpenDingTalkId: z.unknown(),
  content: z.unknown(),
  createTime: z.unknown(),
})
/** What it writes where it cannot read an event itself: the envelope, with the event as JSON text in `data`. */
const dataSchema = z.looseObject({
  eventKey: text,
  occurredAtMs: z.unknown(),
  payload: z.looseObject({ body: bodySchema, event_time: z.unknown() }),
})

export interface DwsEventOptions {
  tenantId: string
  channelId: string
  receivedAt: EpochMs
  /** Messages that call the robot by this name come by its own way in, and are left to it. */
  robotName: string | undefined
  /** An event of no use here came; `type` as dws names it. Must not throw. */
  onUnused?: ((type: string) => void) | undefined
}

/** What one line says; null for events that are nobody's business here. Throws CodedError 400 for anything else. */
export function readDwsEvent(
  line: string,
  options: DwsEventOptions,
): { message: GroupMessage } | { amendment: Amendment } | null {
  const given = parseJsonObject(line)
  const flat = typeof given.data === 'string' ? fromEnvelope(given, given.data) : given
  const type = typeof flat.type === 'string' ? flat.type : ''
  const isMessage = GROUP_MESSAGES.has(type)
  if (!isMessage && !GROUP_RECALLS.has(type)) {
    if (/^user_[a-z0-9_]+$/.test(type)) {
      options.onUnused?.(type)
      return null
    }
    throw malformed('type')
  }
  const parsed = eventSchema.safeParse(flat)
  if (!parsed.success) throw malformed(parsed.error.issues[0]?.path.join('.') ?? '')
  if (isMessage) return messageOf(parsed.data, options)
  const { conversation_id: groupId, message_id: messageId } = parsed.data
  const { tenantId, receivedAt } = options
  const at = parsed.data.event_time ?? parsed.data.timestamp ?? receivedAt
  return { amendment: { tenantId, groupId, messageId, at, change: { kind: 'recalled' } } }
}

function messageOf(event: Event, options: DwsEventOptions): { message: GroupMessage } | null {
  const { sender_open_dingtalk_id: sender } = event
  if (sender === undefined) throw malformed('sender_open_dingtalk_id')
  const words = messageText(event.content?.trim() ?? '')
  const mentions = mentionsInText(words)
  const { robotName } = options
  if (robotName !== undefined && mentions.some(({ name }) => name === robotName)) return null
  return {
    message: {
      tenantId: options.tenantId,
      groupId: event.conversation_id,
      messageId: event.message_id,
      adapter: 'dingtalk',
      channelId: options.channelId,
      chat: 'group',
      sentAt: event.event_time ?? chinaMoment(event.create_time) ?? event.timestamp ?? options.receivedAt,
      sender: {
        memberId: `${OPEN_ID_PREFIX}${sender}`.slice(0, 256),
        ...(event.sender ? { name: shortened(event.sender, 256) } : {}),
      },
      kind: words === '' ? 'unsupported' : 'text',
      text: words === '' ? MEDIA.other : words,
      mentions,
      addressesBot: false,
    },
  }
}

/** The envelope's event in the form of the plain output. */
function fromEnvelope(envelope: Record<string, unknown>, data: string): Record<string, unknown> {
  const { data: event } = dataSchema.safeParse(parseJson(data))
  if (event === undefined) throw malformed('data')
  const { body, event_time } = event.payload
  return {
    type: event.eventKey ?? envelope.event_type,
    conversation_id: body.openConversationId,
    message_id: body.openMessageId,
    sender: body.sender,
    sender_open_dingtalk_id: body.senderOpenDingTalkId,
    content: body.content,
    create_time: body.createTime,
    event_time,
    timestamp: event.occurredAtMs,
  }
}

/** `2026-07-08 12:00:35`, as a clock in China. */
function chinaMoment(written: string | undefined): EpochMs | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(written ?? '')
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  return fromChina(year, month, day, hour, minute) + second * 1000
}

const malformed = (path: string) =>
  refusal(400, 'EVENT_MALFORMED', `事件结构不完整:${path}`, '请确认是 dws event consume … -f ndjson 的输出')
