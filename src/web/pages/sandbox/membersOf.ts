import type { Group, GroupMember, GroupState } from './types.ts'

/** The people of a group, leaders first: those the server knows, and those who were heard in it. */
export function membersOf(groupId: string, state: GroupState | null, groups: readonly Group[]): GroupMember[] {
  const known = groups.find((group) => group.groupId === groupId)?.members ?? []
  const heard = state?.messages.map((message) => message.sender) ?? []
  const byId = new Map<string, GroupMember>()
  for (const member of [...(state?.group.members ?? []), ...known, ...heard]) {
    if (!byId.has(member.memberId)) byId.set(member.memberId, member)
  }
  const rank = (member: GroupMember) => (member.role === 'leader' ? 0 : 1)
  return [...byId.values()].sort((a, b) => rank(a) - rank(b))
}
