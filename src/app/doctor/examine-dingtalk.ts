import { DINGTALK_BASE_URL } from '../../adapters/dingtalk/constants.ts'
import { refusedBy } from '../../adapters/dingtalk/error-code.ts'
import { createHttpClient, type Fetch } from '../../adapters/http-client.ts'
import type { Env } from '../../env.ts'
import { type Finding, refusedFinding, right, unknown, wrong } from './finding.ts'

const BASE = 'DINGTALK_API_BASE'
const WHAT = '钉钉应用'

/** What is configured of DingTalk, against its servers (API/0033). Nothing is sent to anybody. */
export async function examineDingtalk(env: Env, fetch: Fetch): Promise<Finding[]> {
  const { DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret } = env
  if (appKey === undefined || appSecret === undefined) return []
  const call = createHttpClient({ fetch })
  const url = `${env.DINGTALK_API_BASE ?? DINGTALK_BASE_URL}/v1.0/oauth2/accessToken`
  const outcome = await call({ method: 'POST', url, json: { appKey, appSecret } })
  const refused = refusedBy(outcome)
  if (refused === 'token-refused') return [wrong(`${WHAT}: AppKey 或 AppSecret 不正确,请从钉钉开放平台复制`)]
  if (refused !== null) return [refusedFinding(WHAT, refused, BASE)]
  const json = 'json' in outcome ? outcome.json : undefined
  if (typeof json !== 'object' || json === null || !('accessToken' in json))
    return [wrong(`${WHAT}: 应答不是平台给的,可能被代理或登录页拦截,请核对代理和 ${BASE}`)]
  return [
    right(`${WHAT}: AppKey 和 AppSecret 正确`),
    unknown(`${WHAT}: robotCode 和单聊权限要发一条消息才能验证,这里不发;请跟机器人说「帮助」,看它是否回答`),
  ]
}
