import type { Clock } from '../../domain/message.ts'
import type { CallbackRequest, CallbackResponse, Incoming, Receipt, WebhookAdapter } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { equalInConstantTime } from '../constant-time.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import { misconfigured, refusal } from '../refusal.ts'
import { CALLBACK_WINDOW_MS, MAX_WEBHOOK_BYTES } from './constants.ts'
import { dingtalkMarkdown } from './markdown.ts'
import { readRobotBody } from './robot-body.ts'
import { dingtalkSign } from './signature.ts'

export interface DingtalkRobotOptions {
  tenantId: string
  channelId: string
  appSecret: string
  /** Where given, a callback of another robot is refused with 403. */
  robotCode?: string
  /** How far `timestamp` may be from now, milliseconds; an hour, as the platform says (API/0718). */
  windowMs?: number
  now: Clock
  /** The organisation's quota of calls is used up and messages arrive empty: an operator must know. Must not throw. */
  onQuota?: (notice: { channelId: string; errMsg: string }) => void
}

/**
 * The HTTP callback of a DingTalk 企业内部机器人 (API/0718).
 * Its signature covers the time and not the body: whoever captures one request can sign any other for an hour. What
 * holds is TLS, the window, `msgId` (a repeated delivery has no effect) and an address list in front of the server. The
 * `sessionWebhook` of such a body is never used, see `readSession`: the answer travels in the response itself.
 */
export function createDingtalkRobot(options: DingtalkRobotOptions): WebhookAdapter {
  const { tenantId, channelId, appSecret, robotCode, windowMs = CALLBACK_WINDOW_MS, now, onQuota } = options
  if (appSecret === '')
    throw misconfigured('DINGTALK_SECRET_MISSING', 'AppSecret 为空', '请从钉钉开放平台复制 AppSecret')
  if (robotCode === '') throw misconfigured('DINGTALK_ROBOT_CODE_INVALID', 'robotCode 为空', '请填写,或整项去掉')

  function verify({ headers }: CallbackRequest): number {
    const timestamp = headers.timestamp ?? ''
    const expected = dingtalkSign(appSecret, timestamp)
    if (!equalInConstantTime(headers.sign ?? '', expected) || !/^\d{13}$/.test(timestamp)) {
      throw refusal(401, 'SIGNATURE_INVALID', '签名缺失或不符', '请核对 AppSecret 是否与钉钉开放平台一致')
    }
    const receivedAt = Number(timestamp)
    if (Math.abs(now() - receivedAt) > windowMs) {
      throw refusal(401, 'TIMESTAMP_STALE', '请求的时间超出允许范围', '请校准服务器时钟')
    }
    return receivedAt
  }

  return {
    adapter: 'dingtalk',
    channelId,
    capabilities: capabilitiesOf('mentions'),
    receive(request): Incoming {
      const receivedAt = verify(request)
      if (request.method !== 'POST')
        throw refusal(400, 'METHOD_INVALID', '钉钉机器人回调只用 POST', '请核对消息接收地址')
      const body = parseJsonObject(decodeUtf8(request.body))
      const message = readRobotBody(body, { tenantId, channelId, receivedAt, robotCode, onQuota })
      if (message === null) return { kind: 'respond', response: answerWith([]) }
      return { kind: 'messages', messages: [message], acknowledge: answerWith }
    },
  }
}

/** The 200 body may itself be one message (API/0718). */
function answerWith(receipts: readonly Receipt[]): CallbackResponse {
  const said = receipts.flatMap((receipt) => receipt.answers).join('\n\n')
  const body = said === '' ? {} : { msgtype: 'markdown', markdown: dingtalkMarkdown(said, MAX_WEBHOOK_BYTES) }
  return { status: 200, type: 'application/json', body: JSON.stringify(body) }
}
