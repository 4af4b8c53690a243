import type { LedgerItem } from '../domain/ledger.ts'
import { namedMembers } from './assignees.ts'
import { factsOf, type ItemFacts } from './item-facts.ts'
import type { LedgerInput, LedgerView, RecentMessage } from './ledger-view.ts'
import { peopleOf } from './people.ts'
import { createPairFinder } from './shared-pairs.ts'
import { bigrams, pairWeight } from './similarity.ts'
import { isOfClass, selfDesignation } from './units.ts'
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

const pairsOfMessage = new WeakMap<RecentMessage, Int32Array>()

/** The pairs of an earlier message, remembered for the object that holds it: it does not change. */
function pairsOf(past: RecentMessage): Int32Array {
  const known = pairsOfMessage.get(past)
  if (known) return known
  const pairs = bigrams(past.text)
  pairsOfMessage.set(past, pairs)
  return pairs
}

interface Positions {
  byId: Map<string, number>
  count: number
  last: RecentMessage | undefined
}

const positionsOf = new WeakMap<readonly RecentMessage[], Positions>()

/**
 * Where each message stands in a list; remembered for the list, to which messages are only ever added. One that is put
 * in before others moves the last one counted, so the list is read anew.
 */
function positionsIn(recent: readonly RecentMessage[]): ReadonlyMap<string, number> {
  let known = positionsOf.get(recent)
  if (!known || known.count > recent.length || recent[known.count - 1] !== known.last) {
    known = { byId: new Map(), count: 0, last: undefined }
    positionsOf.set(recent, known)
  }
  for (; known.count < recent.length; known.count += 1) {
    known.last = recent[known.count]
    known.byId.set((known.last as RecentMessage).messageId, known.count)
  }
  return known.byId
}

/** Scores the open items against a message, in no order. */
export function matchItems(input: LedgerInput, view: LedgerView): Match[] {
  const open: LedgerItem[] = []
  const facts: ItemFacts[] = []
  for (const item of view.items) {
    const found = factsOf(item)
    if (!found.open) continue
    open.push(item)
    facts.push(found)
  }
  if (open.length === 0) return []
  const { message } = input
  const position = positionsIn(view.recent)
  const said = bigrams(message.quote ? `${message.text} ${message.quote.text}` : message.text)
  const finder = createPairFinder(said)
  const shared = open.map((item, index) => {
    const { pairs } = facts[index] as ItemFacts
    const opening = view.recent[position.get(item.messageId) ?? -1]
    return finder.sharedWith(pairs, opening && pairsOf(opening))
  })
  const weights = weightsOf(said, shared)
  const speaker: Speaker = {
    memberId: message.sender.memberId,
    role: input.role,
    unit: selfDesignation(message.text),
    unitInName: peopleOf(view.members).some((person) => person.memberId === message.sender.memberId && person.named),
    owes: open.some((item) => isOwedBy(item, message.sender.memberId)),
    presides: input.verdict.label === 'task' || confirms(message.text),
  }
  const named = new Set(namedMembers(message.text, input, view))

  return open.map((item, index): Match => {
    let weight = 0
    for (const place of shared[index] ?? []) weight += weights[place] ?? 0
    const likeness = weight === 0 ? 0 : MOST_LIKENESS * (1 - Math.exp(-weight / 2.5))
    const quoted = isQuoted(item, message.quote?.messageId)
    const distance = distanceOf(item, position, view.recent.length)
    const nearness = distance === Infinity ? 0 : MOST_NEARNESS * Math.exp(-distance / NEAR_MESSAGES)
    const isNamed = named.size > 0 && (named.has(item.issuerId) || item.assigneeIds.some((id) => named.has(id)))
    const names = isNamed ? NAMED : 0
    const related = relation(item, facts[index] as ItemFacts, speaker, distance)
    const score = (quoted ? QUOTED : 0) + likeness + nearness + names + related
    return { item, score, likeness, quoted, distance }
  })
}

/** What each pair of the message is worth: one that many items share says less. */
function weightsOf(said: Int32Array, shared: readonly (readonly number[])[]): Float64Array {
  const itemsWith = new Uint32Array(said.length)
  for (const places of shared) for (const place of places) itemsWith[place] = (itemsWith[place] ?? 0) + 1
  const weights = new Float64Array(said.length)
  for (let place = 0; place < said.length; place += 1)
    weights[place] = pairWeight(said[place] as number, itemsWith[place] as number)
  return weights
}

const byRank = (a: Match, b: Match): number => b.score - a.score || b.item.number - a.item.number

/** Best first. */
export const ranked = (matches: readonly Match[]): Match[] => matches.toSorted(byRank)

/** The best of those that fit; the same as the first of `ranked`, without the work of sorting hundreds. */
export function bestOf(matches: readonly Match[], fits: (match: Match) => boolean = () => true): Match | undefined {
  let best: Match | undefined
  for (const match of matches) if ((!best || byRank(match, best) < 0) && fits(match)) best = match
  return best
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
  { classes }: ItemFacts,
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
  if (unit !== null && classes.some((kind) => isOfClass(unit, kind))) return WHO.assignee
  // Who belongs to a kind of unit is still being learned, unless the names show it.
  const mayBelong = item.assigneeIds.length === 0 || (classes.length > 0 && !unitInName)
  return mayBelong ? WHO.everyone : WHO.stranger
}
