import { z } from 'zod'
import { CodedError } from '../../domain/errors.ts'
import type { HttpClient, Refused } from '../http-client.ts'

/** Seconds, all of them the platform's wishes. */
export const clientConfigSchema = z.looseObject({
  PingInterval: z.number().min(1).max(600).catch(120),
  ReconnectInterval: z.number().min(1).max(600).catch(120),
})
export type ClientConfig = z.output<typeof clientConfigSchema>

export interface Endpoint {
  url: string
  service: number
  config: ClientConfig
}

const answerSchema = z.looseObject({
  code: z.number().int(),
  data: z
    .looseObject({ URL: z.string().min(1), ClientConfig: clientConfigSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

const busy = (code: string, hint: string): { refused: Refused } => ({ refused: { status: 'retry', code, hint } })

/**
 * Asks where to connect: POST /callback/ws/endpoint (SDK). Throws CodedError for what no further attempt can mend: wrong
 * credentials, an app without long connection.
 */
export async function askEndpoint(
  call: HttpClient,
  { baseUrl, appId, appSecret }: { baseUrl: string; appId: string; appSecret: string },
): Promise<Endpoint | { refused: Refused }> {
  const url = `${baseUrl}/callback/ws/endpoint`
  const outcome = await call({
    method: 'POST',
    url,
    headers: { locale: 'zh' },
    json: { AppID: appId, AppSecret: appSecret },
  })
  if ('refused' in outcome) return outcome
  const parsed = answerSchema.safeParse(outcome.json)
  if (!parsed.success)
    return busy('FEISHU_ANSWER_UNREADABLE', `飞书的应答无法识别(HTTP ${outcome.status}),可能被代理拦截;稍后再试`)
  const { code, data } = parsed.data
  if (code === 514)
    throw new CodedError('FEISHU_CREDENTIALS_INVALID', '飞书不接受应用的凭证', {
      hint: 'App ID 或 App Secret 不正确,请从飞书开放平台复制',
    })
  if (code === 403)
    throw new CodedError('FEISHU_CONNECTION_FORBIDDEN', '飞书不允许这个应用建立长连接', {
      hint: '请在飞书开放平台「事件与回调」选择「使用长连接接收事件」并发布版本;只有企业自建应用可用',
    })
  if (code === 1000040350)
    return busy('FEISHU_TOO_MANY_CONNECTIONS', '这个应用的长连接已达 50 个,请停掉多余的;程序会自己再试')
  if (code !== 0) return busy(`FEISHU_${code}`, '飞书暂时不能给出长连接地址,程序会自己再试')
  const target = data === undefined ? null : URL.parse(data.URL)
  // Events come in the clear over the socket: it is encrypted wherever the API is.
  if (target === null || (target.protocol !== 'wss:' && !(target.protocol === 'ws:' && baseUrl.startsWith('http:'))))
    return busy('FEISHU_ENDPOINT_INVALID', '飞书给出的长连接地址无效,程序会自己再试')
  return {
    url: target.href,
    service: Number(target.searchParams.get('service_id') ?? 0) || 0,
    config: data?.ClientConfig ?? clientConfigSchema.parse({}),
  }
}
