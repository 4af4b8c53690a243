import { createHash } from 'node:crypto'
import type { Clock } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import { type CreateLimiter, refusedTooSoon } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { FEISHU_BASE_URL, MAX_WEBHOOK_BYTES, MAX_WEBHOOK_REQUEST_BYTES } from './constants.ts'
import { webhookSign } from './crypto.ts'
import { readAnswer } from './error-code.ts'
import { webhookCard } from './format.ts'
import { createWebhookLimiters } from './limiter.ts'

export interface FeishuWebhookChannelOptions {
  channelId: string
  /** Group id → `token` or `token:secret` of the custom bot in that group; both are secrets. */
  hooks: Readonly<Record<string, string>>
  fetch: Fetch
  now: Clock
  baseUrl?: string
  /** `id` names the bot without telling its token. */
  limiterOf?: CreateLimiter
}

/** Posts to a group by its 自定义机器人 (client-docs/bot-v3/add-custom-bot), which cannot repeat harmlessly. */
export function createFeishuWebhookChannel(options: FeishuWebhookChannelOptions): Channel {
  const { channelId, fetch, now, baseUrl = FEISHU_BASE_URL, limiterOf = createWebhookLimiters() } = options
  const hooks = new Map(Object.entries(options.hooks).map(([groupId, hook]) => [groupId, hookOf(hook)]))
  const call = createHttpClient({ fetch })

  return {
    name: `feishu-webhook:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && hooks.has(groupId),
    async send({ groupId, audience, body }): Promise<SendResult> {
      const hook = audience.kind === 'group' ? hooks.get(groupId) : undefined
      if (hook === undefined)
        return { status: 'failed', code: 'FEISHU_GROUP_UNKNOWN', hint: '这个群没有配置自定义机器人' }
      const message = { msg_type: 'interactive', card: webhookCard(body) }
      if (Buffer.byteLength(JSON.stringify(message)) > MAX_WEBHOOK_REQUEST_BYTES - 200)
        return { status: 'failed', code: 'FEISHU_TOO_LONG', hint: '内容过长,应先拆分' }
      const answer = await limiterOf(hook.id).schedule(async () => {
        const timestamp = Math.floor(now() / 1000)
        const sign = hook.secret && { timestamp: String(timestamp), sign: webhookSign(timestamp, hook.secret) }
        const url = `${baseUrl}/open-apis/bot/v2/hook/${hook.token}`
        return readAnswer(await call({ method: 'POST', url, json: { ...sign, ...message } }))
      }, refusedTooSoon)
      if (answer === 'token-refused') return { status: 'failed', code: 'FEISHU_REFUSED', hint: '飞书拒绝了群机器人' }
      return 'refused' in answer ? answer.refused : { status: 'sent', receipt: null }
    },
  }
}

function hookOf(hook: string): { id: string; token: string; secret: string | undefined } {
  const [, token, secret] = /^([\w-]{8,128})(?::([\w-]{4,128}))?$/.exec(hook) ?? []
  if (token !== undefined) return { id: limiterId(token), token, secret }
  throw misconfigured(
    'FEISHU_WEBHOOK_INVALID',
    '自定义机器人的配置无效',
    '请填 webhook 地址最后一段,启用签名校验的再加冒号和密钥',
  )
}

const limiterId = (token: string): string =>
  `feishu-webhook-${createHash('sha256').update(token).digest('hex').slice(0, 16)}`
