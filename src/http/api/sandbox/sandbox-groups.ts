import type { Member } from '../../../domain/message.ts'
import type { Transcript } from '../../../domain/transcript.ts'

/** A group of the sandbox before anybody has said anything in it. */
export interface SandboxGroup {
  groupId: string
  name: string
  members: readonly Member[]
}

/** The tenant of the sandbox: its data never mixes with a real organisation's. */
export const SANDBOX_TENANT = 'sandbox'
export const SANDBOX_CHANNEL = 'demo'

/** The group that a visitor types in: a leader and three members. */
export const TRY_OUT_GROUP: SandboxGroup = {
  groupId: 'sandbox',
  name: '清群体验群',
  members: [
    { memberId: 'chen', name: '陈主任', role: 'leader' },
    { memberId: 'limei', name: '东河村-李梅', role: 'member' },
    { memberId: 'wangqiang', name: '西河村-王强', role: 'member' },
    { memberId: 'zhaomin', name: '综合办-赵敏', role: 'member' },
  ],
}

/** The private chat with the bot of somebody of a group: the sandbox's people are not the same person in two groups. */
export const privateChatOf = (groupId: string, memberId: string): string =>
  `single:${groupId}:${memberId}`.slice(0, 256)

/** The groups of the sandbox: the one to type in, and one for each transcript that can be replayed. */
export const sandboxGroups = (transcripts: ReadonlyMap<string, Transcript>): SandboxGroup[] => [
  TRY_OUT_GROUP,
  ...[...transcripts].map(([id, { group, members }]) => ({
    groupId: `sandbox-${id}`,
    name: group,
    members: members.map((member) => ({ memberId: member.id, name: member.name, role: member.role })),
  })),
]
