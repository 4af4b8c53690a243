import { z } from 'zod'
import type { HttpClient, Refused } from '../http-client.ts'
import { refusedBy } from './error-code.ts'

/** Robot messages. */
export const ROBOT_TOPIC = '/v1.0/im/bot/messages/get'
/** Pressed buttons of interactive cards. */
export const CARD_TOPIC = '/v1.0/card/instances/callback'

const openedSchema = z.object({ endpoint: z.url({ protocol: /^wss?$/ }), ticket: z.string().min(1) })

export type GatewayAnswer =
  | { url: string }
  /** `lasting`: asking again is of no use before somebody has changed something. */
  | { code: string; hint: string; lasting: boolean }

/** Asks the gateway for a connection that brings these topics and nothing else; the ticket is good for one (the official clients, 2026-07). Never throws. */
export async function openGateway(
  call: HttpClient,
  options: { baseUrl: string; appKey: string; appSecret: string; topics: readonly string[] },
): Promise<GatewayAnswer> {
  const { baseUrl, appKey, appSecret, topics } = options
  const outcome = await call({
    method: 'POST',
    url: `${baseUrl}/v1.0/gateway/connections/open`,
    json: {
      clientId: appKey,
      clientSecret: appSecret,
      ua: '',
      subscriptions: topics.map((topic) => ({ type: 'CALLBACK', topic })),
    },
  })
  const refused = refusedBy(outcome)
  // Nothing but the credentials goes out, so a refusal to know the caller can only mean them.
  if (refused === 'token-refused') return CREDENTIALS_REFUSED
  if (refused !== null) return { code: refused.code, hint: hintOf(refused), lasting: refused.status === 'failed' }
  const opened = openedSchema.safeParse('json' in outcome ? outcome.json : undefined).data
  if (opened === undefined || !isSafe(opened.endpoint, baseUrl)) {
    const hint = '钉钉网关的应答里没有可用的连接地址,可能被代理拦截;程序会自己再试'
    return { code: 'DINGTALK_GATEWAY_UNREADABLE', hint, lasting: false }
  }
  const url = new URL(opened.endpoint)
  url.searchParams.set('ticket', opened.ticket)
  return { url: url.href }
}

const CREDENTIALS_REFUSED = {
  code: 'DINGTALK_CREDENTIALS_INVALID',
  hint: 'AppKey 或 AppSecret 不正确,或应用没有发布,请在钉钉开放平台核对',
  lasting: true,
} as const

/** Nothing is said here, so no doubt remains whether something was. */
const hintOf = ({ status, hint }: Refused): string =>
  status === 'uncertain' ? '钉钉网关没有给出可用的应答,程序会自己再试' : hint

/** Without TLS only where the gateway itself is called without it, in a test or behind a proxy of one's own. */
const isSafe = (endpoint: string, baseUrl: string): boolean =>
  endpoint.startsWith('wss:') || baseUrl.startsWith('http:')
