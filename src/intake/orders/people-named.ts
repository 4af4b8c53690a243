import type { GroupMessage, Member } from '../../domain/message.ts'

/** Who is meant by the words behind an order, as far as the group knows them. */
export interface PeopleNamed {
  members: readonly Pick<Member, 'memberId' | 'name'>[]
  /** Names that nobody, or more than one, has. */
  unknown: readonly string[]
}

const plain = (text: string) => text.normalize('NFKC').trim()

/** 「东河村-李梅」 is called 李梅 as well. */
const goesBy = (member: Pick<Member, 'name'>, name: string) =>
  plain(member.name) === name ||
  plain(member.name)
    .split(/[-—_·(/\s]/u)
    .includes(name)

/** Reads names with `@` or without: those that the platform marked, and those that one member alone goes by. */
export function peopleNamed(
  people: string,
  mentions: GroupMessage['mentions'],
  members: readonly Member[],
): PeopleNamed {
  let left = plain(people)
  const found = new Map<string, Pick<Member, 'memberId' | 'name'>>()
  for (const { memberId, name } of mentions) {
    const marked = name === undefined ? '' : `@${plain(name)}`
    if (memberId === undefined || marked === '' || !left.includes(marked)) continue
    left = left.replace(marked, ' ')
    found.set(memberId, { memberId, name: name ?? memberId })
  }
  const unknown: string[] = []
  for (const name of left.split(/[\s@、,;和]+/u).filter((each) => each !== '')) {
    const named = members.filter((member) => member.memberId === name || goesBy(member, name))
    const [member] = named
    if (member && named.length === 1) found.set(member.memberId, member)
    else unknown.push(name)
  }
  return { members: [...found.values()], unknown }
}
