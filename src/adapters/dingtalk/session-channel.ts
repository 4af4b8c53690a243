import { createHash } from 'node:crypto'
import type { Outbound, SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import { type CreateLimiter, tooSoon } from '../limiter.ts'
import { MAX_WEBHOOK_BYTES } from './constants.ts'
import { createWebhookLimiters } from './limiter.ts'
import { readWebhookAnswer } from './oapi-answer.ts'
import type { SessionBook } from './session-book.ts'
import { webhookMessage } from './webhook-message.ts'

export interface DingtalkSessionChannelOptions {
  channelId: string
  sessions: Pick<SessionBook, 'find'>
  fetch: Fetch
  limiterOf?: CreateLimiter
}

/** Answers where the robot was spoken to in the last 90 minutes or so, by sessionWebhook (API/0718, DEV/0079). */
export function createDingtalkSessionChannel(options: DingtalkSessionChannelOptions): Channel {
  const { channelId, sessions, fetch, limiterOf = createWebhookLimiters() } = options
  const call = createHttpClient({ fetch })
  const reaches = ({ groupId, audience }: Pick<Outbound, 'groupId' | 'audience'>): boolean =>
    audience.kind === 'group' ? groupId.startsWith('cid') : groupId === privateChatWith(audience.memberId)

  return {
    name: `dingtalk-session:${channelId}`,
    maxBytes: MAX_WEBHOOK_BYTES,
    // Whether a session still holds is looked up when something is said.
    reaches,
    async send({ groupId, audience, body }) {
      if (Buffer.byteLength(body) > MAX_WEBHOOK_BYTES) {
        return { status: 'failed', code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' }
      }
      const find = async () => (reaches({ groupId, audience }) ? sessions.find(groupId).catch(unknown) : null)
      if ((await find()) === null) return EXPIRED
      const id = `dingtalk-session-${createHash('sha256').update(groupId).digest('hex').slice(0, 16)}`
      return limiterOf(id).schedule(async () => {
        // Asked again: it may have expired while others were waiting to be sent.
        const session = await find()
        if (session === null) return EXPIRED
        return readWebhookAnswer(await call({ method: 'POST', url: session.url, json: webhookMessage(body) }))
      }, tooSoon)
    },
  }
}

const EXPIRED: SendResult = {
  status: 'failed',
  code: 'DINGTALK_SESSION_EXPIRED',
  hint: '会话的回复地址已失效,要等有人再次 @机器人',
}

/** Where the store does not answer, the next way out may serve. */
const unknown = (): null => null

/** The group that stands for a private conversation, as `message.ts` names it. */
const privateChatWith = (memberId: string): string => `single:${memberId}`.slice(0, 256)
