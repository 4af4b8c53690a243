import { z } from 'zod'
import type { SendResult } from '../../domain/outbound.ts'
import type { HttpOutcome } from '../http-client.ts'

/** Every answer of the server API; HTTP status is 200 even for errors, and `errmsg` is not stable (page 90236). */
export const answerSchema = z.looseObject({ errcode: z.number().int(), errmsg: z.string().catch('') })
export type WecomAnswer = z.output<typeof answerSchema>

interface Treatment {
  retryAfterMs?: number
  hint: string
}

/** Official error code page, 2026; those of group robots from page 99110 (2025-08). Anything else fails for good. */
const TREATMENTS: Readonly<Record<number, Treatment>> = {
  [-1]: { retryAfterMs: 5_000, hint: '企业微信系统繁忙,稍后再试' },
  45009: { retryAfterMs: 60_000, hint: '发送太频繁,等下一分钟再试' },
  45033: { retryAfterMs: 10_000, hint: '并发调用过多,稍后再试' },
  40001: { hint: '应用的 Secret 不正确,请在企业微信后台重新复制' },
  40008: { hint: '消息类型不被接受,请把这条记录反馈给开发者' },
  40013: { hint: '企业 ID(corpid)不正确,请在企业微信后台核对' },
  40056: { hint: 'agentid 不正确,请在企业微信后台核对' },
  40058: { hint: '参数不被接受(可能过长),请把这条记录反馈给开发者' },
  44004: { hint: '消息内容为空' },
  48002: { hint: '应用没有调用该接口的权限,请管理员在企业微信后台开通' },
  60011: { hint: '应用没有权限:请把收件人加入应用的可见范围' },
  60111: { hint: '收件人不存在,请核对成员账号' },
  81013: { hint: '收件人都无效:请核对成员账号和应用的可见范围' },
  82001: { hint: '收件人为空或不合法,请核对成员账号' },
  86003: { hint: '应用群聊不存在或不是本应用创建的,请核对 chatid' },
  93000: { hint: '群机器人地址无效或机器人已被移出,请在群里重新添加并更新 key' },
  93004: { hint: '群机器人已停用,请在群里启用' },
  93008: { hint: '群机器人不在群里,请重新添加并更新 key' },
  // Long connection of a 智能机器人: page 101463 and the official plugin, 2026; 846609 as practice reports it.
  93006: { hint: '会话不存在,或其中还没有人跟机器人说过话:请先在那个会话里 @ 机器人说一句' },
  846605: { hint: '回复所对应的消息已不被认可,请把这条记录反馈给开发者' },
  846608: { hint: '这条消息的回复时限已过' },
  846609: { retryAfterMs: 10_000, hint: '长连接还没有完成订阅,稍后再试' },
  853000: { hint: '机器人的 Bot ID 或 Secret 不正确,请从企业微信后台的智能机器人页面重新复制' },
}

/** The platform's answer, or `uncertain` where there is none that can be understood: it may have sent or not. */
export function readAnswer(
  outcome: HttpOutcome,
): { answer: WecomAnswer } | { refused: Exclude<SendResult, { status: 'sent' }> } {
  if ('refused' in outcome) return outcome
  const parsed = answerSchema.safeParse(outcome.json)
  if (parsed.success) return { answer: parsed.data }
  const hint = `企业微信的应答无法识别(HTTP ${outcome.status}),可能被代理拦截;无法确认是否送达`
  return { refused: { status: 'uncertain', code: 'WECOM_ANSWER_UNREADABLE', hint } }
}

/** What an error code other than 0 means for the message. */
export function refusedBy({ errcode, errmsg }: WecomAnswer): Exclude<SendResult, { status: 'sent' }> {
  const code = errcode === -1 ? 'WECOM_BUSY' : `WECOM_${errcode}`
  if (errcode === 60020) return { status: 'failed', code, hint: trustedIpHint(errmsg) }
  const treatment = TREATMENTS[errcode]
  if (treatment === undefined)
    return { status: 'failed', code, hint: `企业微信返回错误码 ${errcode},请按官方错误码表处理` }
  if (treatment.retryAfterMs === undefined) return { status: 'failed', code, hint: treatment.hint }
  return { status: 'retry', code, hint: treatment.hint, afterMs: treatment.retryAfterMs }
}

/** Codes that say that the form of a message is amiss. */
const OF_THE_FORM: ReadonlySet<string> = new Set(['WECOM_40008', 'WECOM_40058'])

/**
 * True where the platform took neither app nor recipient amiss but maybe the form of the message, which another form
 * may do without: private deployments know fewer.
 */
export function mayBeTheForm({ status, code }: SendResult & { code?: string }): boolean {
  const errcode = /^WECOM_(\d+)$/.exec(code ?? '')?.[1]
  if (status !== 'failed' || code === undefined || errcode === undefined || errcode === '60020') return false
  return OF_THE_FORM.has(code) || TREATMENTS[Number(errcode)] === undefined
}

/** 60020 names the caller's address in `errmsg`, which is what the admin has to enter. */
function trustedIpHint(errmsg: string): string {
  const address = /\b\d{1,3}(?:\.\d{1,3}){3}\b/.exec(errmsg)?.[0]
  return `服务器出口 IP${address === undefined ? '' : ` ${address}`} 不在应用的「企业可信IP」中,请管理员在企业微信后台添加`
}
