import { z } from 'zod'
import type { HttpOutcome, Refused } from '../http-client.ts'
import { TOKEN_REFUSED } from './constants.ts'

/** Errors of api.dingtalk.com: HTTP 4xx or 5xx with `{code, message, requestid}`. */
const errorSchema = z.looseObject({
  code: z.union([z.string(), z.number()]).transform(String),
  message: z.string().catch(''),
})
/** What stands in front of the API answers an address that called too often, for minutes (API/0012). */
const bannedSchema = z.looseObject({ status: z.literal(1111), punish: z.literal('deny'), wait: z.number().catch(5) })

const failed = (code: string, hint: string): Refused => ({ status: 'failed', code, hint })
const uncertain = (code: string, hint: string): Refused => ({ status: 'uncertain', code, hint })
const retry = (afterMs: number, code: string, hint: string): Refused => ({ status: 'retry', code, hint, afterMs })
const tooFast = (afterMs: number): Refused => retry(afterMs, 'DINGTALK_RATE_LIMITED', '发送太频繁,稍后再试')

const TEMPLATE = '卡片模板不存在或没有发布,请在钉钉卡片平台核对模板 ID 并发布'

const QUOTA = retry(
  6 * 3_600_000,
  'DINGTALK_QUOTA_USED_UP',
  '本组织本月的接口调用额度已用完,请管理员在钉钉开放平台增购',
)

/**
 * API/0714, API/0716, API/0013, API/1433. Keys in lower case; anything else fails for good. batchSend takes no key that
 * would make a repetition harmless, so only what says that nothing was sent is tried again.
 */
const TREATMENTS: ReadonlyMap<string, Refused> = new Map([
  ['send.too.fast', tooFast(60_000)],
  ['send.bytoken.toofast', tooFast(60_000)],
  ['too.many.people', retry(60_000, 'DINGTALK_RATE_LIMITED', '收件人次过多,稍后再试')],
  ['too.many.group', retry(60_000, 'DINGTALK_RATE_LIMITED', '发送的群太多,稍后再试')],
  ['todo.taskcreate.flowcontrolerror', tooFast(60_000)],
  ['todo.taskcreate.lockerror', retry(5_000, 'DINGTALK_BUSY', '待办正被修改,稍后再试')],
  ['todo.taskcreate.systemerror', uncertain('DINGTALK_SYSTEM_ERROR', '钉钉内部出错,无法确认是否送达')],
  ['90002', tooFast(5_000)],
  ['90018', tooFast(5_000)],
  ['90020', QUOTA],
  ['forbidden.accessdenied.qpslimitforappkeyandapi', tooFast(5_000)],
  ['forbidden.accessdenied.qpslimitforapi', tooFast(5_000)],
  ['forbidden.accessdenied.qpmlimitforappkeyandapi', tooFast(60_000)],
  ['forbidden.accessdenied.apicountlimitfororg', QUOTA],
  [
    'forbidden.accessdenied.accesstokenpermissiondenied',
    failed('DINGTALK_PERMISSION_MISSING', '应用没有这项接口的权限,请管理员在钉钉开放平台的「权限管理」中开通'),
  ],
  [
    'forbidden.accessdenied.ipnotinwhitelist',
    failed('DINGTALK_IP_REFUSED', '服务器出口 IP 不在钉钉应用的白名单中,请管理员添加'),
  ],
  ['param.cardalreadyexist', failed('DINGTALK_CARD_EXISTS', '这张卡片已经发出')],
  ['param.templatenotexist', failed('DINGTALK_CARD_TEMPLATE_INVALID', TEMPLATE)],
  ['param.templateunpublished', failed('DINGTALK_CARD_TEMPLATE_INVALID', TEMPLATE)],
  ['param.contentunsafe', failed('DINGTALK_CONTENT_REFUSED', '内容被钉钉的安全策略拦截')],
  ['system.busy', uncertain('DINGTALK_SYSTEM_ERROR', '钉钉系统繁忙,无法确认是否送达')],
  ['invalid.openconversationid', failed('DINGTALK_GROUP_UNKNOWN', '机器人不在这个群里,请先把它加进群')],
  ['group.disbanded', failed('DINGTALK_GROUP_DISBANDED', '群已解散')],
  ['bot.stopped', failed('DINGTALK_ROBOT_DISABLED', '机器人已停用,请在钉钉开放平台启用')],
  ['bot.forbidden.sendmessage', failed('DINGTALK_ROBOT_MUTED', '机器人在这个群里被禁言')],
  ['conversation.org.notmatch', failed('DINGTALK_GROUP_FOREIGN', '这个群不属于机器人所在的组织')],
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
  const banned = bannedSchema.safeParse(json).data
  if (banned !== undefined) {
    const hint = '服务器的出口 IP 调用过多,被钉钉暂停几分钟'
    return retry(Math.max(1, banned.wait) * 60_000, 'DINGTALK_IP_BANNED', hint)
  }
  const { code, message = '' } = errorSchema.safeParse(json).data ?? {}
  // Whatever stands in front of the API may answer 200 to what the body calls an error.
  if (status >= 200 && status < 300 && (code === undefined || message === '')) return null
  if (status === 401 || (code !== undefined && TOKEN_REFUSED.has(code.toLowerCase()))) return 'token-refused'
  if (code === 'todo.taskCreate.paramError' && /task exist/i.test(message)) {
    return failed('DINGTALK_TODO_EXISTS', '这条待办已经添加过')
  }
  const treatment = code === undefined ? undefined : TREATMENTS.get(code.toLowerCase())
  if (treatment !== undefined) return treatment
  if (status === 429) return tooFast(60_000)
  if (status >= 500 || code === undefined) return unreadable(status)
  return failed('DINGTALK_REFUSED', `钉钉拒绝了请求:${code.slice(0, 80)},请按官方错误码表处理`)
}

/** An answer that is none of the platform's (a proxy, a maintenance page, half an answer): it may have sent or not. */
export const unreadable = (status: number): Refused =>
  uncertain('DINGTALK_ANSWER_UNREADABLE', `钉钉的应答无法识别(HTTP ${status}),可能被代理拦截;无法确认是否送达`)
