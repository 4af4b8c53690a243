import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import type { CallbackRequest, CallbackResponse, Incoming, Receipt, WebhookAdapter } from '../adapter.ts'
import { equalInConstantTime } from '../constant-time.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import { cutToBytes, neutraliseMentions } from '../markdown.ts'
import { parseRawQuery } from '../raw-query.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { CALLBACK_WINDOW_MS, MAX_STREAM_BYTES, RANDOM_BYTES } from './constants.ts'
import { decodeAesKey, decrypt, encrypt, signatureOf } from './crypto.ts'
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

/** The HTTP callback of a WeCom 智能机器人 (pages 100719, 101031, 101033). */
export function createWecomBot(options: WecomBotOptions): WebhookAdapter {
  const { tenantId, channelId, token, receiveId = '', botName, now, random } = options
  const key = decodeAesKey(options.encodingAesKey)
  if (!/^[A-Za-z0-9]{3,32}$/.test(token)) {
    throw misconfigured('WECOM_TOKEN_INVALID', 'Token 无效', 'Token 是 3 到 32 位字母和数字,请从企业微信后台复制')
  }
  if (botName === '') throw misconfigured('WECOM_BOT_NAME_INVALID', '机器人名称为空', '请填写名称,或整项去掉')

  /** Signature, then age, then contents, then addressee: nothing is decrypted that is not signed. */
  function open(query: ReadonlyMap<string, string>, encrypted: string) {
    const timestamp = query.get('timestamp') ?? ''
    const nonce = query.get('nonce') ?? ''
    const expected = signatureOf(token, timestamp, nonce, encrypted)
    // Ten digits exactly: sorted strings are joined without a mark between them, so their shape must be fixed.
    if (!equalInConstantTime(query.get('msg_signature') ?? '', expected) || !/^\d{10}$/.test(timestamp) || !nonce) {
      throw refusal(401, 'SIGNATURE_INVALID', '签名缺失或不符', '请核对 Token 是否与企业微信后台一致')
    }
    const receivedAt = Number(timestamp) * 1000
    if (Math.abs(now() - receivedAt) > CALLBACK_WINDOW_MS) {
      throw refusal(401, 'TIMESTAMP_STALE', '请求的时间与本机相差超过 10 分钟', '请校准服务器时钟')
    }
    const plain = decrypt(key, encrypted)
    if (plain.receiveId !== receiveId) {
      throw refusal(403, 'RECEIVER_WRONG', '这条回调不是发给本机器人的', '请核对 receiveId:自建智能机器人应为空')
    }
    return { message: plain.message, receivedAt, nonce }
  }

  function answer(nonce: string, messageId: string, receipts: readonly Receipt[]): CallbackResponse {
    const said = receipts.flatMap((receipt) => receipt.answers).join('\n\n')
    if (said === '') return EMPTY
    const content = cutToBytes(neutraliseMentions(said), MAX_STREAM_BYTES)
    const stream = { msgtype: 'stream', stream: { id: streamIdOf(messageId), finish: true, content } }
    const encrypted = encrypt(key, JSON.stringify(stream), receiveId, random(RANDOM_BYTES))
    const timestamp = Math.floor(now() / 1000)
    const msgsignature = signatureOf(token, String(timestamp), nonce, encrypted)
    const body = JSON.stringify({ encrypt: encrypted, msgsignature, timestamp, nonce })
    return { status: 200, type: 'application/json', body }
  }

  return {
    adapter: 'wecom',
    channelId,
    capabilities: {
      hears: 'mentions',
      privateMessage: false,
      groupPost: false,
      mention: false,
      card: false,
      recallOwn: false,
      recallOthers: false,
      todo: false,
    },
    receive(request: CallbackRequest): Incoming {
      const query = parseRawQuery(request.query)
      if (request.method === 'GET') {
        const { message } = open(query, query.get('echostr') ?? '')
        return { kind: 'respond', response: { status: 200, type: 'text/plain', body: echoOf(message) } }
      }
      const { message, receivedAt, nonce } = open(query, encryptedBody(request.body))
      const normalised = normaliseWecom(parseJsonObject(message), { tenantId, channelId, receivedAt, botName })
      if (normalised === null) return { kind: 'respond', response: EMPTY }
      return {
        kind: 'messages',
        messages: [normalised],
        acknowledge: (receipts) => answer(nonce, normalised.messageId, receipts),
      }
    },
  }
}

/**
 * The random word of a verification. A delivery is signed in the same form, so whoever captured one could have it
 * decrypted here: nothing that could be a message is given back.
 */
function echoOf(message: string): string {
  if (/^[\w-]{1,64}$/.test(message)) return message
  throw refusal(
    400,
    'ECHO_INVALID',
    'echostr 不是验证用的随机串',
    '验证回调地址只能由企业微信后台发起,请在后台重新保存',
  )
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
