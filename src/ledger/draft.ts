import type { LedgerEvent, LedgerEventBody, LedgerItem } from '../domain/ledger.ts'
import { fold } from './fold.ts'
import type { LedgerInput, LedgerView } from './ledger-view.ts'
import { allows } from './transitions.ts'

type Opening = Extract<LedgerEventBody, { type: 'opened' }>
type Following = Exclude<LedgerEventBody, { type: 'opened' }>

/** The events that one message causes, numbered as they are written down. */
export interface Draft {
  readonly events: LedgerEvent[]
  open(body: Opening): void
  /** Adds an event and gives the item after it; one that the item's state does not allow is left out. */
  add(item: LedgerItem, body: Following): LedgerItem
}

export function draftFor({ message }: LedgerInput, view: LedgerView): Draft {
  const events: LedgerEvent[] = []
  const origin = { messageId: message.messageId, memberId: message.sender.memberId, at: message.sentAt }
  let nextNumber = view.nextNumber
  return {
    events,
    open(body) {
      events.push({ number: nextNumber, sequence: 1, ...origin, ...body })
      nextNumber += 1
    },
    add(item, body) {
      if (!allows(item, body.type)) return item
      const event: LedgerEvent = { number: item.number, sequence: item.sequence + 1, ...origin, ...body }
      events.push(event)
      return fold(item, event)
    },
  }
}
