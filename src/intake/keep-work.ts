import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import type { Verdict } from '../domain/verdict.ts'
import { advance } from '../ledger/advance.ts'
import { findMessage, messagesBefore } from '../store/find-message.ts'
import { type Group, membersOf, saveGroups } from '../store/groups.ts'
import { appendEvents, itemsOf, saveItems } from '../store/ledger.ts'
import type { MessageRef } from '../store/messages.ts'
import type { Tables } from '../store/tables.ts'
import { foldAll } from './consider.ts'
import { isJudged } from './group-state.ts'
import type { Rooms } from './rooms.ts'

/** As far as the ledger looks back when the message arrives. */
const RECENT = 80
const CLOSED_IN_SIGHT_MS = 14 * DAY_MS

const CLOSING: ReadonlySet<LedgerEvent['type']> = new Set([
  'completed',
  'confirmed',
  'cancelled',
  'resolved',
  'unresolvable',
])

/** The events that keep or add work: what closes an item, and what follows on that item, is left to people. */
function withoutClosing(events: readonly LedgerEvent[]): LedgerEvent[] {
  const closed = new Set<number>()
  return events.filter((event) => {
    if (CLOSING.has(event.type)) closed.add(event.number)
    return !closed.has(event.number)
  })
}

/**
 * Lets a message whose label has changed move the ledger as if it had been judged so on arrival, but closes nothing: a
 * doubtful word that turns out to be a task or problem opens it. `group` is locked; gives how many items were touched.
 */
export async function keepWork(
  trx: Kysely<Tables>,
  group: Group,
  ref: MessageRef,
  verdict: Verdict,
  { findDue, now }: Pick<Rooms, 'findDue' | 'now'>,
): Promise<number> {
  const found = await findMessage(trx, group, ref.messageId)
  if (!found) return 0
  const { sentAt } = found.message
  const stored = await itemsOf(trx, [group], sentAt - CLOSED_IN_SIGHT_MS)
  const items = new Map(stored.flatMap(({ item }) => (item.openedAt <= sentAt ? [[item.number, item] as const] : [])))
  const members = (await membersOf(trx, [group])).map(({ memberId, name, role }) => ({ memberId, name, role }))
  const recent = (await messagesBefore(trx, ref, RECENT)).filter(isJudged)
  const view = { items: [...items.values()], members, nextNumber: group.nextNumber, recent }
  const events = withoutClosing(advance({ ...found, verdict }, view, findDue))
  const touched = foldAll(items, events)
  if (touched.length === 0) return 0
  const { tenantId, groupId } = group
  await appendEvents(
    trx,
    events.map((event) => ({ tenantId, groupId, ...event })),
  )
  await saveItems(
    trx,
    touched.map((item) => ({ tenantId, groupId, item, changedAt: now() })),
  )
  const nextNumber = Math.max(group.nextNumber, ...touched.map((item) => item.number + 1))
  // The version is the one that rewriting the verdict has raised it to.
  await saveGroups(trx, [{ ...group, nextNumber, version: group.version + 1 }])
  return touched.length
}
