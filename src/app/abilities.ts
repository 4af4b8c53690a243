import type { Capabilities } from '../adapters/adapter.ts'
import { capabilitiesOf } from '../adapters/capabilities.ts'
import { type Degradation, degradations } from '../adapters/degradations.ts'
import type { Audience } from '../domain/outbound.ts'
import { DEFAULT_TENANT } from './ways/way.ts'
import type { Ways } from './ways.ts'

/** What a deployment can do on one platform, all of its ways in and out together. */
export interface Abilities {
  platform: Platform
  can: Capabilities
  /** False where only ways out are configured. */
  hearsAnything: boolean
  /** True where it may speak in any group it hears; false where only in those whose robot is configured. */
  speaksAnywhere: boolean
  /** What it cannot do, and what it does instead. */
  degradations: Degradation[]
}

const PLATFORMS = ['wecom', 'dingtalk', 'feishu', 'bridge'] as const
type Platform = (typeof PLATFORMS)[number]

/** A group and a member that no configuration names, with ids as the platform gives them. */
const PROBES: Readonly<Record<Platform, { groupId: string; memberId: string }>> = {
  wecom: { groupId: 'wrqingqunprobe', memberId: 'probe' },
  dingtalk: { groupId: 'cidqingqunprobe==', memberId: '1000000000' },
  feishu: { groupId: `oc_${'0'.repeat(32)}`, memberId: `ou_${'0'.repeat(32)}` },
  bridge: { groupId: 'probe', memberId: 'probe' },
}
const GROUP = { kind: 'group' } as const

const YES_OR_NO = ['mention', 'card', 'recallOwn', 'recallOthers', 'todo'] as const

/**
 * What is possible on each platform that is configured. What is heard, and what can be done with words, is what any way
 * in offers; whether words reach a group or a person is asked of the channels. `groups`: ids that the configuration names.
 */
export function abilitiesOf(
  ways: Pick<Ways, 'adapters' | 'listeners' | 'route'>,
  groups: readonly string[],
): Abilities[] {
  return PLATFORMS.flatMap((platform) => {
    const ins = [...ways.adapters, ...ways.listeners]
      .filter(({ adapter }) => adapter === platform || adapter.startsWith(`${platform}-`))
      .map(({ capabilities }) => capabilities)
    const probe = PROBES[platform]
    const reaches = (groupId: string, audience: Audience) =>
      ways.route({ tenantId: DEFAULT_TENANT, adapter: platform, groupId }, audience) !== null
    const speaksAnywhere = reaches(probe.groupId, GROUP)
    const groupPost = speaksAnywhere || groups.some((groupId) => reaches(groupId, GROUP))
    const privateMessage = reaches(probe.groupId, { kind: 'member', memberId: probe.memberId })
    if (ins.length === 0 && !groupPost && !privateMessage) return []
    const offered = Object.fromEntries(YES_OR_NO.map((name) => [name, ins.some((one) => one[name])]))
    const hears = ins.some((one) => one.hears === 'all') ? 'all' : 'mentions'
    const can = capabilitiesOf(hears, { ...offered, privateMessage, groupPost })
    const hearsAnything = ins.length > 0
    return [{ platform, can, hearsAnything, speaksAnywhere, degradations: degradations(can) }]
  })
}
