import { createBridge } from '../../adapters/bridge/bridge.ts'
import { createBridgeChannel } from '../../adapters/bridge/bridge-channel.ts'
import { DEFAULT_TENANT, MAIN, type Way, type WaysOptions } from './way.ts'

/** The signed bridge for other frameworks, where the environment configures one. */
export function bridgeWays({ env, now, fetch }: WaysOptions): Way {
  const { BRIDGE_SECRETS: secrets, BRIDGE_URL: url } = env
  if (secrets === undefined) return { adapters: [], listeners: [], served: [] }
  const adapter = createBridge({ tenantId: DEFAULT_TENANT, channelId: MAIN, secrets, speaks: url !== undefined, now })
  const channels = url === undefined ? [] : [createBridgeChannel({ channelId: MAIN, url, secrets, fetch, now })]
  return { adapters: [adapter], listeners: [], served: channels.map((channel) => ({ adapter: 'bridge', channel })) }
}
