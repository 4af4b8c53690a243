import type { GroupMessage, Member } from '../domain/message.ts'
import type { GroupState } from './group-state.ts'
import type { Rooms } from './rooms.ts'

/** Who sends it, with what earlier messages and the adapter know of the person. */
export function senderOf(message: GroupMessage, state: GroupState, rooms: Pick<Rooms, 'roleOf'>): Member {
  const { memberId, name, role } = message.sender
  const known = state.members.get(memberId)
  return {
    memberId,
    name: name ?? known?.name ?? memberId,
    role: rooms.roleOf({ ...state.group, memberId }) ?? role ?? known?.role ?? 'member',
  }
}

/** Who of the sender and those mentioned is new, or new in name or role: a member can be assigned before ever speaking. */
export function membersMet(
  message: GroupMessage,
  sender: Member,
  state: GroupState,
  rooms: Pick<Rooms, 'roleOf'>,
): Member[] {
  const mentioned = message.mentions.flatMap(({ memberId, name }) =>
    memberId === undefined || name === undefined || state.members.has(memberId) || memberId === sender.memberId
      ? []
      : [{ memberId, name, role: rooms.roleOf({ ...state.group, memberId }) ?? ('member' as const) }],
  )
  const known = state.members.get(sender.memberId)
  const isKnown = known?.name === sender.name && known.role === sender.role
  return isKnown ? mentioned : [sender, ...mentioned]
}

/** The roster once these have joined, or changed, in the order in which they were first seen. */
export function rosterWith(state: Pick<GroupState, 'roster' | 'members'>, met: readonly Member[]): Member[] {
  const changed = new Map(met.map((member) => [member.memberId, member]))
  const stayed = met.some((member) => state.members.has(member.memberId))
    ? state.roster.map((member) => changed.get(member.memberId) ?? member)
    : state.roster
  return [...stayed, ...met.filter((member) => !state.members.has(member.memberId))]
}
