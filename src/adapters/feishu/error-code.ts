import { z } from 'zod'
import type { HttpOutcome, Refused } from '../http-client.ts'
import { TOKEN_REFUSED } from './constants.ts'

/** Every answer of open-apis, with HTTP 200, 400 or 429. */
const answerSchema = z.looseObject({ code: z.number().int() })

/** `data` is the whole answer for the few that put their contents beside `code`. */
export type FeishuAnswer = { data: unknown } | { refused: Refused } | 'token-refused'

interface Treatment {
  retryAfterMs?: number
  hint: string
}

const MINUTE = 60_000

/** im-v1/message/{create,reply,delete}.md, ugjM14COyUjL4ITN.md, custom bot guide. Anything else fails for good. */
const TREATMENTS: Readonly<Record<number, Treatment>> = {
  // Messages
  230001: { hint: '参数不被接受,请把这条记录反馈给开发者' },
  230002: { hint: '机器人不在这个群里,请把它重新加入群' },
  230006: { hint: '应用没有启用机器人能力,请在飞书开放平台启用并发布' },
  230009: { hint: '已超过管理员设定的撤回时限' },
  230011: { hint: '要回复的消息已被撤回' },
  230013: { hint: '收件人不在应用的可用范围内或已离职,请管理员核对' },
  230018: { hint: '群设置不允许机器人发言,请群主放开' },
  230020: { retryAfterMs: 2_000, hint: '这个群或收件人的消息太频繁,稍后再试' },
  230022: { hint: '内容含有敏感词,被飞书拦截' },
  230025: { hint: '内容过长,应先拆分' },
  230026: { hint: '机器人无权撤回这条消息' },
  230027: { hint: '应用缺少权限,或这是没有开通对外共享的外部群' },
  230028: { hint: '内容被管理员的数据防泄漏策略拦截' },
  230034: { hint: '收件人或群的编号无效' },
  230035: { hint: '机器人在这里没有发言权(被禁言或被屏蔽)' },
  230038: { hint: '不能给其他组织的成员发私聊' },
  230049: { retryAfterMs: 5_000, hint: '飞书仍在发送这条消息,稍后确认' },
  230053: { hint: '收件人停用了机器人消息' },
  230099: { hint: '消息结构不被接受,请把这条记录反馈给开发者' },
  230110: { hint: '消息已被删除' },
  231203: { hint: '这个群开启了保密模式,无法读取历史消息' },
  232009: { hint: '群已解散' },
  // All of open-apis
  10003: { hint: 'App ID 或 App Secret 不正确,请从飞书开放平台复制' },
  10014: { hint: 'App ID 或 App Secret 不正确,请从飞书开放平台复制' },
  99991400: { retryAfterMs: 10_000, hint: '调用太频繁,稍后再试' },
  99991401: { hint: '服务器出口 IP 不在应用的 IP 白名单中,请在飞书开放平台添加' },
  99991403: { retryAfterMs: 6 * 60 * MINUTE, hint: '本组织本月的接口调用额度已用完,请管理员处理' },
  99991672: { hint: '应用缺少这个接口的权限,请在飞书开放平台开通并发布版本' },
  // Custom bots
  9499: { hint: '请求不被接受,请把这条记录反馈给开发者' },
  11232: { retryAfterMs: MINUTE, hint: '群机器人发送太频繁,稍后再试' },
  19001: { hint: '群机器人地址无效,请在群里重新添加并更新配置' },
  19021: { hint: '签名不符,或本机时钟与飞书相差超过 1 小时;请核对签名密钥并校准时钟' },
  19022: { hint: '服务器出口 IP 不在群机器人的 IP 白名单中' },
  19024: { hint: '内容不含群机器人要求的关键词,请改用签名校验' },
}

/**
 * What an answer means. One that is not the platform's (a proxy, a maintenance page) is `uncertain`: it may have been
 * obeyed or not.
 */
export function readAnswer(outcome: HttpOutcome): FeishuAnswer {
  if ('refused' in outcome) return outcome
  const parsed = answerSchema.safeParse(outcome.json)
  if (!parsed.success) return { refused: withoutCode(outcome.status, outcome.waitMs) }
  const { code, ...rest } = parsed.data
  if (code === 0) return { data: rest.data ?? rest }
  return TOKEN_REFUSED.has(code) ? 'token-refused' : { refused: refusedFor(code, outcome.status, outcome.waitMs) }
}

function refusedFor(code: number, status: number, waitMs: number | undefined): Refused {
  const treatment = TREATMENTS[code]
  const name = `FEISHU_${code}`
  if (treatment?.retryAfterMs !== undefined)
    return { status: 'retry', code: name, hint: treatment.hint, afterMs: Math.max(waitMs ?? 0, treatment.retryAfterMs) }
  if (treatment !== undefined) return { status: 'failed', code: name, hint: treatment.hint }
  if (status === 429 || status >= 500) return withoutCode(status, waitMs)
  return { status: 'failed', code: name, hint: `飞书返回错误码 ${code},请按官方错误码表处理` }
}

function withoutCode(status: number, waitMs = MINUTE): Refused {
  if (status === 429)
    return { status: 'retry', code: 'FEISHU_RATE_LIMITED', hint: '调用太频繁,稍后再试', afterMs: waitMs }
  const hint = `飞书的应答无法识别(HTTP ${status}),可能被代理拦截;无法确认是否送达`
  return { status: 'uncertain', code: 'FEISHU_ANSWER_UNREADABLE', hint }
}
