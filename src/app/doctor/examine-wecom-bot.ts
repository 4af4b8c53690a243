import type { Fetch } from '../../adapters/http-client.ts'
import { LONG_CONNECTION_URL } from '../../adapters/wecom/constants.ts'
import type { Env } from '../../env.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'
import { reach } from './reach.ts'

const CALLBACK = '企业微信智能机器人'
const SOCKET = '企业微信智能机器人长连接'
const APP_CALLBACK = '企业微信自建应用的回调'

/** Bot ID and Secret are plain words without spaces; anything else came along when they were copied. */
const isPlain = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** Its form and its address alone: subscribing would end the connection of a server that runs (page 101463, 2026). */
async function examineSocket(env: Env, fetch: Fetch): Promise<Finding[]> {
  const { WECOM_BOT_ID: id, WECOM_BOT_SECRET: secret, WECOM_BOT_SOCKET_URL: url = LONG_CONNECTION_URL } = env
  if (id === undefined || secret === undefined) return []
  const found = Object.entries({ WECOM_BOT_ID: id, WECOM_BOT_SECRET: secret })
    .filter(([, value]) => !isPlain(value))
    .map(([name]) => wrong(`${SOCKET}: ${name} 里有空格或中文,请从企业微信后台重新复制`))
  const reached = await reach(fetch, url.replace(/^ws/, 'http'))
  const host = new URL(url).host
  found.push(
    'fault' in reached
      ? wrong(`${SOCKET}: 连不上 ${host}(${reached.fault}),请放行到它的出网,并检查代理`)
      : right(`${SOCKET}: 连得上 ${host}`),
    unknown(
      `${SOCKET}: Bot ID 和 Secret 要真的登录才能验证,而登录会把正在用的连接挤下线,这里不登录;启动后看 qingqun_listening{channel="wecom:main"} 是不是 1`,
    ),
  )
  return found
}

/** The ways in of WeCom that answer mentions and private commands. */
export async function examineWecomBot(env: Env, fetch: Fetch): Promise<Finding[]> {
  const found: Finding[] = []
  const check = (what: string, path: string) =>
    unknown(`${what}: 它们与后台是否一致,这里查不了;请在后台保存回调地址 ${path},保存成功就是一致`)
  if (env.WECOM_BOT_TOKEN !== undefined)
    found.push(right(`${CALLBACK}: Token 和 EncodingAESKey 的格式正确`), check(CALLBACK, '/callbacks/wecom/main'))
  if (env.WECOM_APP_TOKEN !== undefined)
    found.push(
      right(`${APP_CALLBACK}: Token 和 EncodingAESKey 的格式正确`),
      check(APP_CALLBACK, '/callbacks/wecom/app'),
    )
  return [...found, ...(await examineSocket(env, fetch))]
}
