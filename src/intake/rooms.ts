import type { Clock, Role } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'
import type { FindDue, Judge } from '../domain/verdict.ts'
import type { Route } from '../outbox/route.ts'
import type { GroupRef } from '../store/groups.ts'

/** Something that a channel has said and can name. */
export interface SaidWord {
  channel: string
  receipt: string
}

/** What intake needs from the other rooms and from the world. */
export interface Rooms {
  /** The judge of a tenant: a model of its own, or the shipped one. */
  judgeOf(tenantId: string): Judge
  findDue: FindDue
  /** The real ways out: policy asks what is possible, the same in both modes. */
  route: Route
  /** Where consequences go in each mode: the real ways out, or the channel that only records. */
  consequences: Readonly<Record<Policy['mode'], Route>>
  /** The role that the operator has given somebody; it goes before what a platform says. Null where none is given. */
  roleOf(member: GroupRef & { memberId: string }): Role | null
  /** Takes back what was said, where its channel can; it neither waits nor throws. Without it nothing is taken back. */
  unsay?(word: SaidWord): void
  now: Clock
  newId(): string
}
