import { createFeishuApi } from '../../adapters/feishu/api.ts'
import { FEISHU_BASE_URL } from '../../adapters/feishu/constants.ts'
import { askEndpoint } from '../../adapters/feishu/endpoint.ts'
import { createHttpClient, type Fetch } from '../../adapters/http-client.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/message.ts'
import type { Env } from '../../env.ts'
import { type Finding, refusedFinding, right, unknown, wrong } from './finding.ts'

const BASE = 'FEISHU_API_BASE'

/** Asks where to connect, and does not connect: each event would go to one of the connections. */
async function examineConnection(fetch: Fetch, app: { appId: string; appSecret: string }, baseUrl = FEISHU_BASE_URL) {
  const what = '飞书长连接'
  try {
    const answer = await askEndpoint(createHttpClient({ fetch }), { baseUrl, ...app })
    if ('refused' in answer) return refusedFinding(what, answer.refused, BASE)
    return right(`${what}: 平台给出了连接地址 ${new URL(answer.url).host};没有连接`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return wrong(`${what}: ${error.message};${error.hint}`)
  }
}

/** What is configured of Feishu, against its servers: who the bot is (bot-v3). Nothing is sent to anybody. */
export async function examineFeishu(env: Env, fetch: Fetch, now: Clock): Promise<Finding[]> {
  const { FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_API_BASE: baseUrl } = env
  const found: Finding[] = Object.keys(env.FEISHU_WEBHOOKS ?? {}).map((groupId) =>
    unknown(`飞书群机器人(群 ${groupId}): 地址和签名要发一条消息才能验证,这里不发`),
  )
  if (appId === undefined || appSecret === undefined) return found
  const api = createFeishuApi({ appId, appSecret, fetch, now, ...(baseUrl ? { baseUrl } : {}) })
  const answer = await api({ method: 'GET', path: '/bot/v3/info' })
  if ('refused' in answer) return [refusedFinding('飞书应用', answer.refused, BASE), ...found]
  return [
    ...(env.FEISHU_CONNECTION === 'on' ? [await examineConnection(fetch, { appId, appSecret }, baseUrl)] : []),
    right('飞书应用: App ID 和 App Secret 正确,机器人能力已启用'),
    unknown(
      '飞书应用: 能否听到全部群消息取决于 im:message.group_msg 权限,这里查不了;请在群里说一句不 @ 机器人的话试试',
    ),
    ...found,
  ]
}
