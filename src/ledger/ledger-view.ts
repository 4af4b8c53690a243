import type { Label } from '../domain/label.ts'
import type { LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, GroupMessage, Member, Role } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'

/** A judged message, as the ledger reads it. */
export interface LedgerInput {
  message: GroupMessage
  role: Role
  verdict: Pick<Verdict, 'label' | 'confidence' | 'flags'>
}

/** An earlier message of the group, as the ledger looks back on it. */
export interface RecentMessage {
  messageId: string
  senderId: string
  role: Role
  text: string
  label: Label
  sentAt: EpochMs
}

/** The ledger of a group before the message. */
export interface LedgerView {
  /** All that are open, and those closed in the last 14 days. */
  items: readonly LedgerItem[]
  members: readonly Member[]
  /** The number that the next item gets. */
  nextNumber: number
  /** The last messages of the group (about 30) before this one, oldest first. */
  recent: readonly RecentMessage[]
}
