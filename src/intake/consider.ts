import type { LedgerEvent, LedgerItem } from '../domain/ledger.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import type { Judge, Verdict } from '../domain/verdict.ts'
import { advance } from '../ledger/advance.ts'
import { parseCommand } from '../ledger/command.ts'
import { fold } from '../ledger/fold.ts'
import { answerEntry } from '../outbox/entries.ts'
import { readAppeal } from './appeals/read-appeal.ts'
import { acknowledge, converse } from './converse.ts'
import { type Effects, onlyKept } from './effects.ts'
import { govern } from './govern.ts'
import type { GroupState } from './group-state.ts'
import { orderIn } from './orders/order-in.ts'
import { membersMet, rosterWith, senderOf } from './people.ts'
import type { Rooms } from './rooms.ts'

/** How many of the messages before it the judge reads. */
const CONTEXT = 8

function judgeIn(state: GroupState, message: GroupMessage, sender: Member, judge: Judge): Verdict {
  const context = state.recent
    .slice(-CONTEXT)
    .map((recent) => ({ role: recent.role, text: recent.text, from: recent.senderId }))
  return judge.classify({
    text: message.text,
    role: sender.role,
    from: sender.memberId,
    context,
    quote: message.quote?.text,
    at: message.sentAt,
  })
}

/** The items that events touch, after them; nothing of `items` is changed. */
export function foldAll(items: ReadonlyMap<number, LedgerItem>, events: readonly LedgerEvent[]): LedgerItem[] {
  const touched = new Map<number, LedgerItem>()
  for (const event of events)
    touched.set(event.number, fold(touched.get(event.number) ?? items.get(event.number) ?? null, event))
  return [...touched.values()]
}

/**
 * Works out what a new message leads to: verdict, ledger events, decisions, words. Pure but for the clock and ids that
 * `rooms` lends, and changes nothing of `state`: `absorb` does, once it has succeeded.
 */
export function consider(message: GroupMessage, state: GroupState, rooms: Rooms): Effects {
  const sender = senderOf(message, state, rooms)
  const met = membersMet(message, sender, state, rooms)
  const members = met.length === 0 ? state.roster : rosterWith(state, met)
  const answering = { outboxId: rooms.newId(), now: rooms.now() }
  const order = orderIn(message, { name: state.group.name, members })
  const appeal = message.addressesBot && order === null ? readAppeal(message) : null
  const effects: Effects = { ...onlyKept(message, sender, met, rooms), order, appeal }
  if (order !== null || appeal !== null) return effects

  const command = message.addressesBot ? parseCommand(message.text) : null
  if (command && (command.name !== 'unknown' || message.chat === 'single')) {
    const { events, answer, digest } = converse(command, message, sender, { items: state.items, members }, rooms.now())
    const entries = answer === null ? [] : [answerEntry(message, answer, answering)]
    return { ...effects, events, items: foldAll(state.items, events), entries, digest }
  }
  if (message.kind === 'unsupported') return effects

  const judge = rooms.judgeOf(message.tenantId)
  const verdict = judgeIn(state, message, sender, judge)
  const events = advance(
    { message, role: sender.role, verdict },
    {
      items: [...state.items.values()],
      members,
      nextNumber: state.group.nextNumber,
      recent: state.judged,
    },
    rooms.findDue,
  )
  const governed = govern(state, { message, sender, verdict, events }, rooms)
  const answer = command ? acknowledge(events, message.text, verdict) : null
  return {
    ...effects,
    stored: { ...effects.stored, verdict, judgedBy: judge.version },
    events,
    items: foldAll(state.items, events),
    ...governed,
    entries: answer === null ? governed.entries : [...governed.entries, answerEntry(message, answer, answering)],
  }
}
