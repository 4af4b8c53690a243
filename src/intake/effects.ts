import type { DigestKind } from '../digest/digest-period.ts'
import type { PastMatch } from '../domain/decision.ts'
import type { LedgerEvent, LedgerItem } from '../domain/ledger.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import type { StoredDecision } from '../store/decisions.ts'
import type { StoredDemand } from '../store/demands.ts'
import type { StoredMessage } from '../store/messages.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import type { Order } from './orders/order.ts'
import type { Rooms } from './rooms.ts'

/** All that one message leads to; written in the transaction that stores it. */
export interface Effects {
  stored: StoredMessage
  /** The sender and those mentioned, where new or changed. */
  members: Member[]
  events: LedgerEvent[]
  items: LedgerItem[]
  decisions: StoredDecision[]
  /** What later windows count of it. */
  matches: PastMatch[]
  /** Kept where a later message may repeat it. */
  demand: StoredDemand | null
  entries: OutboxEntry[]
  /** A digest that the sender asked for, composed once the batch is written. */
  digest: DigestKind | null
  /** What is said with an appeal, taken once the batch is written. */
  appeal: string | null
  /** What the bot is told about itself, carried out once the batch is written. */
  order: Order | null
  /** What a second opinion is asked on, and what is to be said waits a moment for it. */
  awaitsOpinion: boolean
}

/** The effects of a message that is only kept: not judged, `judgedBy` says why. */
export const onlyKept = (
  message: GroupMessage,
  sender: Member,
  members: Member[],
  rooms: Pick<Rooms, 'now'>,
  judgedBy: string | null = null,
): Effects => ({
  stored: { ...message, role: sender.role, receivedAt: rooms.now(), verdict: null, judgedBy },
  members,
  events: [],
  items: [],
  decisions: [],
  matches: [],
  demand: null,
  entries: [],
  digest: null,
  appeal: null,
  order: null,
  awaitsOpinion: false,
})
