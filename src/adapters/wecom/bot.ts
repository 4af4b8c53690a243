import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import type { CallbackRequest, CallbackResponse, Incoming, WebhookAdapter } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import { cutToBytes, neutraliseMentions } from '../markdown.ts'
import { parseRawQuery } from '../raw-query.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { readBotPress, updateOf } from './bot-press.ts'
import { MAX_STREAM_BYTES } from './constants.ts'
import { createEnvelope } from './envelope.ts'
import { normaliseWecom } from './message.ts'
import { streamIdOf } from './stream-id.ts'

export interface WecomBotOptions {
  tenantId: string
  channelId: string
  token: string
  encodingAesKey: string
  /** Empty for the bot of one's own corp (page 101033), which is the default. */
  receiveId?: string
  /** The name members mention it by; without it the first `@word` of a group message is taken for it. */
  botName?: string
  now: Clock
  /** Cryptographically random bytes. */
  random: (bytes: number) => Buffer
}

const EMPTY: CallbackResponse = { status: 200, type: 'text/plain', body: '' }
const bodySchema = z.object({ encrypt: z.string().min(1) })

/**
 * The HTTP callback of a WeCom 智能机器人 (pages 100719, 101031, 101033). A message is answered by a stream that is
 * finished at once, a pressed button by the card that replaces its own.
 */
export function createWecomBot(options: WecomBotOptions): WebhookAdapter {
  const { tenantId, channelId, token, encodingAesKey, receiveId = '', botName, now, random } = options
  const wrongReceiver = '请核对 receiveId:自建智能机器人应为空'
  const envelope = createEnvelope({ token, encodingAesKey, receiveId, wrongReceiver, now, random })
  if (botName === '') throw misconfigured('WECOM_BOT_NAME_INVALID', '机器人名称为空', '请填写名称,或整项去掉')

  function streamOf(messageId: string, said: string): Record<string, unknown> | null {
    if (said === '') return null
    const content = cutToBytes(said, MAX_STREAM_BYTES)
    return { msgtype: 'stream', stream: { id: streamIdOf(messageId), finish: true, content } }
  }

  function respond(nonce: string, answer: Record<string, unknown> | null): CallbackResponse {
    if (answer === null) return EMPTY
    const { encrypt, signature: msgsignature, timestamp } = envelope.seal(JSON.stringify(answer), nonce)
    const body = JSON.stringify({ encrypt, msgsignature, timestamp, nonce })
    return { status: 200, type: 'application/json', body }
  }

  return {
    adapter: 'wecom',
    channelId,
    capabilities: capabilitiesOf('mentions'),
    receive(request: CallbackRequest): Incoming {
      const query = parseRawQuery(request.query)
      if (request.method === 'GET') {
        return { kind: 'respond', response: { status: 200, type: 'text/plain', body: envelope.echo(query) } }
      }
      const { message, receivedAt, nonce } = envelope.open(query, encryptedBody(request.body))
      const raw = parseJsonObject(message)
      const normalised = normaliseWecom(raw, { tenantId, channelId, receivedAt, botName })
      if (normalised === null) return { kind: 'respond', response: EMPTY }
      const press = readBotPress(raw)
      return {
        kind: 'messages',
        messages: [normalised],
        acknowledge(receipts) {
          const said = neutraliseMentions(receipts.flatMap((receipt) => receipt.answers).join('\n\n'))
          return respond(nonce, press === null ? streamOf(normalised.messageId, said) : updateOf(press, said))
        },
      }
    },
  }
}

function encryptedBody(body: Buffer): string {
  const text = decodeUtf8(body)
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw refusal(400, 'BODY_INVALID', '请求体含有 XML 声明', '智能机器人回调是 JSON,形如 {"encrypt":"…"}')
  }
  const parsed = bodySchema.safeParse(parseJsonObject(text))
  if (!parsed.success) throw refusal(400, 'BODY_INVALID', '请求体缺少 encrypt', '智能机器人回调形如 {"encrypt":"…"}')
  return parsed.data.encrypt
}
