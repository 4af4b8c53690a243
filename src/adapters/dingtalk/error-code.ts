import { z } from 'zod'
import type { HttpOutcome, Refused } from '../http-client.ts'
import { TOKEN_REFUSED } from './constants.ts'

/** Errors of api.dingtalk.com: HTTP 4xx or 5xx with `{code, message, requestid}`. */
const errorSchema = z.looseObject({ code: z.union([z.string(), z.number()]).transform(String) })

interface Treatment {
  code: string
  retryAfterMs?: number
  hint: string
}

/** API/0714, API/0716, API/0013, API/1433. Keys in lower case; anything else fails for good. */
const TREATMENTS: Readonly<Record<string, Treatment>> = {
  'send.too.fast': { code: 'DINGTALK_RATE_LIMITED', retryAfterMs: 60_000, hint: '发送太频繁,稍后再试' },
  'send.bytoken.toofast': { code: 'DINGTALK_RATE_LIMITED', retryAfterMs: 60_000, hint: '发送太频繁,稍后再试' },
  'too.many.people': { code: 'DINGTALK_RATE_LIMITED', retryAfterMs: 60_000, hint: '收件人次过多,稍后再试' },
  'system.error': { code: 'DINGTALK_BUSY', retryAfterMs: 5_000, hint: '钉钉系统繁忙,稍后再试' },
  'unknown.send.result': {
    code: 'DINGTALK_UNKNOWN_RESULT',
    retryAfterMs: 30_000,
    hint: '钉钉没有确认是否送达,稍后再试',
  },
  '90002': { code: 'DINGTALK_RATE_LIMITED', retryAfterMs: 5_000, hint: '调用太频繁,稍后再试' },
  '90018': { code: 'DINGTALK_RATE_LIMITED', retryAfterMs: 5_000, hint: '本应用调用太频繁,稍后再试' },
  '90020': {
    code: 'DINGTALK_QUOTA_USED_UP',
    retryAfterMs: 6 * 3_600_000,
    hint: '本组织本月的接口调用额度已用完,请管理员在钉钉开放平台增购',
  },
  invalidclientidorsecret: {
    code: 'DINGTALK_CREDENTIALS_INVALID',
    hint: 'AppKey 或 AppSecret 不正确,请从钉钉开放平台复制',
  },
  'invalidparameter.robotcode.auth': { code: 'DINGTALK_ROBOT_CODE_INVALID', hint: 'robotCode 不属于这个应用,请核对' },
  'invalidparameter.msgparam.toolong': { code: 'DINGTALK_TOO_LONG', hint: '内容过长,应先拆分' },
  'chatbotid.notallow.sendoto': {
    code: 'DINGTALK_PRIVATE_NOT_ALLOWED',
    hint: '机器人没有单聊权限,请在钉钉开放平台开通并发布',
  },
  'robot.oto.notexist': { code: 'DINGTALK_ROBOT_MISSING', hint: '机器人不存在或未发布,请核对 robotCode' },
  'staffid.notexisted': { code: 'DINGTALK_INVALID_USER', hint: '收件人不存在,请核对员工 userid' },
  'contain.unsafe.url': { code: 'DINGTALK_CONTENT_REFUSED', hint: '内容含有被钉钉拦截的链接' },
  'contain.notallowed.content': { code: 'DINGTALK_CONTENT_REFUSED', hint: '内容被钉钉的安全策略拦截' },
  'contain.notallowed.text': { code: 'DINGTALK_CONTENT_REFUSED', hint: '内容被钉钉的安全策略拦截' },
}

/** Null for an answer of success; its body is then the caller's to read. */
export function refusedBy(outcome: HttpOutcome): Refused | 'token-refused' | null {
  if ('refused' in outcome) return outcome.refused
  const { status, json } = outcome
  if (status >= 200 && status < 300) return null
  const code = errorSchema.safeParse(json).data?.code
  if (status === 401 || (code !== undefined && TOKEN_REFUSED.has(code.toLowerCase()))) return 'token-refused'
  const treatment = code === undefined ? undefined : treatmentOf(code.toLowerCase())
  if (treatment?.retryAfterMs !== undefined) {
    return { status: 'retry', code: treatment.code, hint: treatment.hint, afterMs: treatment.retryAfterMs }
  }
  if (treatment !== undefined) return { status: 'failed', code: treatment.code, hint: treatment.hint }
  if (status === 429)
    return { status: 'retry', code: 'DINGTALK_RATE_LIMITED', hint: '调用太频繁,稍后再试', afterMs: 60_000 }
  if (status >= 500 || code === undefined) return unreadable(status)
  return {
    status: 'failed',
    code: 'DINGTALK_REFUSED',
    hint: `钉钉拒绝了请求:${code.slice(0, 80)},请按官方错误码表处理`,
  }
}

/** An answer that is none of the platform's: a proxy, a maintenance page, half an answer. */
export const unreadable = (status: number): Refused => ({
  status: 'retry',
  code: 'DINGTALK_ANSWER_UNREADABLE',
  hint: `钉钉的应答无法识别(HTTP ${status}),可能被代理拦截;稍后再试`,
})

const treatmentOf = (code: string): Treatment | undefined =>
  Object.hasOwn(TREATMENTS, code) ? TREATMENTS[code] : undefined
