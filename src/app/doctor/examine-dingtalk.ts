import { DINGTALK_BASE_URL } from '../../adapters/dingtalk/constants.ts'
import { refusedBy } from '../../adapters/dingtalk/error-code.ts'
import { openGateway, ROBOT_TOPIC } from '../../adapters/dingtalk/stream-gateway.ts'
import { readWebhookRobot } from '../../adapters/dingtalk/webhook-channel.ts'
import { createHttpClient, type Fetch, type HttpClient } from '../../adapters/http-client.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Env } from '../../env.ts'
import { type Finding, refusedFinding, right, unknown, wrong } from './finding.ts'

const BASE = 'DINGTALK_API_BASE'
const WHAT = '钉钉应用'

/** The form alone: the platform answers nothing but a message, and that would be said in the group. */
function examineWebhook(groupId: string, configured: string): Finding {
  const what = `钉钉自定义机器人(群 ${groupId})`
  try {
    const { secret } = readWebhookRobot(configured)
    const safety = secret === undefined ? '没有加签密钥,安全设置里要有关键词或 IP 段才发得出去' : '带加签密钥'
    return unknown(`${what}: 格式正确,${safety};对不对要发一条消息才能验证,这里不发`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return wrong(`${what}: ${error.message};${error.hint}`)
  }
}

/** Asks the Stream gateway where to connect, and does not connect: nobody's connection is touched. */
async function examineStream(call: HttpClient, baseUrl: string, app: { appKey: string; appSecret: string }) {
  const opened = await openGateway(call, { baseUrl, ...app, topics: [ROBOT_TOPIC] })
  if ('code' in opened) return wrong(`钉钉 Stream: ${opened.hint}`)
  return right(`钉钉 Stream: 网关给出了连接地址 ${new URL(opened.url).host};没有连接`)
}

/** What is configured of DingTalk, against its servers (API/0033). Nothing is sent to anybody. */
export async function examineDingtalk(env: Env, fetch: Fetch): Promise<Finding[]> {
  const { DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret } = env
  const webhooks = Object.entries(env.DINGTALK_WEBHOOKS ?? {}).map(([id, robot]) => examineWebhook(id, robot))
  if (appKey === undefined || appSecret === undefined) return webhooks
  return [...(await examineApp(env, fetch, { appKey, appSecret })), ...webhooks]
}

async function examineApp(env: Env, fetch: Fetch, app: { appKey: string; appSecret: string }): Promise<Finding[]> {
  const call = createHttpClient({ fetch })
  const base = env.DINGTALK_API_BASE ?? DINGTALK_BASE_URL
  const url = `${base}/v1.0/oauth2/accessToken`
  const outcome = await call({ method: 'POST', url, json: app })
  const refused = refusedBy(outcome)
  if (refused === 'token-refused') return [wrong(`${WHAT}: AppKey 或 AppSecret 不正确,请从钉钉开放平台复制`)]
  if (refused !== null) return [refusedFinding(WHAT, refused, BASE)]
  const json = 'json' in outcome ? outcome.json : undefined
  if (typeof json !== 'object' || json === null || !('accessToken' in json))
    return [wrong(`${WHAT}: 应答不是平台给的,可能被代理或登录页拦截,请核对代理和 ${BASE}`)]
  return [
    right(`${WHAT}: AppKey 和 AppSecret 正确`),
    unknown(`${WHAT}: robotCode 和单聊权限要发一条消息才能验证,这里不发;请跟机器人说「帮助」,看它是否回答`),
    ...(env.DINGTALK_STREAM === 'on' ? [await examineStream(call, base, app)] : []),
  ]
}
