import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import { misconfigured } from '../refusal.ts'
import { createTokenCache, type FetchedToken, sendWithToken } from '../token-cache.ts'
import { DINGTALK_BASE_URL, MAX_MSG_PARAM_BYTES, MAX_PRIVATE_BYTES } from './constants.ts'
import { refusedBy, unreadable } from './error-code.ts'
import { markdownParam } from './markdown.ts'

export interface DingtalkPrivateChannelOptions {
  channelId: string
  appKey: string
  appSecret: string
  robotCode: string
  fetch: Fetch
  now: Clock
  baseUrl?: string
  /** Which groups' members it serves; all without it. */
  serves?: (groupId: string) => boolean
}

const tokenSchema = z.object({ accessToken: z.string().min(1), expireIn: z.number().positive() })
const ids = z.array(z.string()).catch([])
const sentSchema = z.looseObject({
  processQueryKey: z.string().nullish().catch(null),
  invalidStaffIdList: ids,
  flowControlledStaffIdList: ids,
})

/** Speaks to one member in private: robot/oToMessages/batchSend (API/0714). */
export function createDingtalkPrivateChannel(options: DingtalkPrivateChannelOptions): Channel {
  const { channelId, appKey, appSecret, robotCode, fetch, now } = options
  const { baseUrl = DINGTALK_BASE_URL, serves = () => true } = options
  if (appKey === '' || appSecret === '' || robotCode === '') {
    throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 appKey、appSecret 和 robotCode')
  }
  const call = createHttpClient({ fetch })
  const tokens = createTokenCache({ fetchToken, now })

  async function fetchToken(): Promise<FetchedToken> {
    const url = `${baseUrl}/v1.0/oauth2/accessToken`
    const outcome = await call({ method: 'POST', url, json: { appKey, appSecret } })
    const refused = refusedBy(outcome)
    if (refused === 'token-refused') return { refused: CREDENTIALS_REFUSED }
    if (refused !== null) return { refused }
    const parsed = tokenSchema.safeParse('json' in outcome ? outcome.json : undefined)
    if (!parsed.success) return { refused: unreadable('status' in outcome ? outcome.status : 0) }
    return { token: parsed.data.accessToken, lifetimeMs: parsed.data.expireIn * 1000 }
  }

  async function attempt(token: string, memberId: string, msgParam: string): Promise<SendResult | 'token-refused'> {
    const outcome = await call({
      method: 'POST',
      url: `${baseUrl}/v1.0/robot/oToMessages/batchSend`,
      headers: { 'x-acs-dingtalk-access-token': token },
      json: { robotCode, userIds: [memberId], msgKey: 'sampleMarkdown', msgParam },
    })
    const refused = refusedBy(outcome)
    if (refused !== null) return refused
    const parsed = sentSchema.safeParse('json' in outcome ? outcome.json : undefined)
    if (!parsed.success) return unreadable('status' in outcome ? outcome.status : 0)
    return resultFor(memberId, parsed.data)
  }

  return {
    name: `dingtalk-private:${channelId}`,
    maxBytes: MAX_PRIVATE_BYTES,
    reaches: ({ groupId, audience }) =>
      audience.kind === 'member' && !isEncryptedId(audience.memberId) && serves(groupId),
    async send({ audience, body }) {
      if (audience.kind !== 'member' || isEncryptedId(audience.memberId)) {
        const hint = '没有收件人的员工 userid:请先发布机器人,之后的消息才带有它'
        return { status: 'failed', code: 'DINGTALK_RECIPIENT_INVALID', hint }
      }
      if (Buffer.byteLength(body) > MAX_PRIVATE_BYTES) {
        return { status: 'failed', code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' }
      }
      const { memberId } = audience
      const msgParam = markdownParam(body, MAX_MSG_PARAM_BYTES)
      return sendWithToken(tokens, (token) => attempt(token, memberId, msgParam))
    },
  }
}

const CREDENTIALS_REFUSED = {
  status: 'failed',
  code: 'DINGTALK_CREDENTIALS_INVALID',
  hint: 'AppKey 或 AppSecret 不正确,请从钉钉开放平台复制',
} as const

/** `senderId` of an unpublished robot's callbacks; no API takes it (API/0718). */
const isEncryptedId = (memberId: string): boolean => memberId.startsWith('$:')

/** HTTP 200 still lists those who got nothing (API/0714). */
function resultFor(memberId: string, answer: z.output<typeof sentSchema>): SendResult {
  if (answer.invalidStaffIdList.includes(memberId)) {
    const hint = '收件人不在本组织或不在应用的可见范围内,请管理员核对'
    return { status: 'failed', code: 'DINGTALK_INVALID_USER', hint }
  }
  if (answer.flowControlledStaffIdList.includes(memberId)) {
    return { status: 'retry', code: 'DINGTALK_FLOW_CONTROLLED', hint: '收件人暂被钉钉限流,稍后再试', afterMs: 60_000 }
  }
  return { status: 'sent', receipt: answer.processQueryKey ?? null }
}
