import type { Channel, Listener, WebhookAdapter } from '../adapters/adapter.ts'
import { createDingtalkPrivateChannel } from '../adapters/dingtalk/private-channel.ts'
import { createDingtalkRobot } from '../adapters/dingtalk/robot.ts'
import type { Fetch } from '../adapters/http-client.ts'
import { createSandbox } from '../adapters/sandbox/sandbox.ts'
import { createSandboxChannel } from '../adapters/sandbox/sandbox-channel.ts'
import { createWecomAppChannel } from '../adapters/wecom/app-channel.ts'
import { createWecomBot } from '../adapters/wecom/bot.ts'
import { createWecomWebhookChannel } from '../adapters/wecom/webhook-channel.ts'
import type { Clock } from '../domain/message.ts'
import { SIMULATED_CHANNEL } from '../domain/outbound.ts'
import type { Env } from '../env.ts'
import { SANDBOX_CHANNEL, SANDBOX_TENANT } from '../http/api/sandbox/sandbox-groups.ts'
import type { Route } from '../outbox/route.ts'

/** The tenant of a deployment that serves one organisation. */
export const DEFAULT_TENANT = 'default'
const MAIN = 'main'

/** All ways in and out of a deployment. */
export interface Ways {
  adapters: WebhookAdapter[]
  listeners: Listener[]
  channels: ReadonlyMap<string, Channel>
  /** The real way out to an audience. */
  route: Route
  /** The way that records and says nothing. */
  simulated: Route
  sandboxOpen: boolean
}

export interface WaysOptions {
  env: Env
  now: Clock
  fetch: Fetch
  random(bytes: number): Buffer
  sandboxSecret: string
  onQuota(notice: { channelId: string; errMsg: string }): void
}

/** What a channel serves: the groups that one adapter hears. */
type Served = { adapter: string; channel: Channel }

function wecom({ env, now, fetch, random }: WaysOptions): { adapters: WebhookAdapter[]; served: Served[] } {
  const adapters: WebhookAdapter[] = []
  const channels: Channel[] = []
  const common = { channelId: MAIN, fetch, now, ...(env.WECOM_API_BASE ? { baseUrl: env.WECOM_API_BASE } : {}) }
  if (env.WECOM_BOT_TOKEN !== undefined && env.WECOM_BOT_AES_KEY !== undefined)
    adapters.push(
      createWecomBot({
        tenantId: DEFAULT_TENANT,
        channelId: MAIN,
        token: env.WECOM_BOT_TOKEN,
        encodingAesKey: env.WECOM_BOT_AES_KEY,
        ...(env.WECOM_BOT_NAME ? { botName: env.WECOM_BOT_NAME } : {}),
        now,
        random,
      }),
    )
  if (env.WECOM_WEBHOOKS) channels.push(createWecomWebhookChannel({ ...common, keys: env.WECOM_WEBHOOKS }))
  if (env.WECOM_CORP_ID !== undefined && env.WECOM_APP_SECRET !== undefined && env.WECOM_AGENT_ID !== undefined)
    channels.push(
      createWecomAppChannel({
        ...common,
        corpId: env.WECOM_CORP_ID,
        corpSecret: env.WECOM_APP_SECRET,
        agentId: env.WECOM_AGENT_ID,
      }),
    )
  return { adapters, served: channels.map((channel) => ({ adapter: 'wecom', channel })) }
}

function dingtalk({ env, now, fetch, onQuota }: WaysOptions): { adapters: WebhookAdapter[]; served: Served[] } {
  const { DINGTALK_APP_KEY: appKey, DINGTALK_APP_SECRET: appSecret, DINGTALK_ROBOT_CODE: robotCode } = env
  if (appKey === undefined || appSecret === undefined || robotCode === undefined) return { adapters: [], served: [] }
  const credentials = { channelId: MAIN, appSecret, robotCode, now }
  const baseUrl = env.DINGTALK_API_BASE
  const channel = createDingtalkPrivateChannel({ ...credentials, appKey, fetch, ...(baseUrl ? { baseUrl } : {}) })
  return {
    adapters: [createDingtalkRobot({ ...credentials, tenantId: DEFAULT_TENANT, onQuota })],
    served: [{ adapter: 'dingtalk', channel }],
  }
}

function sandbox({ now, sandboxSecret }: WaysOptions): { adapters: WebhookAdapter[]; served: Served[] } {
  return {
    adapters: [createSandbox({ tenantId: SANDBOX_TENANT, channelId: SANDBOX_CHANNEL, secret: sandboxSecret, now })],
    served: [{ adapter: 'sandbox', channel: createSandboxChannel(SANDBOX_CHANNEL) }],
  }
}

const simulatedChannel: Channel = {
  name: SIMULATED_CHANNEL,
  maxBytes: 20_480,
  reaches: () => true,
  send: async () => ({ status: 'sent', receipt: null }),
}

/** Sets up the adapters and channels that the environment configures; the sandbox only where no real one is, or on demand. */
export function openWays(options: WaysOptions): Ways {
  const real = [wecom(options), dingtalk(options)]
  const isReal = real.some(({ adapters, served }) => adapters.length + served.length > 0)
  const sandboxOpen = options.env.SANDBOX === 'on' || (options.env.SANDBOX === 'auto' && !isReal)
  const all = sandboxOpen ? [...real, sandbox(options)] : real
  const served = all.flatMap((way) => way.served)
  const route: Route = (group, audience) =>
    served.find(
      ({ adapter, channel }) => adapter === group.adapter && channel.reaches({ groupId: group.groupId, audience }),
    )?.channel.name ?? null
  return {
    adapters: all.flatMap((way) => way.adapters),
    listeners: [],
    channels: new Map(
      [...served.map(({ channel }) => channel), simulatedChannel].map((channel) => [channel.name, channel]),
    ),
    route,
    simulated: (group, audience) => (route(group, audience) === null ? null : SIMULATED_CHANNEL),
    sandboxOpen,
  }
}
