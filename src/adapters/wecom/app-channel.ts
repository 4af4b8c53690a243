import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { createHttpClient, type Fetch, harmlessToRepeat } from '../http-client.ts'
import { neutraliseMentions } from '../markdown.ts'
import { misconfigured } from '../refusal.ts'
import { createTokenCache, type FetchedToken, sendWithToken } from '../token-cache.ts'
import { DUPLICATE_CHECK_SECONDS, MAX_APP_BYTES, TOKEN_REFUSED, WECOM_BASE_URL } from './constants.ts'
import { readAnswer, refusedBy, type WecomAnswer } from './errcode.ts'

export interface WecomAppChannelOptions {
  channelId: string
  corpId: string
  corpSecret: string
  agentId: number
  fetch: Fetch
  now: Clock
  baseUrl?: string
  /** Which groups' members it serves; all without it. */
  serves?: (groupId: string) => boolean
}

const tokenSchema = z.object({ access_token: z.string().min(1).max(512), expires_in: z.number().positive() })
const recipientSchema = z.string().catch('')

/** Speaks to one member in private as a self-built app (page 90236, 2026-03). */
export function createWecomAppChannel(options: WecomAppChannelOptions): Channel {
  const { channelId, corpId, corpSecret, agentId, fetch, now, baseUrl = WECOM_BASE_URL, serves = () => true } = options
  if (corpId === '' || corpSecret === '' || !Number.isSafeInteger(agentId)) {
    throw misconfigured('WECOM_APP_INVALID', '企业微信应用的配置不完整', '请填写 corpId、corpSecret 和数字的 agentId')
  }
  const call = createHttpClient({ fetch })
  const tokens = createTokenCache({ fetchToken, now })

  async function fetchToken(): Promise<FetchedToken> {
    const query = new URLSearchParams({ corpid: corpId, corpsecret: corpSecret })
    const read = readAnswer(await call({ method: 'GET', url: `${baseUrl}/cgi-bin/gettoken?${query}` }))
    if ('refused' in read) return read
    if (read.answer.errcode !== 0) return { refused: refusedBy(read.answer) }
    const parsed = tokenSchema.safeParse(read.answer)
    if (parsed.success) return { token: parsed.data.access_token, lifetimeMs: parsed.data.expires_in * 1000 }
    return { refused: { status: 'retry', code: 'WECOM_ANSWER_UNREADABLE', hint: '企业微信没有给出访问令牌,稍后再试' } }
  }

  async function attempt(token: string, memberId: string, content: string): Promise<SendResult | 'token-refused'> {
    const json = {
      touser: memberId,
      msgtype: 'markdown',
      agentid: agentId,
      markdown: { content },
      enable_duplicate_check: 1,
      duplicate_check_interval: DUPLICATE_CHECK_SECONDS,
    }
    const url = `${baseUrl}/cgi-bin/message/send?access_token=${encodeURIComponent(token)}`
    const read = readAnswer(await call({ method: 'POST', url, json }))
    // WeCom drops the same content to the same member for four hours.
    if ('refused' in read) return harmlessToRepeat(read.refused)
    if (TOKEN_REFUSED.has(read.answer.errcode)) return 'token-refused'
    return read.answer.errcode === 0 ? resultFor(memberId, read.answer) : refusedBy(read.answer)
  }

  return {
    name: `wecom-app:${channelId}`,
    maxBytes: MAX_APP_BYTES,
    reaches: ({ groupId, audience }) => audience.kind === 'member' && serves(groupId),
    async send({ audience, body }) {
      // `|` separates recipients and `@all` is everyone: a private word must not reach anybody else.
      if (audience.kind !== 'member' || !/^[^|@\s][^|\s]{0,63}$/.test(audience.memberId)) {
        return { status: 'failed', code: 'WECOM_RECIPIENT_INVALID', hint: '收件人不是一个企业微信成员账号' }
      }
      const { memberId } = audience
      const content = neutraliseMentions(body)
      if (Buffer.byteLength(content) > MAX_APP_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_APP_BYTES} 字节,应先拆分` }
      }
      return sendWithToken(tokens, (token) => attempt(token, memberId, content))
    },
  }
}

/** `errcode` 0 still lists those who got nothing; user ids are the same in any case. */
function resultFor(memberId: string, answer: WecomAnswer): SendResult {
  const listed = (field: string) =>
    recipientSchema.parse(answer[field]).toLowerCase().split('|').includes(memberId.toLowerCase())
  if (listed('invaliduser')) {
    const hint = '收件人无效或不在应用的可见范围内,请管理员在企业微信后台核对'
    return { status: 'failed', code: 'WECOM_INVALID_USER', hint }
  }
  if (listed('unlicenseduser')) {
    return { status: 'failed', code: 'WECOM_UNLICENSED_USER', hint: '收件人没有互通许可或许可已过期,请管理员处理' }
  }
  return { status: 'sent', receipt: typeof answer.msgid === 'string' ? answer.msgid : null }
}
