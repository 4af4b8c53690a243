import type { Audience } from '../../src/domain/outbound.ts'

const GROUP: Audience = { kind: 'group' }
const member = (memberId: string): Audience => ({ kind: 'member', memberId })

/** Somebody to speak to by one way out, and how much there is to say: more than the platform takes at once. */
export interface Destination {
  way: string
  adapter: string
  groupId: string
  audience: Audience
  words: number
  /** The platform drops a repetition, so that what may have arrived is said again. */
  repeatable: boolean
}

const to = (
  way: string,
  groupId: string,
  words: number,
  { audience = GROUP, repeatable = false }: { audience?: Audience; repeatable?: boolean } = {},
): Destination => ({ way, adapter: way.split('-')[0] ?? '', groupId, audience, words, repeatable })

/** Every way out, each with somebody whom no other rung of its ladder reaches first. */
export const DESTINATIONS: readonly Destination[] = [
  to('wecom-webhook', 'wrHook', 26),
  to('wecom-appchat', 'wrChat', 12),
  to('wecom-appchat2', 'wrChat2', 12),
  to('wecom-bot', 'wrBot', 34),
  to('wecom-app', 'wrHook', 34, { audience: member('limei'), repeatable: true }),
  to('dingtalk-session', 'cidsession', 26),
  to('dingtalk-webhook', 'cidhook', 26, { repeatable: true }),
  to('dingtalk-group', 'cidgroup1', 24),
  to('dingtalk-private', 'cidgroup1', 24, { audience: member('staff-1') }),
  to('feishu-webhook', 'oc_hook', 12),
  to('feishu-group', 'oc_app', 12, { repeatable: true }),
  to('feishu-private', 'oc_app', 12, { audience: member('ou_zhang'), repeatable: true }),
  to('bridge', 'b1', 8, { repeatable: true }),
]

export const WEBHOOK_KEY = 'webhook-key-0001'
export const ROBOT = { token: 'a'.repeat(32), secret: `SEC${'b'.repeat(32)}` } as const
export const HOOK = 'feishu-hook-0001'

/** The environment that opens all of them, given where the platforms are. */
export const variablesFor = (at: {
  wecom: string
  socket: string
  dingtalk: string
  feishu: string
  bridge: string
}): Record<string, string> => ({
  WECOM_API_BASE: at.wecom,
  WECOM_WEBHOOKS: JSON.stringify({ wrHook: WEBHOOK_KEY }),
  WECOM_CORP_ID: 'wwcorp',
  WECOM_APP_SECRET: 'app-secret',
  WECOM_AGENT_ID: '1000002',
  WECOM_APPCHATS: JSON.stringify({ wrChat: 'chat-0001', wrChat2: 'chat-0002' }),
  WECOM_BOT_ID: 'AIB1',
  WECOM_BOT_SECRET: 'bot-secret',
  WECOM_BOT_SOCKET_URL: at.socket,
  DINGTALK_APP_KEY: 'ding-key',
  DINGTALK_APP_SECRET: 'ding-secret',
  DINGTALK_ROBOT_CODE: 'ding1fdabddc',
  DINGTALK_API_BASE: at.dingtalk,
  DINGTALK_OAPI_BASE: at.dingtalk,
  DINGTALK_SESSION_ORIGINS: at.dingtalk,
  DINGTALK_WEBHOOKS: JSON.stringify({ cidhook: `${ROBOT.token},${ROBOT.secret}` }),
  FEISHU_APP_ID: 'cli_0123456789abcdef',
  FEISHU_APP_SECRET: 'app-secret',
  FEISHU_API_BASE: at.feishu,
  FEISHU_WEBHOOKS: JSON.stringify({ oc_hook: HOOK }),
  BRIDGE_SECRETS: 'the-secret-of-the-outage-tests',
  BRIDGE_URL: `${at.bridge}/words`,
})
