import { createHash } from 'node:crypto'
import type { Clock } from '../../domain/message.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch, harmlessToRepeat } from '../http-client.ts'
import { type CreateLimiter, tooSoon } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { DINGTALK_OAPI_URL, MAX_WEBHOOK_BYTES } from './constants.ts'
import { createWebhookLimiters } from './limiter.ts'
import { readWebhookAnswer } from './oapi-answer.ts'
import { dingtalkSign } from './signature.ts'
import { webhookMessage } from './webhook-message.ts'

/** A 自定义机器人 of one group; both are secrets. */
export interface DingtalkWebhookRobot {
  accessToken: string
  /** Of the security setting 加签, `SEC…`; without it the robot trusts keywords or addresses. */
  secret?: string
}

export interface DingtalkWebhookChannelOptions {
  channelId: string
  /** Group id → its robot. */
  robots: Readonly<Record<string, DingtalkWebhookRobot>>
  fetch: Fetch
  now: Clock
  baseUrl?: string
  limiterOf?: CreateLimiter
}

/** A robot as it is configured: `access_token`, or `access_token,SEC…` where it signs. */
export function readWebhookRobot(configured: string): DingtalkWebhookRobot {
  const match = /^(?:https:\/\/\S+[?&]access_token=)?([\w-]{16,128})(?:,(SEC\w{16,128}))?$/.exec(configured)
  const [, accessToken, secret] = match ?? []
  if (accessToken === undefined) {
    const hint = '请填 webhook 地址中 access_token= 后面的部分,加签的再接逗号和 SEC 开头的密钥'
    throw misconfigured('DINGTALK_WEBHOOK_INVALID', '钉钉群机器人的配置无效', hint)
  }
  return secret === undefined ? { accessToken } : { accessToken, secret }
}

/**
 * Posts to a group by its custom robot (API/0717, DEV/0082). `msgUuid` makes the platform drop a repetition, so that
 * what may have arrived is sent again.
 */
export function createDingtalkWebhookChannel(options: DingtalkWebhookChannelOptions): Channel {
  const { channelId, fetch, now, baseUrl = DINGTALK_OAPI_URL, limiterOf = createWebhookLimiters() } = options
  const robots = new Map(Object.entries(options.robots))
  const call = createHttpClient({ fetch })

  function addressOf({ accessToken, secret }: DingtalkWebhookRobot): string {
    const query = new URLSearchParams({ access_token: accessToken })
    if (secret !== undefined) {
      const timestamp = String(now())
      query.set('timestamp', timestamp)
      query.set('sign', dingtalkSign(secret, timestamp))
    }
    return `${baseUrl}/robot/send?${query}`
  }

  return {
    name: `dingtalk-webhook:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && robots.has(groupId),
    async send({ groupId, audience, outboxId, body }) {
      const robot = audience.kind === 'group' ? robots.get(groupId) : undefined
      if (robot === undefined) {
        return { status: 'failed', code: 'DINGTALK_GROUP_UNKNOWN', hint: '这个群没有配置群机器人的 access_token' }
      }
      if (Buffer.byteLength(body) > MAX_WEBHOOK_BYTES) {
        return { status: 'failed', code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' }
      }
      const json = { ...webhookMessage(body), msgUuid: digest(outboxId, 32) }
      return limiterOf(`dingtalk-webhook-${digest(robot.accessToken, 16)}`).schedule(async () => {
        // Signed only now: a signature is good for an hour, and others may have waited before.
        const result = readWebhookAnswer(await call({ method: 'POST', url: addressOf(robot), json }))
        return result.status === 'sent' ? result : harmlessToRepeat(result)
      }, tooSoon)
    },
  }
}

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length)
