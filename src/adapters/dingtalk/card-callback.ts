import { createHmac } from 'node:crypto'
import type { Clock } from '../../domain/message.ts'
import type { CallbackRequest, CallbackResponse, Incoming, WebhookAdapter } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { equalInConstantTime } from '../constant-time.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import type { PressSeal } from '../press-seal.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { readCardPress } from './card-press.ts'
import { CALLBACK_WINDOW_MS } from './constants.ts'

export interface DingtalkCardCallbackOptions {
  tenantId: string
  channelId: string
  /** `apiSecret` that the address was registered with (API/0786). */
  apiSecret: string
  seal: PressSeal
  now: Clock
}

/**
 * The HTTP callback of interactive cards (CARD/0007). Its signature covers the time and not the body. What a forged body
 * can say is bounded by the seal of the button; what holds for the rest is TLS and the window.
 */
export function createDingtalkCardCallback(options: DingtalkCardCallbackOptions): WebhookAdapter {
  const { tenantId, channelId, apiSecret, seal, now } = options
  if (apiSecret === '')
    throw misconfigured('DINGTALK_SECRET_MISSING', '卡片回调的 apiSecret 为空', '请填写注册回调地址时用的 apiSecret')

  function verify({ headers }: CallbackRequest): void {
    const timestamp = headers['x-ddpaas-signature-timestamp'] ?? ''
    const expected = createHmac('sha256', apiSecret).update(timestamp).digest('base64')
    if (!equalInConstantTime(headers['x-ddpaas-signature'] ?? '', expected) || !/^\d{13}$/.test(timestamp))
      throw refusal(401, 'SIGNATURE_INVALID', '签名缺失或不符', '请核对注册卡片回调地址时用的 apiSecret')
    if (Math.abs(now() - Number(timestamp)) > CALLBACK_WINDOW_MS)
      throw refusal(401, 'TIMESTAMP_STALE', '请求的时间超出允许范围', '请校准服务器时钟')
  }

  return {
    adapter: 'dingtalk',
    channelId,
    capabilities: capabilitiesOf('mentions', { card: true }),
    receive(request): Incoming {
      verify(request)
      if (request.method !== 'POST') throw refusal(400, 'METHOD_INVALID', '钉钉卡片回调只用 POST', '请核对回调地址')
      const body = parseJsonObject(decodeUtf8(request.body))
      const { message, respond } = readCardPress(body, { tenantId, channelId, receivedAt: now(), seal })
      if (message === null) return { kind: 'respond', response: answerWith(respond([])) }
      return { kind: 'messages', messages: [message], acknowledge: (receipts) => answerWith(respond(receipts)) }
    },
  }
}

const answerWith = (body: unknown): CallbackResponse => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
})
