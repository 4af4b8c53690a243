import { z } from 'zod'
import type { CallbackRequest, CallbackResponse, Incoming, WebhookAdapter } from '../adapter.ts'
import { equalInConstantTime } from '../constant-time.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import { misconfigured, refusal } from '../refusal.ts'
import type { Answer } from './answers.ts'
import { feishuCapabilities, type Hears } from './capabilities.ts'
import { decryptFeishu, feishuSignature } from './crypto.ts'
import { type Envelope, envelopeOf } from './envelope.ts'
import { readEvent } from './event.ts'
import type { Reading } from './message.ts'

export interface FeishuCallbackOptions {
  reading: Reading
  /** Where given, an event of another app is refused with 403. */
  appId?: string
  /** Signs and encrypts every event. At least one of the two secrets; both is better. */
  encryptKey?: string
  verificationToken?: string
  hears: Hears
  /** Says what the bot answers: a response carries nothing, save to a pressed button. */
  answer: Answer
}

const sealedSchema = z.object({ encrypt: z.string().min(1) })
const done = (answer: unknown = {}): CallbackResponse => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(answer),
})

/**
 * The event callback of a Feishu app (send-notifications-to-developers-server.md). Old timestamps are let through: a
 * retry comes up to six hours later, and nothing says that it is signed anew. `message_id` makes a repetition harmless.
 */
export function createFeishuCallback(options: FeishuCallbackOptions): WebhookAdapter {
  const { reading, appId, encryptKey, verificationToken, hears, answer } = options
  if (encryptKey === '' || verificationToken === '' || (encryptKey ?? verificationToken) === undefined)
    throw misconfigured(
      'FEISHU_SECRET_MISSING',
      'Encrypt Key 与 Verification Token 都没有填',
      '请从飞书开放平台「事件与回调 - 加密策略」复制',
    )

  /** The envelope as it was meant, once it is known to be the platform's. */
  function open({ headers, body }: CallbackRequest): { envelope: Envelope; plain: Record<string, unknown> } {
    const outer = parseJsonObject(decodeUtf8(body))
    if (encryptKey === undefined) return trusted(outer)
    const encrypted = sealedSchema.safeParse(outer)
    if (!encrypted.success) throw unsigned()
    const signature = headers['x-lark-signature'] ?? ''
    if (signature === '') return unsignedChallenge(encrypted.data.encrypt, encryptKey)
    const timestamp = headers['x-lark-request-timestamp'] ?? ''
    const nonce = headers['x-lark-request-nonce'] ?? ''
    if (!equalInConstantTime(signature, feishuSignature(timestamp, nonce, encryptKey, body))) throw unsigned()
    return trusted(parseJsonObject(decryptFeishu(encryptKey, encrypted.data.encrypt)))
  }

  /** The check of the address comes without signature. Whatever else does is refused in one way, be it decipherable or not. */
  function unsignedChallenge(encrypted: string, key: string) {
    let opened: ReturnType<typeof trusted>
    try {
      opened = trusted(parseJsonObject(decryptFeishu(key, encrypted)))
    } catch {
      throw unsigned()
    }
    if (opened.envelope.type !== 'url_verification') throw unsigned()
    return opened
  }

  function trusted(plain: Record<string, unknown>) {
    const envelope = envelopeOf(plain)
    if (verificationToken !== undefined && !equalInConstantTime(envelope.token, verificationToken))
      throw refusal(401, 'TOKEN_INVALID', 'Verification Token 不符', '请核对 Verification Token 是否与飞书开放平台一致')
    return { envelope, plain }
  }

  return {
    adapter: 'feishu',
    channelId: reading.channelId,
    capabilities: feishuCapabilities(hears),
    receive(request): Incoming {
      if (request.method !== 'POST') throw refusal(400, 'METHOD_INVALID', '飞书回调只用 POST', '请核对请求地址')
      const { envelope, plain } = open(request)
      if (envelope.type === 'url_verification') return { kind: 'respond', response: challengeOf(plain) }
      if (appId !== undefined && envelope.appId !== '' && envelope.appId !== appId)
        throw refusal(403, 'RECEIVER_WRONG', '这条回调属于另一个应用', '请核对 App ID 与请求地址')
      const { messages, amendments, respond } = readEvent(envelope, reading)
      if (messages.length + amendments.length === 0) return { kind: 'respond', response: done(respond?.([])) }
      return {
        kind: 'messages',
        messages,
        amendments,
        acknowledge(receipts) {
          if (respond !== undefined) return done(respond(receipts))
          for (const [index, message] of messages.entries()) answer(message, receipts[index])
          return done()
        },
      }
    },
  }
}

/** Nothing but a plain word is given back: whoever captured a message must not have it decrypted here. */
function challengeOf({ challenge }: Record<string, unknown>): CallbackResponse {
  if (typeof challenge === 'string' && /^[\w.=+/-]{1,256}$/.test(challenge))
    return { status: 200, type: 'application/json', body: JSON.stringify({ challenge }) }
  throw refusal(400, 'CHALLENGE_INVALID', 'challenge 不是验证用的随机串', '请在飞书开放平台重新保存请求地址')
}

const unsigned = () => refusal(401, 'SIGNATURE_INVALID', '签名缺失或不符', '请核对 Encrypt Key 是否与飞书开放平台一致')
