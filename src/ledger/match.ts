import { isOpen, type LedgerItem } from '../domain/ledger.ts'
import { namedMembers } from './assignees.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { peopleOf } from './people.ts'
import { bigrams, pairWeight } from './similarity.ts'
import { addressedClasses, isOfClass, selfDesignation } from './units.ts'
import { confirms } from './wording.ts'

/** How well an item is what a message means. `likeness` is the part that words in common make, 0 to 3. */
export interface Match {
  item: LedgerItem
  score: number
  likeness: number
  quoted: boolean
  /** Messages since the item was last spoken of; Infinity where that is out of sight. */
  distance: number
}

/** Which relation of the sender to the item counts for how much; tasks are reported on by their assignees. */
const WHO = {
  only: 1.9,
  assignee: 1.6,
  assigneeDone: 0.3,
  issuer: 0.9,
  everyone: 1,
  stranger: -0.8,
  reporter: 0.9,
  leader: 0.5,
  answer: 0.7,
} as const
const QUOTED = 6
const NAMED = 0.7
const MOST_LIKENESS = 3
const MOST_NEARNESS = 1.3
const NEAR_MESSAGES = 6

const itemPairs = new WeakMap<object, ReadonlySet<number>>()

/** The pairs of a text, remembered for the object that holds it: items and messages do not change. */
function pairsFor(owner: object, text: string): ReadonlySet<number> {
  const known = itemPairs.get(owner)
  if (known) return known
  const pairs = bigrams(text)
  itemPairs.set(owner, pairs)
  return pairs
}

/** Scores the open items against a message, best first. */
export function matchItems(input: LedgerInput, view: LedgerView): Match[] {
  const open = view.items.filter(isOpen)
  if (open.length === 0) return []
  const { message } = input
  const position = new Map(view.recent.map((past, index) => [past.messageId, index]))
  const said = bigrams(message.quote ? `${message.text} ${message.quote.text}` : message.text)
  const shared = open.map((item) => sharedPairs(item, said, position, view))
  const itemsWith = new Map<number, number>()
  for (const pairs of shared) for (const pair of pairs) itemsWith.set(pair, (itemsWith.get(pair) ?? 0) + 1)
  const speaker: Speaker = {
    memberId: message.sender.memberId,
    role: input.role,
    unit: selfDesignation(message.text),
    unitInName: peopleOf(view.members).some((person) => person.memberId === message.sender.memberId && person.named),
    owes: open.some((item) => isOwedBy(item, message.sender.memberId)),
    presides: input.verdict.label === 'task' || confirms(message.text),
  }
  const named = new Set(namedMembers(message.text, input, view))

  return open
    .map((item, index): Match => {
      let weight = 0
      for (const pair of shared[index] ?? []) weight += pairWeight(pair, itemsWith.get(pair) ?? 1)
      const likeness = MOST_LIKENESS * (1 - Math.exp(-weight / 2.5))
      const quoted = isQuoted(item, message.quote?.messageId)
      const distance = distanceOf(item, position, view.recent.length)
      const nearness = MOST_NEARNESS * Math.exp(-distance / NEAR_MESSAGES)
      const names = named.has(item.issuerId) || item.assigneeIds.some((id) => named.has(id)) ? NAMED : 0
      const score = (quoted ? QUOTED : 0) + likeness + nearness + names + relation(item, speaker, distance)
      return { item, score, likeness, quoted, distance }
    })
    .sort((a, b) => b.score - a.score || b.item.number - a.item.number)
}

function sharedPairs(
  item: LedgerItem,
  said: ReadonlySet<number>,
  position: ReadonlyMap<string, number>,
  view: LedgerView,
): number[] {
  const opening = view.recent[position.get(item.messageId) ?? -1]
  const inTitle = pairsFor(item, item.title)
  const inOpening = opening && pairsFor(opening, opening.text)
  const shared: number[] = []
  for (const pair of said) if (inTitle.has(pair) || inOpening?.has(pair)) shared.push(pair)
  return shared
}

const isQuoted = (item: LedgerItem, quotedId: string | undefined): boolean =>
  quotedId !== undefined && (item.messageId === quotedId || item.updates.includes(quotedId))

function distanceOf(item: LedgerItem, position: ReadonlyMap<string, number>, length: number): number {
  const last = position.get(item.updates.at(-1) ?? item.messageId) ?? position.get(item.messageId)
  return last === undefined ? Infinity : length - 1 - last
}

const isOwedBy = (item: LedgerItem, memberId: string): boolean =>
  item.kind === 'task' && item.assigneeIds.includes(memberId) && !item.completedBy.includes(memberId)

/** What matters of the one who speaks. */
interface Speaker {
  memberId: string
  role: LedgerInput['role']
  /** The unit that they say they speak for. */
  unit: string | null
  unitInName: boolean
  /** They have a task of their own to report on. */
  owes: boolean
  /** They speak as somebody who hands out work or closes it. */
  presides: boolean
}

/** What the speaker's part in an item counts for; who speaks weighs most. */
function relation(
  item: LedgerItem,
  { memberId, role, unit, unitInName, owes, presides }: Speaker,
  distance: number,
): number {
  if (item.kind === 'problem') {
    if (item.issuerId === memberId || item.assigneeIds.includes(memberId)) return WHO.reporter
    return (role === 'leader' ? WHO.leader : 0.2) + (distance <= 1 && !owes ? WHO.answer : 0)
  }
  if (item.assigneeIds.includes(memberId)) {
    if (item.completedBy.includes(memberId)) return WHO.assigneeDone
    return item.assigneeIds.length === 1 ? WHO.only : WHO.assignee
  }
  if (item.issuerId === memberId) return presides ? WHO.issuer : WHO.stranger
  if (role === 'leader') return 0
  const classes = addressedClasses(item.title)
  if (unit !== null && classes.some((kind) => isOfClass(unit, kind))) return WHO.assignee
  // Who belongs to a kind of unit is still being learned, unless the names show it.
  const mayBelong = item.assigneeIds.length === 0 || (classes.length > 0 && !unitInName)
  return mayBelong ? WHO.everyone : WHO.stranger
}
