import { z } from 'zod'
import type { SendResult } from '../../domain/outbound.ts'
import type { HttpOutcome, Refused } from '../http-client.ts'
import { TOKEN_REFUSED } from './constants.ts'
import { refusedBy, unreadable } from './error-code.ts'

/** Answers of oapi.dingtalk.com: HTTP 200 with a business error inside; samples show the code as number and as text. */
const answerSchema = z.looseObject({
  errcode: z.union([z.string(), z.number()]).transform(String),
  errmsg: z.string().catch(''),
})

const failed = (code: string, hint: string): Refused => ({ status: 'failed', code, hint })
const retry = (afterMs: number, code: string, hint: string): Refused => ({ status: 'retry', code, hint, afterMs })

const TOO_FAST = retry(600_000, 'DINGTALK_RATE_LIMITED', '这个机器人一分钟内发送超过 20 条,被钉钉限流 10 分钟')
const SESSION_GONE = failed('DINGTALK_SESSION_EXPIRED', '会话的回复地址已失效,要等有人再次 @机器人')
const CONTENT = failed('DINGTALK_CONTENT_REFUSED', '内容被钉钉的安全策略拦截')
const WEBHOOK = failed('DINGTALK_WEBHOOK_INVALID', '群机器人的 access_token 不正确或机器人已被移出,请在群里重新添加')

/** API/0717, API/0013, practice for 130101 and 300001. Anything else fails for good. */
const TREATMENTS: ReadonlyMap<string, Refused> = new Map([
  ['-1', retry(5_000, 'DINGTALK_BUSY', '钉钉系统繁忙,稍后再试')],
  ['130101', TOO_FAST],
  ['410100', TOO_FAST],
  ['90002', retry(5_000, 'DINGTALK_RATE_LIMITED', '接口调用太频繁,稍后再试')],
  ['90018', retry(5_000, 'DINGTALK_RATE_LIMITED', '接口调用太频繁,稍后再试')],
  [
    '90020',
    retry(6 * 3_600_000, 'DINGTALK_QUOTA_USED_UP', '本组织本月的接口调用额度已用完,请管理员在钉钉开放平台增购'),
  ],
  ['300001', SESSION_GONE],
  ['session.expired', SESSION_GONE],
  ['session.notexisted', SESSION_GONE],
  ['400101', WEBHOOK],
  ['400013', failed('DINGTALK_GROUP_DISBANDED', '群已解散')],
  ['400102', failed('DINGTALK_ROBOT_DISABLED', '群机器人已停用,请在群里启用')],
  ['400105', failed('DINGTALK_TYPE_REFUSED', '消息类型不被接受,请把这条记录反馈给开发者')],
  ['400106', failed('DINGTALK_ROBOT_MISSING', '机器人不在群里,请重新添加')],
  ['430101', failed('DINGTALK_CONTENT_REFUSED', '内容含有被钉钉拦截的链接')],
  ['430102', CONTENT],
  ['430103', CONTENT],
  ['430104', CONTENT],
  ['60011', failed('DINGTALK_PERMISSION_MISSING', '应用没有这项接口的权限,请管理员在钉钉开放平台的「权限管理」中开通')],
  ['60121', failed('DINGTALK_INVALID_USER', '成员不存在,请核对员工 userid')],
  ['60020', failed('DINGTALK_IP_REFUSED', '服务器出口 IP 不在钉钉应用的白名单中,请管理员添加')],
])

/** Null for an answer of success. `uncertain` where the answer is none of the platform's. */
export function refusedByOapi(outcome: HttpOutcome): Refused | 'token-refused' | null {
  const refused = refusedBy(outcome)
  if (refused !== null) return refused
  const answer = 'json' in outcome ? answerSchema.safeParse(outcome.json).data : undefined
  if (answer === undefined) return unreadable('status' in outcome ? outcome.status : 0)
  const { errcode, errmsg } = answer
  if (errcode === '0') return null
  if (TOKEN_REFUSED.has(errcode)) return 'token-refused'
  if (errcode === '310000') return failed('DINGTALK_SECURITY_REFUSED', securityHint(errmsg))
  const hint = `钉钉拒绝了请求:${errcode.slice(0, 40)},请按官方错误码表处理`
  return TREATMENTS.get(errcode.toLowerCase()) ?? failed('DINGTALK_REFUSED', hint)
}

/** What a webhook came to; its token is part of its address and never fetched anew. */
export function readWebhookAnswer(outcome: HttpOutcome): SendResult {
  const refused = refusedByOapi(outcome)
  if (refused === null) return { status: 'sent', receipt: null }
  return refused === 'token-refused' ? WEBHOOK : refused
}

/** 310000 says in words which of the robot's security settings refused (API/0717). */
function securityHint(errmsg: string): string {
  if (/keyword/i.test(errmsg)) return '机器人设了自定义关键词而内容里没有;请把安全设置改为「加签」'
  if (/timestamp/i.test(errmsg)) return '时间与钉钉相差超过 1 小时,请校准服务器时钟'
  if (/sign/i.test(errmsg)) return '加签密钥不符,请复制机器人安全设置里 SEC 开头的密钥'
  if (/ip|whitelist/i.test(errmsg)) return '服务器出口 IP 不在机器人的 IP 白名单中,请在安全设置里添加'
  return '没有通过机器人的安全设置,请核对关键词、加签与 IP 白名单'
}
