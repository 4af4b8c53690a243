import { createHash } from 'node:crypto'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import type { CreateLimiter } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_WEBHOOK_BYTES, WECOM_BASE_URL } from './constants.ts'
import { readAnswer, refusedBy } from './errcode.ts'
import { createWebhookLimiters } from './limiters.ts'
import { callingMembers } from './member-mention.ts'

export interface WecomWebhookChannelOptions {
  channelId: string
  /** Group id → key of the group robot in that group; the key is a secret. */
  keys: Readonly<Record<string, string>>
  fetch: Fetch
  baseUrl?: string
  /** A limiter for each key. */
  limiterOf?: CreateLimiter
}

/**
 * Posts to a group by its 群机器人 webhook (pages 91770, 99110; 2025-08). Of the two kinds of markdown it takes the
 * older one: the newer knows no mention, and older clients show it as it is written.
 */
export function createWecomWebhookChannel(options: WecomWebhookChannelOptions): Channel {
  const { channelId, fetch, baseUrl = WECOM_BASE_URL, limiterOf = createWebhookLimiters() } = options
  const keys = new Map(Object.entries(options.keys))
  for (const key of keys.values()) {
    if (!/^[\w-]{8,128}$/.test(key)) {
      throw misconfigured('WECOM_WEBHOOK_KEY_INVALID', '群机器人的 key 无效', '请填 webhook 地址中 key= 后面的部分')
    }
  }
  const call = createHttpClient({ fetch })

  return {
    name: `wecom-webhook:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && keys.has(groupId),
    async send({ groupId, audience, body }) {
      const key = audience.kind === 'group' ? keys.get(groupId) : undefined
      if (key === undefined) {
        return { status: 'failed', code: 'WECOM_GROUP_UNKNOWN', hint: '这个群没有配置群机器人的 key' }
      }
      const content = callingMembers(body)
      if (Buffer.byteLength(content) > MAX_WEBHOOK_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_WEBHOOK_BYTES} 字节,应先拆分` }
      }
      const url = `${baseUrl}/cgi-bin/webhook/send?key=${encodeURIComponent(key)}`
      const json = { msgtype: 'markdown', markdown: { content } }
      const read = readAnswer(await limiterOf(limiterId(key)).schedule(() => call({ method: 'POST', url, json })))
      if ('refused' in read) return read.refused
      return read.answer.errcode === 0 ? { status: 'sent', receipt: null } : refusedBy(read.answer)
    },
  }
}

/** Names the key without telling it. */
const limiterId = (key: string): string =>
  `wecom-webhook-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
