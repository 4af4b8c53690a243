import { z } from 'zod'
import { type Amendment, type GroupMessage, MAX_TEXT, ROLES } from '../../domain/message.ts'
import { mentionsInText } from '../mentions.ts'
import { refusal } from '../refusal.ts'
import { cleanText, platformId, shortened } from '../text.ts'

/** Most messages and amendments, each, in one request. */
const MOST_AT_ONCE = 500

/** 2001-09-09: anything before is a time in seconds, or none. Thirteen digits at most: what a date of the store can hold. */
const EARLIEST = 1_000_000_000_000
const LATEST = 9_999_999_999_999

const name = z.string('是文字').max(256, '最多 256 个字').transform(cleanText)
const id = z.string('是文字').pipe(platformId)
const text = z.string('是文字').max(MAX_TEXT, `最多 ${MAX_TEXT} 个字,请拆成几条`).transform(cleanText)

const MOMENT = '是毫秒整数,或带时区的时间,如 2026-11-23T09:00:00+08:00'
const moment = z
  .union([z.number().int(), z.iso.datetime({ offset: true }).transform((written) => Date.parse(written))], MOMENT)
  .refine((at) => at >= EARLIEST && at <= LATEST, '超出范围;数字的单位是毫秒,不是秒')

const mention = z.strictObject({ memberId: id.optional(), name: name.optional(), everyone: z.boolean().optional() })

const messageSchema = z.strictObject({
  messageId: id,
  groupId: id,
  chat: z.enum(['group', 'single'], '只能是 group、single').default('group'),
  groupName: name.optional(),
  sentAt: moment,
  sender: z.strictObject({
    memberId: id,
    name: name.optional(),
    role: z.enum(ROLES, `只能是 ${ROLES.join('、')}`).optional(),
  }),
  kind: z.enum(['text', 'unsupported'], '只能是 text、unsupported').default('text'),
  text,
  mentions: z.array(mention).max(200, '最多 200 个').optional(),
  addressesBot: z.boolean('是 true 或 false').optional(),
  quote: z.strictObject({ messageId: id.optional(), senderId: id.optional(), text: z.string() }).optional(),
})

const amendmentSchema = z.strictObject({
  messageId: id,
  groupId: id,
  at: moment,
  change: z.discriminatedUnion(
    'kind',
    [z.strictObject({ kind: z.literal('recalled') }), z.strictObject({ kind: z.literal('edited'), text })],
    'kind 是 recalled,或 edited 并带 text',
  ),
})

const envelopeSchema = z.strictObject({
  messages: z.array(messageSchema, '是列表').max(MOST_AT_ONCE, `一次最多 ${MOST_AT_ONCE} 条`).default([]),
  amendments: z.array(amendmentSchema, '是列表').max(MOST_AT_ONCE, `一次最多 ${MOST_AT_ONCE} 条`).default([]),
})

/** Whose messages they are. */
export interface BridgeRef {
  tenantId: string
  channelId: string
}

type Written = z.output<typeof messageSchema>

function toMessage(ref: BridgeRef, { mentions, addressesBot, quote, ...known }: Written): GroupMessage {
  return {
    ...ref,
    adapter: 'bridge',
    ...known,
    mentions: mentions ?? mentionsInText(known.text),
    addressesBot: addressesBot ?? known.chat === 'single',
    ...(quote === undefined ? {} : { quote: { ...quote, text: shortened(quote.text, MAX_TEXT) } }),
  }
}

/**
 * Reads a body: one message, a list of messages, or `{messages, amendments}`. Throws CodedError 400 that names the place
 * of what is wrong: line and column where it is no JSON, else each field. Values are not repeated.
 */
export function readBridgeBody(body: string, ref: BridgeRef): { messages: GroupMessage[]; amendments: Amendment[] } {
  const written = parse(body)
  const isObject = typeof written === 'object' && written !== null
  const isEnvelope = isObject && ('messages' in written || 'amendments' in written)
  const parsed = envelopeSchema.safeParse(
    isEnvelope ? written : { messages: Array.isArray(written) ? written : [written] },
  )
  if (!parsed.success) {
    const isSingle = !isEnvelope && !Array.isArray(written)
    throw malformed(parsed.error.issues.map((issue) => faultOf(issue, isSingle)))
  }
  const { messages, amendments } = parsed.data
  if (messages.length + amendments.length === 0) throw malformed(['messages: 一条消息也没有'])
  return {
    messages: messages.map((message) => toMessage(ref, message)),
    amendments: amendments.map((amendment) => ({ tenantId: ref.tenantId, ...amendment })),
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    // The parser's own message may quote the text, which must not reach a log; its place says enough.
    const place = error instanceof Error ? /line (\d+) column (\d+)/.exec(error.message) : null
    const where = place === null ? '' : `(第 ${place[1]} 行第 ${place[2]} 列)`
    throw refusal(
      400,
      'BODY_INVALID',
      `请求体不是有效的 JSON${where}`,
      '请求体是 UTF-8 编码的 JSON,格式见 docs/bridge.md',
    )
  }
}

/** `messages[3].sender.memberId: 缺少`; a single message has no list to name. */
function faultOf(issue: z.core.$ZodIssue, isSingle: boolean): string {
  const path = isSingle ? issue.path.slice(2) : issue.path
  const where = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  const unknown = issue.code === 'unrecognized_keys' ? `没有这些字段: ${issue.keys.slice(0, 8).join('、')}` : null
  const missing = issue.code === 'invalid_type' && issue.input === undefined ? '缺少' : null
  return `${where.replace(/^\./, '') || '整体'}: ${unknown ?? missing ?? issue.message}`
}

function malformed(faults: readonly string[]) {
  const more = faults.length > 8 ? `;另有 ${faults.length - 8} 处` : ''
  return refusal(400, 'MESSAGE_MALFORMED', '消息结构有误,没有收下任何一条', `${faults.slice(0, 8).join(';')}${more}`)
}
