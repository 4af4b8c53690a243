import type { EpochMs } from '../../domain/message.ts'
import type { GroupRef } from '../../store/groups.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import type { PolicyInForce } from '../group-state.ts'
import type { Rooms } from '../rooms.ts'

/** What silent confirmation needs of the world. */
export interface ConfirmContext {
  rooms: Pick<Rooms, 'route' | 'newId'>
  policyOf(group: GroupRef): PolicyInForce
  now: EpochMs
  /** What the same batch says and has not stored yet: it counts against the group's budget too. */
  pending?: readonly OutboxEntry[]
}

/** What is answered, nothing where it is empty, and what is said besides. */
export interface Answered {
  answer: string
  notes: OutboxEntry[]
}

export const only = (answer: string): Answered => ({ answer, notes: [] })

/**
 * Which message is meant. `groupId` is null for words in private that name no group; `number` is null where none is
 * given: then the last message that was asked about counts.
 */
export interface Meant {
  tenantId: string
  groupId: string | null
  number: number | null
}
