import { z } from 'zod'
import type { HttpOutcome, Refused } from '../http-client.ts'
import { TOKEN_REFUSED } from './constants.ts'

/** Errors of api.dingtalk.com: HTTP 4xx or 5xx with `{code, message, requestid}`. */
const errorSchema = z.looseObject({ code: z.union([z.string(), z.number()]).transform(String) })

const failed = (code: string, hint: string): Refused => ({ status: 'failed', code, hint })
const uncertain = (code: string, hint: string): Refused => ({ status: 'uncertain', code, hint })
const retry = (afterMs: number, code: string, hint: string): Refused => ({ status: 'retry', code, hint, afterMs })
const tooFast = (afterMs: number): Refused => retry(afterMs, 'DINGTALK_RATE_LIMITED', '发送太频繁,稍后再试')

/**
 * API/0714, API/0716, API/0013, API/1433. Keys in lower case; anything else fails for good. batchSend takes no key that
 * would make a repetition harmless, so only what says that nothing was sent is tried again.
 */
const TREATMENTS: ReadonlyMap<string, Refused> = new Map([
  ['send.too.fast', tooFast(60_000)],
  ['send.bytoken.toofast', tooFast(60_000)],
  ['too.many.people', retry(60_000, 'DINGTALK_RATE_LIMITED', '收件人次过多,稍后再试')],
  ['90002', tooFast(5_000)],
  ['90018', tooFast(5_000)],
  [
    '90020',
    retry(6 * 3_600_000, 'DINGTALK_QUOTA_USED_UP', '本组织本月的接口调用额度已用完,请管理员在钉钉开放平台增购'),
  ],
  ['system.error', uncertain('DINGTALK_SYSTEM_ERROR', '钉钉内部出错,无法确认是否送达')],
  ['unknown.send.result', uncertain('DINGTALK_UNKNOWN_RESULT', '钉钉自己没有确认是否送达')],
  [
    'invalidclientidorsecret',
    failed('DINGTALK_CREDENTIALS_INVALID', 'AppKey 或 AppSecret 不正确,请从钉钉开放平台复制'),
  ],
  ['invalidparameter.robotcode.auth', failed('DINGTALK_ROBOT_CODE_INVALID', 'robotCode 不属于这个应用,请核对')],
  ['invalidparameter.msgparam.toolong', failed('DINGTALK_TOO_LONG', '内容过长,应先拆分')],
  [
    'chatbotid.notallowed.sendoto',
    failed('DINGTALK_PRIVATE_NOT_ALLOWED', '机器人没有单聊权限,请在钉钉开放平台开通并发布'),
  ],
  ['robot.oto.notexist', failed('DINGTALK_ROBOT_MISSING', '机器人不存在或未发布,请核对 robotCode')],
  ['staffid.notexisted', failed('DINGTALK_INVALID_USER', '收件人不存在,请核对员工 userid')],
  ['contain.unsafe.url', failed('DINGTALK_CONTENT_REFUSED', '内容含有被钉钉拦截的链接')],
  ['contain.notallowed.content', failed('DINGTALK_CONTENT_REFUSED', '内容被钉钉的安全策略拦截')],
  ['contain.notallowed.text', failed('DINGTALK_CONTENT_REFUSED', '内容被钉钉的安全策略拦截')],
])

/** Null for an answer of success; its body is then the caller's to read. */
export function refusedBy(outcome: HttpOutcome): Refused | 'token-refused' | null {
  if ('refused' in outcome) return outcome.refused
  const { status, json } = outcome
  if (status >= 200 && status < 300) return null
  const code = errorSchema.safeParse(json).data?.code
  if (status === 401 || (code !== undefined && TOKEN_REFUSED.has(code.toLowerCase()))) return 'token-refused'
  const treatment = code === undefined ? undefined : TREATMENTS.get(code.toLowerCase())
  if (treatment !== undefined) return treatment
  if (status === 429) return tooFast(60_000)
  if (status >= 500 || code === undefined) return unreadable(status)
  return failed('DINGTALK_REFUSED', `钉钉拒绝了请求:${code.slice(0, 80)},请按官方错误码表处理`)
}

/** An answer that is none of the platform's (a proxy, a maintenance page, half an answer): it may have sent or not. */
export const unreadable = (status: number): Refused =>
  uncertain('DINGTALK_ANSWER_UNREADABLE', `钉钉的应答无法识别(HTTP ${status}),可能被代理拦截;无法确认是否送达`)
