import { createHttpClient, type Fetch, type HttpClient } from '../../adapters/http-client.ts'
import { WECOM_BASE_URL } from '../../adapters/wecom/constants.ts'
import { readAnswer, refusedBy } from '../../adapters/wecom/errcode.ts'
import type { Env } from '../../env.ts'
import { examineWecomBot } from './examine-wecom-bot.ts'
import { type Finding, refusedFinding, right, wrong } from './finding.ts'

const BASE = 'WECOM_API_BASE'

/** Codes that a robot's address itself is refused with (page 99110, 2025-08). */
const KEY_REFUSED = new Set([93000, 93004, 93008])

interface App {
  id: string
  secret: string
  agentId: number
  /** Group id → the `chatid` of a chat that the app created. */
  chats: Readonly<Record<string, string>>
}

/**
 * The token first, then something that only a trusted address may ask, then the chats of the app (pages 91039 and
 * 90227, 2026; 获取群聊会话 beside page 90248).
 */
async function examineApp(call: HttpClient, base: string, app: App): Promise<Finding[]> {
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
  found.push(right(`${named}: AgentId 正确,本机出口 IP 可信`))
  for (const [groupId, chatid] of Object.entries(app.chats)) {
    const query = new URLSearchParams({ access_token: String(token.answer.access_token), chatid })
    const chat = readAnswer(await call({ method: 'GET', url: `${base}/cgi-bin/appchat/get?${query}` }))
    const what = `企业微信应用群聊(群 ${groupId})`
    if ('refused' in chat) found.push(refusedFinding(what, chat.refused, BASE))
    else if (chat.answer.errcode !== 0) found.push(refusedFinding(what, refusedBy(chat.answer), BASE))
    else found.push(right(`${what}: 是本应用建的群;没有发送消息`))
  }
  return found
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
  const found: Finding[] = await examineWecomBot(env, fetch)
  const { WECOM_CORP_ID: id, WECOM_APP_SECRET: secret, WECOM_AGENT_ID: agentId } = env
  if (id !== undefined && secret !== undefined && agentId !== undefined)
    found.push(...(await examineApp(call, base, { id, secret, agentId, chats: env.WECOM_APPCHATS ?? {} })))
  for (const [groupId, key] of Object.entries(env.WECOM_WEBHOOKS ?? {}))
    found.push(await examineWebhook(call, base, groupId, key))
  return found
}
