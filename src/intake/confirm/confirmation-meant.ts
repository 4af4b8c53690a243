import type { Kysely } from 'kysely'
import { type Confirmation, findConfirmations } from '../../store/confirmations.ts'
import { findGroup, type GroupRef, membersOf } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'
import { ownerOf } from '../group-state.ts'
import type { Meant } from './confirm-context.ts'

/** Who asked may start and see, and so may the group's owner. */
async function mayHandle(
  trx: Kysely<Tables>,
  { askerId, tenantId, groupId }: GroupRef & { askerId: string },
  by: string,
): Promise<boolean> {
  if (askerId === by) return true
  const group = await findGroup(trx, { tenantId, groupId })
  if (!group) return false
  const members = new Map((await membersOf(trx, [group])).map((member) => [member.memberId, member]))
  return ownerOf({ group, members }) === by
}

/**
 * The confirmation that somebody who may start and see it means, the last one asked where several fit. In private
 * and without a number, only what this person asked for is looked at.
 */
export async function confirmationMeant(
  trx: Kysely<Tables>,
  meant: Meant,
  by: string,
  fits: (confirmation: Confirmation) => boolean = () => true,
): Promise<Confirmation | 'unknown' | 'not-yours'> {
  const own = meant.groupId === null && meant.number === null ? { askerId: by } : {}
  const found = (await findConfirmations(trx, { ...meant, ...own })).filter(fits)
  // What one asked for oneself comes before what one may see as the owner.
  for (const confirmation of found) if (confirmation.askerId === by) return confirmation
  for (const confirmation of found) if (await mayHandle(trx, confirmation, by)) return confirmation
  return found.length === 0 ? 'unknown' : 'not-yours'
}
