import { foldWidth } from './fold-width.ts'
import { factsOf } from './item-facts.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { knownPeople, type Person, peopleOf, peopleOfClass } from './people.ts'
import { addressAt, classesOf, unitStem } from './units.ts'

const MINUTES_30 = 30 * 60_000

/** Words before a name that make it the one who receives, helps or is asked, not the one who has to do it. */
const RECIPIENT_BEFORE =
  /(?:联系|找|报给?|发给?|送给?|交|交到|交至|反馈给?|对接|咨询|抄送|告诉|汇总[给到至]?|报[至到送]|发[至到]|问|私信|配合|协助|听|按|经|跟|和|与|同|替|向)\s*$/u
/** Words behind a name that make it a place, an owner or a source. */
const RECIPIENT_AFTER = /^\s*(?:处|那里|那儿|那边|说的?|反映|提的|报的|的(?!事)|家(?!长)|电话|[\d-]{7,})/u
const JOINED = /(?:、|和|与|跟|及)\s*[@@]?$/u
const BOUNDARY_BEFORE = /(?:^|[\s,。、;:!?@,;:!?)\]】请让由叫派])$/u

/** More names than this are a list pasted in, not an assignment; it bounds the work on a long text. */
const MOST_NAMINGS = 200

/** The few characters before an offset: what tells how a name is meant. */
const justBefore = (text: string, at: number): string => text.slice(Math.max(0, at - 8), at)

/** Stretches of a text, as code-unit offsets, that name a person. */
interface Naming {
  memberId: string
  from: number
  to: number
}

/** Who has to do something. `addressed` is the kind of unit (「村」 of 「各村」) where it was given to all of a kind. */
export interface Assignment {
  /** Empty means the whole group, or a kind of unit whose members are not known yet. */
  assigneeIds: string[]
  addressed: string | null
}

/**
 * Who has to do what a text assigns: by mention, by name, by unit (「柳河村」), by kind of unit (「各村」), else whoever
 * it answers. Somebody to whom things are to be reported is not an assignee.
 */
export function resolveAssignees(text: string, input: LedgerInput, view: LedgerView): Assignment {
  const senderId = input.message.sender.memberId
  const people = knownPeople(view).filter((person) => person.memberId !== senderId)
  const to = (assigneeIds: string[], addressed: string | null = null): Assignment => ({ assigneeIds, addressed })
  if (addressesEveryone(text, input)) return to([])
  const [addressed = null] = classesOf(text)
  const found = namings(text, people, unseenMentions(input))
  const named = withoutRecipients(text, found)
  const mentioned = named.filter((id) => isMentioned(id, found, text))
  if (mentioned.length > 0) return to(mentioned)
  const classFirst = addressed !== null && !found.some(({ from }) => from < addressAt(text))
  if (named.length > 0 && !classFirst) return to(named)
  if (addressed !== null) return to(ofClass(addressed, people, view), addressed)
  const ofUnits = people.filter((person) => person.units.some((unit) => namesUnit(text, unit)))
  if (ofUnits.length > 0) return to(onePerUnit(ofUnits))
  const answered = whomItAnswers(text, input, view)
  return to(answered === null || answered === senderId ? [] : [answered])
}

/** Members whom the text names, whether as assignee or otherwise, in the order of the text. */
export function namedMembers(text: string, input: LedgerInput, view: LedgerView): string[] {
  return [...new Set(namings(text, peopleOf(view.members), unseenMentions(input)).map((naming) => naming.memberId))]
}

/** Members mentioned by a name that the text does not show: some clients leave the mention out of the text. */
function unseenMentions({ message }: LedgerInput): Set<string> {
  const unseen = message.mentions.filter(({ name }) => name === undefined || !message.text.includes(foldWidth(name)))
  return new Set(unseen.flatMap((mention) => mention.memberId ?? []))
}

const ids = (people: readonly Person[]): string[] => people.map((person) => person.memberId)

const addressesEveryone = (text: string, input: LedgerInput): boolean =>
  input.message.mentions.some((mention) => mention.everyone) || /[@@](?:所有人|全体成员)/u.test(text)

/** A unit goes by its full name anywhere, and by its name without the kind (「水利」 for 「水利站」) where a word begins. */
function namesUnit(text: string, unit: string): boolean {
  const stem = unitStem(unit)
  for (const name of stem === null ? [unit] : [unit, stem]) {
    const at = text.indexOf(name)
    const before = justBefore(text, Math.max(at, 0))
    if (at < 0 || RECIPIENT_BEFORE.test(before) || /[各每]$/u.test(before)) continue
    if (name === unit || BOUNDARY_BEFORE.test(before)) return true
  }
  return false
}

/** True where the client mentioned that member, which outweighs every other way of naming people. */
const isMentioned = (memberId: string, found: readonly Naming[], text: string): boolean =>
  found.some((naming) => naming.memberId === memberId && (naming.to === 0 || text[naming.from - 1] === '@'))

/** A unit is asked once, whoever of its people answers for it. */
function onePerUnit(people: readonly Person[]): string[] {
  const first = new Map<string, string>()
  for (const { memberId, units } of people) {
    const unit = units[0] ?? memberId
    if (!first.has(unit)) first.set(unit, memberId)
  }
  return [...first.values()]
}

/** All of a kind: by their names where those show it, else as their own reports and earlier tasks have shown. */
function ofClass(kind: string, people: readonly Person[], view: LedgerView): string[] {
  const shown = peopleOfClass(people, kind)
  if (shown.some((person) => person.named)) return onePerUnit(shown.filter((person) => person.named))
  const known = new Set(ids(shown))
  for (const item of view.items) {
    if (item.kind === 'task' && factsOf(item).classes.includes(kind)) for (const id of item.assigneeIds) known.add(id)
  }
  return [...known]
}

/** Every place where the text names one of these people; the longest name wins where two overlap. */
function namings(text: string, people: readonly Person[], mentioned: ReadonlySet<string>): Naming[] {
  const found: Naming[] = []
  for (const person of people) {
    const before = found.length
    for (const name of person.names) {
      for (let from = text.indexOf(name); from >= 0; from = text.indexOf(name, from + name.length)) {
        if (found.length >= MOST_NAMINGS) break
        const whole = name === person.name || name.length >= 3
        if (whole || BOUNDARY_BEFORE.test(justBefore(text, from)) || RECIPIENT_BEFORE.test(justBefore(text, from)))
          found.push({ memberId: person.memberId, from, to: from + name.length })
      }
    }
    if (found.length === before && mentioned.has(person.memberId))
      found.push({ memberId: person.memberId, from: 0, to: 0 })
  }
  return found
    .filter((a) => !found.some((b) => b !== a && b.from <= a.from && b.to >= a.to && b.to - b.from > a.to - a.from))
    .sort((a, b) => a.from - b.from)
}

function withoutRecipients(text: string, found: readonly Naming[]): string[] {
  const kept = new Set<string>()
  let previous: { to: number; recipient: boolean } | null = null
  for (const { memberId, from, to } of found) {
    const before = justBefore(text, from).replace(/@$/u, '')
    const joined: boolean = previous !== null && from - previous.to <= 3 && JOINED.test(text.slice(previous.to, from))
    const recipient: boolean =
      joined && previous
        ? previous.recipient
        : to > 0 && (RECIPIENT_BEFORE.test(before) || RECIPIENT_AFTER.test(text.slice(to)))
    if (!recipient) kept.add(memberId)
    previous = { to, recipient }
  }
  return [...kept]
}

/** The member whose question or report the text answers: the quoted one, else the one who has just spoken. */
function whomItAnswers(text: string, { message }: LedgerInput, { recent }: LedgerView): string | null {
  const quotedId = message.quote?.messageId
  const quoted = quotedId === undefined ? undefined : recent.find((past) => past.messageId === quotedId)
  if (message.quote) return message.quote.senderId ?? quoted?.senderId ?? null
  const last = recent.findLast((past) => past.label !== 'ritual' && past.label !== 'chatter')
  if (last?.role !== 'member' || message.sentAt - last.sentAt > MINUTES_30) return null
  return last.label === 'problem' || /[你您]/u.test(text) ? last.senderId : null
}
