import { createHash } from 'node:crypto'
import Bottleneck from 'bottleneck'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import { neutraliseMentions } from '../markdown.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_WEBHOOK_BYTES, WEBHOOK_BURST, WEBHOOK_REFILL_MS, WECOM_BASE_URL } from './constants.ts'
import { readAnswer, refusedBy } from './errcode.ts'

/** What this file needs of a Bottleneck limiter. */
export interface Limiter {
  schedule<T>(job: () => Promise<T>): Promise<T>
}

export interface WecomWebhookChannelOptions {
  channelId: string
  /** Group id → key of the group robot in that group; the key is a secret. */
  keys: Readonly<Record<string, string>>
  fetch: Fetch
  baseUrl?: string
  /** A limiter for each key; `id` names the key without telling it, and is the same in every process. */
  createLimiter?: (id: string) => Limiter
}

/** Posts to a group by its 群机器人 webhook (pages 91770, 99110; 2025-08). */
export function createWecomWebhookChannel(options: WecomWebhookChannelOptions): Channel {
  const { channelId, fetch, baseUrl = WECOM_BASE_URL, createLimiter = createWebhookLimiter } = options
  const keys = new Map(Object.entries(options.keys))
  const limiters = new Map<string, Limiter>()
  for (const key of keys.values()) {
    if (!/^[\w-]{8,128}$/.test(key)) {
      throw misconfigured('WECOM_WEBHOOK_KEY_INVALID', '群机器人的 key 无效', '请填 webhook 地址中 key= 后面的部分')
    }
    if (!limiters.has(key)) limiters.set(key, createLimiter(limiterId(key)))
  }
  const call = createHttpClient({ fetch })

  return {
    name: `wecom-webhook:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && keys.has(groupId),
    async send({ groupId, audience, body }) {
      const key = audience.kind === 'group' ? keys.get(groupId) : undefined
      const limiter = key === undefined ? undefined : limiters.get(key)
      if (key === undefined || limiter === undefined) {
        return { status: 'failed', code: 'WECOM_GROUP_UNKNOWN', hint: '这个群没有配置群机器人的 key' }
      }
      const content = neutraliseMentions(body)
      if (Buffer.byteLength(content) > MAX_WEBHOOK_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_WEBHOOK_BYTES} 字节,应先拆分` }
      }
      const url = `${baseUrl}/cgi-bin/webhook/send?key=${encodeURIComponent(key)}`
      const json = { msgtype: 'markdown', markdown: { content } }
      const read = readAnswer(await limiter.schedule(() => call({ method: 'POST', url, json })))
      if ('refused' in read) return read.refused
      return read.answer.errcode === 0 ? { status: 'sent', receipt: null } : refusedBy(read.answer)
    },
  }
}

/** At most 20 in any minute, one after another so that the pieces of a long text stay in order. */
export const createWebhookLimiter = (): Bottleneck =>
  new Bottleneck({
    maxConcurrent: 1,
    reservoir: WEBHOOK_BURST,
    reservoirIncreaseInterval: WEBHOOK_REFILL_MS,
    reservoirIncreaseAmount: 1,
    reservoirIncreaseMaximum: WEBHOOK_BURST,
    heartbeatInterval: 1000,
  })

const limiterId = (key: string): string =>
  `wecom-webhook-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
