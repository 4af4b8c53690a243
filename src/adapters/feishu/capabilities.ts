import type { Capabilities } from '../adapter.ts'
import { capabilitiesOf } from '../capabilities.ts'

/** `all` with the scope im:message.group_msg, which an admin of the organisation grants; `mentions` without it. */
export type Hears = Capabilities['hears']

/** What a Feishu app can hear and do; recalling what others said needs the bot to be owner or admin of the group. */
export const feishuCapabilities = (hears: Hears): Capabilities =>
  capabilitiesOf(hears, { privateMessage: true, groupPost: true, mention: true, card: true, recallOwn: true })
