import type { Member } from '../domain/message.ts'
import { foldWidth } from './fold-width.ts'
import type { LedgerView, RecentMessage } from './ledger-view.ts'
import { isOfClass, selfDesignation, splitName } from './units.ts'

/** A member with the words that mean them. */
export interface Person {
  memberId: string
  role: Member['role']
  name: string
  /** Words for the person: the full name, the name without its unit, the given name of a name of three characters. */
  names: readonly string[]
  /** Units the person is known to stand for. */
  units: readonly string[]
  /** True where the name itself shows the unit. */
  named: boolean
}

const byMember = new WeakMap<Member, Person>()
const byMembers = new WeakMap<readonly Member[], readonly Person[]>()

/** A member as a person; remembered, since a name seldom changes and is taken apart for every message. */
function personOf(member: Member): Person {
  const known = byMember.get(member)
  if (known) return known
  const name = foldWidth(member.name)
  const { unit, person } = splitName(name)
  const given = /^\p{Script=Han}{3}$/u.test(person) ? [person.slice(1)] : []
  const made: Person = {
    memberId: member.memberId,
    role: member.role,
    name,
    names: [...new Set([name, person, ...given])].filter((word) => word.length >= 2),
    units: unit.length >= 2 ? [unit] : [],
    named: unit.length >= 2,
  }
  byMember.set(member, made)
  return made
}

/** The members as people; remembered for the list it was made from, since a group's members seldom change. */
export function peopleOf(members: readonly Member[]): readonly Person[] {
  const known = byMembers.get(members)
  if (known) return known
  const people = members.map(personOf)
  byMembers.set(members, people)
  return people
}

const unitBySaid = new WeakMap<RecentMessage, string | null>()

/** The unit that an earlier message was said for; remembered, since it is asked again with every new message. */
function unitSpokenFor(past: RecentMessage): string | null {
  const known = unitBySaid.get(past)
  if (known !== undefined) return known
  const unit = selfDesignation(foldWidth(past.text.slice(0, 40)))
  unitBySaid.set(past, unit)
  return unit
}

/** The members with the units that their names or their own latest reports show. */
export function knownPeople(view: Pick<LedgerView, 'members' | 'recent'>): readonly Person[] {
  const spoken = new Map<string, string[]>()
  for (const past of view.recent) {
    const unit = past.role === 'member' ? unitSpokenFor(past) : null
    if (unit) spoken.set(past.senderId, [...(spoken.get(past.senderId) ?? []), unit])
  }
  const people = peopleOf(view.members)
  if (spoken.size === 0) return people
  return people.map((person) => {
    const units = person.units.length === 0 ? spoken.get(person.memberId) : undefined
    return units ? { ...person, units } : person
  })
}

/** Those who stand for a unit of that kind. */
export const peopleOfClass = (people: readonly Person[], kind: string): Person[] =>
  people.filter((person) => person.units.some((unit) => isOfClass(unit, kind)))
