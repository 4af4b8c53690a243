import type { Clock, Role } from '../domain/message.ts'
import type { Audience } from '../domain/outbound.ts'
import type { Policy } from '../domain/policy.ts'
import type { FindDue, Judge } from '../domain/verdict.ts'
import type { GroupRef } from '../store/groups.ts'

/** Finds the way out to an audience: a channel's name, or null where none reaches it. */
export type Route = (group: GroupRef & { adapter: string }, audience: Audience) => string | null

/** What intake needs from the other rooms and from the world. */
export interface Rooms {
  judge: Judge
  findDue: FindDue
  /** The real ways out: policy asks what is possible, the same in both modes. */
  route: Route
  /** Where consequences go in each mode: the real ways out, or the channel that only records. */
  consequences: Readonly<Record<Policy['mode'], Route>>
  /** The role of somebody whom no adapter and no earlier message has given one. */
  roleOf(member: GroupRef & { memberId: string }): Role
  now: Clock
  newId(): string
}
