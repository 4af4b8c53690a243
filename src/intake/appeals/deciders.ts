import type { Kysely } from 'kysely'
import type { Group } from '../../store/groups.ts'
import { membersOf } from '../../store/groups.ts'
import { leadersOf } from '../../store/leaders.ts'
import type { Tables } from '../../store/tables.ts'
import type { Rooms } from '../rooms.ts'

/**
 * Who may decide on an appeal, whoever is to be asked first: the group's owner and its leaders; where there is none but
 * the person concerned, the tenant's other leaders. Never the person concerned. Empty where nobody is left: then the
 * appeal waits for the operator.
 */
export async function decidersOf(
  trx: Kysely<Tables>,
  group: Pick<Group, 'tenantId' | 'groupId' | 'ownerId'>,
  concerned: string,
  { roleOf }: Pick<Rooms, 'roleOf'>,
): Promise<string[]> {
  const leads = (member: { groupId: string; memberId: string; role: string }) =>
    (roleOf({ ...member, tenantId: group.tenantId }) ?? member.role) === 'leader'
  const leaders = (await membersOf(trx, [group])).filter(leads).map(({ memberId }) => memberId)
  const own = [...(group.ownerId === null ? [] : [group.ownerId]), ...leaders].filter((each) => each !== concerned)
  if (own.length > 0) return [...new Set(own)]
  const others = (await leadersOf(trx, group.tenantId)).filter(leads).map(({ memberId }) => memberId)
  return [...new Set(others)].filter((each) => each !== concerned)
}
