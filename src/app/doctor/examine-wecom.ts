import { createHttpClient, type Fetch, type HttpClient } from '../../adapters/http-client.ts'
import { WECOM_BASE_URL } from '../../adapters/wecom/constants.ts'
import { readAnswer, refusedBy } from '../../adapters/wecom/errcode.ts'
import type { Env } from '../../env.ts'
import { type Finding, refusedFinding, right, unknown, wrong } from './finding.ts'

const BASE = 'WECOM_API_BASE'

/** Codes that a robot's address itself is refused with (page 99110, 2025-08). */
const KEY_REFUSED = new Set([93000, 93004, 93008])

/** The token first, then something that only a trusted address may ask (pages 91039 and 90227, 2026). */
async function examineApp(call: HttpClient, base: string, app: { id: string; secret: string; agentId: number }) {
  const what = '企业微信自建应用'
  const query = new URLSearchParams({ corpid: app.id, corpsecret: app.secret })
  const token = readAnswer(await call({ method: 'GET', url: `${base}/cgi-bin/gettoken?${query}` }))
  if ('refused' in token) return [refusedFinding(what, token.refused, BASE)]
  if (token.answer.errcode !== 0) return [refusedFinding(what, refusedBy(token.answer), BASE)]
  const found = [right(`${what}: 企业 ID 和 Secret 正确`)]

  const asked = new URLSearchParams({ access_token: String(token.answer.access_token), agentid: String(app.agentId) })
  const agent = readAnswer(await call({ method: 'GET', url: `${base}/cgi-bin/agent/get?${asked}` }))
  const named = `${what}(AgentId ${app.agentId})`
  if ('refused' in agent) return [...found, refusedFinding(named, agent.refused, BASE)]
  const { errcode, close } = agent.answer
  if (errcode !== 0) return [...found, refusedFinding(named, refusedBy(agent.answer), BASE)]
  if (close === 1) return [...found, wrong(`${named}: 应用已停用,请在企业微信后台启用`)]
  return [...found, right(`${named}: AgentId 正确,本机出口 IP 可信`)]
}

/** A request without a message: a bad key is refused as a key, a good one for the message that is lacking. */
async function examineWebhook(call: HttpClient, base: string, groupId: string, key: string): Promise<Finding> {
  const what = `企业微信群机器人(群 ${groupId})`
  const url = `${base}/cgi-bin/webhook/send?key=${encodeURIComponent(key)}`
  const read = readAnswer(await call({ method: 'POST', url, json: {} }))
  if ('refused' in read) return refusedFinding(what, read.refused, BASE)
  const { errcode } = read.answer
  if (KEY_REFUSED.has(errcode) || errcode === -1 || errcode === 45009)
    return refusedFinding(what, refusedBy(read.answer), BASE)
  return right(`${what}: 平台认得这个 key;没有发送消息`)
}

/** What is configured of WeCom, against its servers. Nothing is sent to anybody. */
export async function examineWecom(env: Env, fetch: Fetch): Promise<Finding[]> {
  const call = createHttpClient({ fetch })
  const base = env.WECOM_API_BASE ?? WECOM_BASE_URL
  const found: Finding[] = []
  if (env.WECOM_BOT_TOKEN !== undefined)
    found.push(
      right('企业微信智能机器人: Token 和 EncodingAESKey 的格式正确'),
      unknown(
        '企业微信智能机器人: 它们与后台是否一致,这里查不了;请在后台保存回调地址 /callbacks/wecom/main,保存成功就是一致',
      ),
    )
  const { WECOM_CORP_ID: id, WECOM_APP_SECRET: secret, WECOM_AGENT_ID: agentId } = env
  if (id !== undefined && secret !== undefined && agentId !== undefined)
    found.push(...(await examineApp(call, base, { id, secret, agentId })))
  for (const [groupId, key] of Object.entries(env.WECOM_WEBHOOKS ?? {}))
    found.push(await examineWebhook(call, base, groupId, key))
  return found
}
