import { createHash } from 'node:crypto'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch, type Refused } from '../http-client.ts'
import { type CreateLimiter, refusedTooSoon } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { MAX_WEBHOOK_BYTES, MAX_WEBHOOK_IMAGE_BYTES, WECOM_BASE_URL } from './constants.ts'
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
  /** A picture was not shown beside its body, which was said. */
  onPictureLost?: (refused: Refused) => void
}

/**
 * Posts to a group by its 群机器人 webhook (pages 91770, 99110; 2025-08). Of the two kinds of markdown it takes the
 * older one: the newer knows no mention, and older clients show it as it is written. Only the newer shows tables, so a
 * body with one that calls on nobody goes that way. Its cards have no buttons; a picture follows its body.
 */
export function createWecomWebhookChannel(options: WecomWebhookChannelOptions): Channel {
  const { channelId, fetch, baseUrl = WECOM_BASE_URL, onPictureLost, limiterOf = createWebhookLimiters() } = options
  const keys = new Map(Object.entries(options.keys))
  for (const key of keys.values()) {
    if (!/^[\w-]{8,128}$/.test(key)) {
      throw misconfigured('WECOM_WEBHOOK_KEY_INVALID', '群机器人的 key 无效', '请填 webhook 地址中 key= 后面的部分')
    }
  }
  const call = createHttpClient({ fetch })

  async function post(key: string, json: Record<string, unknown>, late?: typeof refusedTooSoon): Promise<SendResult> {
    const url = `${baseUrl}/cgi-bin/webhook/send?key=${encodeURIComponent(key)}`
    const read = readAnswer(await limiterOf(limiterId(key)).schedule(() => call({ method: 'POST', url, json }), late))
    if ('refused' in read) return read.refused
    return read.answer.errcode === 0 ? { status: 'sent', receipt: null } : refusedBy(read.answer)
  }

  async function showPicture(key: string, png: Uint8Array): Promise<void> {
    const bytes = Buffer.from(png)
    const image = { base64: bytes.toString('base64'), md5: createHash('md5').update(bytes).digest('hex') }
    const result =
      bytes.length > MAX_WEBHOOK_IMAGE_BYTES ? PICTURE_TOO_LARGE : await post(key, { msgtype: 'image', image })
    if (result.status !== 'sent') onPictureLost?.(result)
  }

  return {
    name: `wecom-webhook:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'group' && keys.has(groupId),
    async send({ groupId, audience, body, picture }) {
      const key = audience.kind === 'group' ? keys.get(groupId) : undefined
      if (key === undefined) {
        return { status: 'failed', code: 'WECOM_GROUP_UNKNOWN', hint: '这个群没有配置群机器人的 key' }
      }
      const content = callingMembers(body)
      if (Buffer.byteLength(content) > MAX_WEBHOOK_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_WEBHOOK_BYTES} 字节,应先拆分` }
      }
      const type = hasTable(content) && !content.includes('<@') ? 'markdown_v2' : 'markdown'
      const result = await post(key, { msgtype: type, [type]: { content } }, refusedTooSoon)
      if (result.status === 'sent' && picture !== undefined) await showPicture(key, picture.png)
      return result
    },
  }
}

/** A head and the rule below it, as GitHub's markdown writes a table. */
const hasTable = (markdown: string): boolean => /^ *\|.*\| *\n *\|(?: *:?-+:? *\|)+ *$/m.test(markdown)

const PICTURE_TOO_LARGE: Refused = {
  status: 'failed',
  code: 'WECOM_PICTURE_TOO_LARGE',
  hint: '图片超过群机器人 2 MB 的限制,没有发送;文字已说明图里的内容',
}

/** Names the key without telling it. */
const limiterId = (key: string): string =>
  `wecom-webhook-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
