import type { Kysely } from 'kysely'
import type { GroupMessage, Member } from '../../domain/message.ts'
import { findGroup, type Group, membersOf } from '../../store/groups.ts'
import { groupsOfPerson } from '../../store/person-record.ts'
import type { Tables } from '../../store/tables.ts'
import type { Rooms } from '../rooms.ts'
import { plainName } from './order-in.ts'

/** A group that an order is about. */
export interface OrderedGroup {
  group: Group
  members: readonly Member[]
}

/** What is answered to an order that only a group's admins may give. */
const NOT_YOURS = '这一项由群主或群里的负责人决定,您可以请他们在群里 @我 说一声。'
const NO_GROUP = '没有找到对应的群,请到那个群里 @我 再说一次。'

/** Who decides on the rules of a group: its owner, else its leaders; the operator's word goes before the platform's. */
export function isAdmin(
  { group, members }: OrderedGroup,
  memberId: string,
  { roleOf }: Pick<Rooms, 'roleOf'>,
): boolean {
  if (group.ownerId !== null) return group.ownerId === memberId
  const { tenantId, groupId } = group
  const role = roleOf({ tenantId, groupId, memberId }) ?? members.find((each) => each.memberId === memberId)?.role
  return role === 'leader'
}

async function opened(trx: Kysely<Tables>, group: Group): Promise<OrderedGroup> {
  return { group, members: await membersOf(trx, [group]) }
}

/** The groups that a person leads. */
export async function groupsLed(
  trx: Kysely<Tables>,
  { tenantId, memberId }: { tenantId: string; memberId: string },
  rooms: Pick<Rooms, 'roleOf'>,
): Promise<OrderedGroup[]> {
  const all: OrderedGroup[] = []
  for (const group of await groupsOfPerson(trx, { tenantId, memberId })) {
    const one = await opened(trx, group)
    if (isAdmin(one, memberId, rooms)) all.push(one)
  }
  return all
}

/** As many names of groups as a line holds. */
const NAMES = 5

const namesOf = (groups: readonly OrderedGroup[]) =>
  groups
    .slice(0, NAMES)
    .map(({ group }) => `「${group.name ?? group.groupId}」`)
    .join('、') + (groups.length > NAMES ? '等' : '')

function namedIn(groups: readonly OrderedGroup[], groupName: string): readonly OrderedGroup[] {
  const asked = plainName(groupName)
  const nameOf = ({ group }: OrderedGroup) => plainName(group.name ?? '')
  const exact = groups.filter((one) => nameOf(one) === asked)
  if (asked === '') return groups
  return exact.length > 0 ? exact : groups.filter((one) => nameOf(one).includes(asked))
}

/** The one of several groups that words name, or that there is; else what to ask. */
export function chooseGroup(groups: readonly OrderedGroup[], groupName: string): OrderedGroup | string {
  const named = namedIn(groups, groupName)
  const [one] = named
  if (one && named.length === 1) return one
  if (groups.length === 0) return NO_GROUP
  if (named.length === 0) return `没有找到这个群。可以选的群有:${namesOf(groups)}。`
  return `请到群里 @我 说,或在后面写明群名。可以选的群有:${namesOf(named)}。`
}

/**
 * The group that an admin's order is about: the one it is given in, or in private the one that the person leads. A text
 * is the answer where the person may not give it or it is not clear which group is meant.
 */
export async function adminsGroup(
  trx: Kysely<Tables>,
  message: GroupMessage,
  groupName: string,
  rooms: Pick<Rooms, 'roleOf'>,
): Promise<OrderedGroup | string> {
  const { tenantId, sender } = message
  if (message.chat === 'single') {
    const led = await groupsLed(trx, { tenantId, memberId: sender.memberId }, rooms)
    return chooseGroup(led, groupName)
  }
  const group = await findGroup(trx, message)
  if (!group) return NO_GROUP
  const one = await opened(trx, group)
  return isAdmin(one, sender.memberId, rooms) ? one : NOT_YOURS
}
