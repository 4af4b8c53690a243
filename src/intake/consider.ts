import type { DigestKind } from '../digest/digest-period.ts'
import { isSubstantive, type Label } from '../domain/label.ts'
import type { LedgerEvent, LedgerItem } from '../domain/ledger.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import { advance } from '../ledger/advance.ts'
import { parseCommand } from '../ledger/command.ts'
import { fold } from '../ledger/fold.ts'
import { decide } from '../policy/decide.ts'
import { phrase } from '../policy/wording.ts'
import type { StoredDecision } from '../store/decisions.ts'
import type { RecentMessage, StoredMessage } from '../store/messages.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import { readAppeal } from './appeal.ts'
import { acknowledge, converse } from './converse.ts'
import { answerEntry, causeOf, entryOf, SIMULATED_CHANNEL } from './entries.ts'
import { type GroupState, ownerOf } from './group-state.ts'
import type { Rooms } from './rooms.ts'

/** How many of the messages before it the judge reads. */
const CONTEXT = 8

/** All that one message leads to; written in the transaction that stores it. */
export interface Effects {
  stored: StoredMessage
  /** The sender and those mentioned, where new or changed. */
  members: Member[]
  events: LedgerEvent[]
  items: LedgerItem[]
  decisions: StoredDecision[]
  entries: OutboxEntry[]
  /** A digest that the sender asked for, composed once the batch is written. */
  digest: DigestKind | null
  /** The reason of an appeal, taken once the batch is written. */
  appeal: string | null
}

/** Who sends it, with what earlier messages and the adapter know of the person. */
function senderOf(message: GroupMessage, state: GroupState, rooms: Rooms): Member {
  const { memberId, name, role } = message.sender
  const known = state.members.get(memberId)
  return {
    memberId,
    name: name ?? known?.name ?? memberId,
    role: role ?? known?.role ?? rooms.roleOf({ ...state.group, memberId }),
  }
}

/** Who of the sender and those mentioned is new, or new in name or role: a member can be assigned before ever speaking. */
function membersMet(message: GroupMessage, sender: Member, state: GroupState, rooms: Rooms): Member[] {
  const mentioned = message.mentions.flatMap(({ memberId, name }) =>
    memberId === undefined || name === undefined || state.members.has(memberId) || memberId === sender.memberId
      ? []
      : [{ memberId, name, role: rooms.roleOf({ ...state.group, memberId }) }],
  )
  const known = state.members.get(sender.memberId)
  const isKnown = known?.name === sender.name && known.role === sender.role
  return isKnown ? mentioned : [sender, ...mentioned]
}

/** The roster once these have joined, or changed, in the order in which they were first seen. */
const rosterWith = (state: GroupState, met: readonly Member[]): Member[] => [
  ...new Map([...state.roster, ...met].map((member) => [member.memberId, member])).values(),
]

const isJudged = (recent: RecentMessage): recent is RecentMessage & { label: Label } => recent.label !== null

function judgeIn(state: GroupState, message: GroupMessage, sender: Member, rooms: Rooms): Verdict {
  const context = state.recent
    .slice(-CONTEXT)
    .map((recent) => ({ role: recent.role, text: recent.text, from: recent.senderId }))
  return rooms.judge.classify({
    text: message.text,
    role: sender.role,
    from: sender.memberId,
    context,
    quote: message.quote?.text,
    at: message.sentAt,
  })
}

function govern(state: GroupState, message: GroupMessage, sender: Member, verdict: Verdict, rooms: Rooms) {
  const { policy, version } = state.inForce
  const now = rooms.now()
  const ownerId = ownerOf(state)
  const reaches = (memberId: string) => rooms.route(state.group, { kind: 'member', memberId }) !== null
  const decisions = decide({
    policy,
    message: {
      messageId: message.messageId,
      senderId: sender.memberId,
      text: message.text,
      sentAt: message.sentAt,
      role: sender.role,
    },
    verdict,
    history: state,
    ownerId,
    can: {
      privateMessage: reaches(sender.memberId),
      groupPost: rooms.route(state.group, { kind: 'group' }) !== null,
    },
  })
  const channelTo = (audience: Parameters<Rooms['route']>[1]) => rooms.consequences[policy.mode](state.group, audience)
  const entries = decisions.flatMap((decision) => {
    const rule = policy.rules.find((each) => each.id === decision.rule)
    const body = phrase(decision, {
      rule,
      label: verdict.label,
      excerpt: message.text,
      cause: causeOf(decision, message),
    })
    return entryOf(decision, message, body, channelTo, { outboxId: rooms.newId(), now }) ?? []
  })
  const simulated = channelTo({ kind: 'group' }) === SIMULATED_CHANNEL
  const stored = decisions.map(
    (decision): StoredDecision => ({
      ...decision,
      tenantId: message.tenantId,
      groupId: message.groupId,
      messageId: message.messageId,
      senderId: sender.memberId,
      policyVersion: version,
      simulated,
      at: message.sentAt,
    }),
  )
  return { decisions: stored, entries }
}

/** The items that events touch, after them; nothing of `items` is changed. */
function foldAll(items: ReadonlyMap<number, LedgerItem>, events: readonly LedgerEvent[]): LedgerItem[] {
  const touched = new Map<number, LedgerItem>()
  for (const event of events)
    touched.set(event.number, fold(touched.get(event.number) ?? items.get(event.number) ?? null, event))
  return [...touched.values()]
}

/** A message as it is kept when it is not judged. */
export const unjudged = (message: GroupMessage, sender: Member, rooms: Rooms, judgedBy: string | null) => ({
  ...message,
  role: sender.role,
  receivedAt: rooms.now(),
  verdict: null,
  judgedBy,
})

/**
 * Works out what a new message leads to: verdict, ledger events, decisions, words. Pure but for the clock and ids that
 * `rooms` lends, and changes nothing of `state`: `absorb` does, once it has succeeded.
 */
export function consider(message: GroupMessage, state: GroupState, rooms: Rooms): Effects {
  const sender = senderOf(message, state, rooms)
  const met = membersMet(message, sender, state, rooms)
  const members = met.length === 0 ? state.roster : rosterWith(state, met)
  const answering = { outboxId: rooms.newId(), now: rooms.now() }
  const effects: Effects = {
    stored: unjudged(message, sender, rooms, null),
    members: met,
    events: [],
    items: [],
    decisions: [],
    entries: [],
    digest: null,
    appeal: message.addressesBot ? readAppeal(message.text) : null,
  }
  if (effects.appeal !== null) return effects

  const command = message.addressesBot ? parseCommand(message.text || '帮助') : null
  if (command && (command.name !== 'unknown' || message.chat === 'single')) {
    const { events, answer, digest } = converse(command, message, sender, { items: state.items, members }, rooms.now())
    const entries = answer === null ? [] : [answerEntry(message, answer, answering)]
    return { ...effects, events, items: foldAll(state.items, events), entries, digest }
  }
  if (message.kind === 'unsupported') return effects

  const verdict = judgeIn(state, message, sender, rooms)
  const events = advance(
    { message, role: sender.role, verdict },
    {
      items: [...state.items.values()],
      members,
      nextNumber: state.group.nextNumber,
      recent: state.recent.filter(isJudged),
    },
    rooms.findDue,
  )
  const { decisions, entries } = govern(state, message, sender, verdict, rooms)
  const answer = command ? acknowledge(events, isSubstantive(verdict.label)) : null
  return {
    ...effects,
    stored: { ...effects.stored, verdict, judgedBy: rooms.judge.version },
    events,
    items: foldAll(state.items, events),
    decisions,
    entries: answer === null ? entries : [...entries, answerEntry(message, answer, answering)],
  }
}

/** Moves the state on, so that the next message of the batch sees what this one did. */
export function absorb(state: GroupState, effects: Effects): void {
  const { stored } = effects
  if (effects.members.length > 0) {
    state.roster = rosterWith(state, effects.members)
    state.members = new Map(state.roster.map((member) => [member.memberId, member]))
  }
  const recent: RecentMessage = {
    tenantId: stored.tenantId,
    groupId: stored.groupId,
    messageId: stored.messageId,
    senderId: stored.sender.memberId,
    role: stored.role,
    text: stored.text,
    label: stored.verdict?.label ?? null,
    sentAt: stored.sentAt,
  }
  state.recent.push(recent)
  if (stored.verdict) {
    const { label, confidence, flags } = stored.verdict
    const { messageId, senderId, role, sentAt } = recent
    state.messages.push({ messageId, senderId, role, label, confidence, flags, sentAt })
  }
  for (const item of effects.items) {
    state.items.set(item.number, item)
    state.group.nextNumber = Math.max(state.group.nextNumber, item.number + 1)
  }
  state.decisions.push(...effects.decisions)
  for (const entry of effects.entries) {
    if (entry.state === 'held') continue
    const to = entry.audience.kind === 'group' ? 'group' : entry.audience.memberId
    state.posts.push({ to, purpose: entry.purpose, at: entry.notBefore })
  }
}
