import type { Reach } from '../policy/recipient.ts'
import type { Group } from '../store/groups.ts'
import type { Rooms } from './rooms.ts'

/** What the ways out of a group can carry, to one of its members and to all. No platform lets the bot recall others. */
export const reachOf = (rooms: Pick<Rooms, 'route'>, group: Group, memberId: string): Reach => ({
  privateMessage: rooms.route(group, { kind: 'member', memberId }) !== null,
  groupPost: rooms.route(group, { kind: 'group' }) !== null,
  recall: false,
})
