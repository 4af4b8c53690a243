import type { Channel, Listener, WebhookAdapter } from '../adapters/adapter.ts'
import { createSandbox } from '../adapters/sandbox/sandbox.ts'
import { createSandboxChannel } from '../adapters/sandbox/sandbox-channel.ts'
import { SIMULATED_CHANNEL } from '../domain/outbound.ts'
import { SANDBOX_CHANNEL, SANDBOX_TENANT } from '../http/api/sandbox/sandbox-groups.ts'
import type { Route } from '../outbox/route.ts'
import { bridgeWays } from './ways/bridge.ts'
import { dingtalkWays } from './ways/dingtalk.ts'
import { feishuWays } from './ways/feishu.ts'
import type { Way, WaysOptions } from './ways/way.ts'
import { wecomWays } from './ways/wecom.ts'

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

const sandbox = ({ now, sandboxSecret }: WaysOptions): Way => ({
  adapters: [createSandbox({ tenantId: SANDBOX_TENANT, channelId: SANDBOX_CHANNEL, secret: sandboxSecret, now })],
  listeners: [],
  served: [{ adapter: 'sandbox', channel: createSandboxChannel(SANDBOX_CHANNEL) }],
})

const simulatedChannel: Channel = {
  name: SIMULATED_CHANNEL,
  maxBytes: 20_480,
  reaches: () => true,
  send: async () => ({ status: 'sent', receipt: null }),
}

/** Sets up the adapters and channels that the environment configures; the sandbox only where no real one is, or on demand. */
export function openWays(options: WaysOptions): Ways {
  const real = [wecomWays(options), dingtalkWays(options), feishuWays(options), bridgeWays(options)]
  const isReal = real.some(({ adapters, listeners, served }) => adapters.length + listeners.length + served.length > 0)
  const sandboxOpen = options.env.SANDBOX === 'on' || (options.env.SANDBOX === 'auto' && !isReal)
  const all = sandboxOpen ? [...real, sandbox(options)] : real
  const served = all.flatMap((way) => way.served)
  const route: Route = (group, audience) =>
    served.find(
      ({ adapter, channel }) => adapter === group.adapter && channel.reaches({ groupId: group.groupId, audience }),
    )?.channel.name ?? null
  return {
    adapters: all.flatMap((way) => way.adapters),
    listeners: all.flatMap((way) => way.listeners),
    channels: new Map(
      [...served.map(({ channel }) => channel), simulatedChannel].map((channel) => [channel.name, channel]),
    ),
    route,
    simulated: (group, audience) => (route(group, audience) === null ? null : SIMULATED_CHANNEL),
    sandboxOpen,
  }
}
