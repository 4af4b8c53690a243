import type { Env } from '../../env.ts'
import { type Finding, unknown } from './finding.ts'

/** What can be seen of a way only once the server runs, by the variable that configures it. */
const ONLY_LIVE: readonly (readonly [keyof Env, string])[] = [
  ['WECOM_BOT_ID', '企业微信智能机器人长连接'],
  ['WECOM_APP_TOKEN', '企业微信自建应用的回调'],
  ['WECOM_APPCHATS', '企业微信应用群聊'],
  ['WECOM_ARCHIVE_SECRET', '企业微信会话内容存档'],
  ['DINGTALK_DWS', '钉钉 dws'],
  ['DINGTALK_WEBHOOKS', '钉钉自定义机器人'],
  ['BRIDGE_SECRETS', '桥接接口'],
]

/** Names what is configured and cannot be examined from outside, so that silence is never taken for health. */
export const unexamined = (env: Env): Finding[] =>
  ONLY_LIVE.filter(([name]) => env[name] !== undefined).map(([, what]) =>
    unknown(`${what}: 已配置,这里查不了;请启动后看 /metrics 的 qingqun_listening 和日志,或在群里 @机器人 帮助`),
  )
