import { z } from 'zod'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel } from '../adapter.ts'
import { harmlessToRepeat } from '../http-client.ts'
import type { CreateLimiter } from '../limiter.ts'
import { neutraliseMentions } from '../markdown.ts'
import { replaceMemberMarks } from '../member-marks.ts'
import { misconfigured } from '../refusal.ts'
import { DUPLICATE_CHECK_SECONDS, MAX_APP_BYTES } from './constants.ts'
import type { WecomAnswer } from './errcode.ts'
import { createConversationLimiter } from './long-connection-limiter.ts'
import { createWecomApp, type WecomAppOptions } from './wecom-app.ts'

export interface WecomAppChannelOptions extends WecomAppOptions {
  channelId: string
  agentId: number
  /** Which groups' members it serves; all without it. */
  serves?: (groupId: string) => boolean
  limiterOf?: CreateLimiter
}

const recipientSchema = z.string().catch('')

/**
 * Speaks to one member in private as a self-built app (page 90236, 2026-03). A member gets at most 30 messages a minute
 * and 1,000 an hour of it, as in a conversation of a 智能机器人, and the rest is dropped without a word.
 */
export function createWecomAppChannel(options: WecomAppChannelOptions): Channel {
  const { channelId, agentId, serves = () => true, limiterOf = createConversationLimiter() } = options
  if (!Number.isSafeInteger(agentId)) {
    throw misconfigured('WECOM_APP_INVALID', '企业微信应用的配置不完整', '请填写 corpId、corpSecret 和数字的 agentId')
  }
  const app = createWecomApp(options)

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
      const content = neutraliseMentions(replaceMemberMarks(body, () => ''))
      if (Buffer.byteLength(content) > MAX_APP_BYTES) {
        return { status: 'failed', code: 'WECOM_TOO_LONG', hint: `内容超过 ${MAX_APP_BYTES} 字节,应先拆分` }
      }
      const json = {
        touser: memberId,
        msgtype: 'markdown',
        agentid: agentId,
        markdown: { content },
        enable_duplicate_check: 1,
        duplicate_check_interval: DUPLICATE_CHECK_SECONDS,
      }
      const limiter = limiterOf(`wecom-app-${agentId}-${memberId.toLowerCase()}`)
      const read = await limiter.schedule(() => app.post('message/send', json))
      // WeCom drops the same content to the same member for four hours.
      return 'refused' in read ? harmlessToRepeat(read.refused) : resultFor(memberId, read.answer)
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
