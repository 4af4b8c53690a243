import type { Amendment, Clock, EpochMs, GroupMessage } from '../domain/message.ts'
import type { Outbound, SendResult } from '../domain/outbound.ts'

/** What a way in can hear and do, as its platform has it; what can be said is decided by `Channel.reaches`, not by this. */
export interface Capabilities {
  /** `all` messages of a group, or only those that mention the bot. */
  hears: 'all' | 'mentions'
  /** Speak to one person in private. */
  privateMessage: boolean
  /** Speak in the group at any time, not only as an answer. */
  groupPost: boolean
  /** Name a member in the group so that the client rings. */
  mention: boolean
  /** Show a card whose buttons come back as commands. */
  card: boolean
  recallOwn: boolean
  recallOthers: boolean
  /** Put an item on a member's list of things to do. */
  todo: boolean
}

/** A callback request before anything is believed. `body` is the raw bytes, at most 1 MiB. */
export interface CallbackRequest {
  method: 'GET' | 'POST'
  /** Raw query string without `?`; platforms disagree on `+`, so the adapter decodes it. */
  query: string
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

export interface CallbackResponse {
  status: number
  type: 'application/json' | 'text/plain' | 'application/xml'
  body: string
}

/** What the bot answers in the very response, once the message is stored. */
export interface Receipt {
  /** The message was stored before: nothing happened now. */
  duplicate: boolean
  /** Markdown to answer with; the same for every delivery of one message. */
  answers: readonly string[]
}

/** What a verified request asks for: an answer at once, or messages to be taken in before the answer. */
export type Incoming =
  | { kind: 'respond'; response: CallbackResponse }
  | {
      kind: 'messages'
      messages: GroupMessage[]
      amendments?: Amendment[]
      acknowledge(receipts: readonly Receipt[]): CallbackResponse
    }

/** A way in by HTTP. `receive` verifies and normalises; it throws a CodedError (400, 401, 403) and never stores. */
export interface WebhookAdapter {
  readonly adapter: string
  readonly channelId: string
  readonly capabilities: Capabilities
  receive(request: CallbackRequest): Incoming
}

/** What a way in that stays open hands over at once; all of it is stored in one transaction, or nothing. */
export interface Delivery {
  messages: readonly GroupMessage[]
  /** Recalls and edits of messages that were sent before, or stand in `messages`. */
  amendments?: readonly Amendment[]
  /** How far the channel has been read after this; stored with it. Opaque to everyone but the channel. */
  cursor?: string
}

/** What a listener tells the operator; `hint` is one sentence that says what to do. */
export type ListenerNote =
  | { kind: 'up' }
  /** It hears nothing now and tries again by itself. */
  | { kind: 'down'; code: string; hint: string }
  /** It hears nothing until somebody changes something. */
  | { kind: 'alarm'; code: string; hint: string }
  /** What was said between these moments was not heard and cannot be had again. */
  | { kind: 'gap'; from: EpochMs; to: EpochMs }
  /** One thing that arrived is of no use, e.g. a line that cannot be read; it is passed over and costs nothing else. */
  | { kind: 'unusable'; code: string; hint: string }
  /** What is heard now was said this long ago; told with every piece that is read, 0 once all is read. */
  | { kind: 'behind'; ms: number }

/** The server as a listener sees it. */
export interface Ears {
  /** Resolves when all is stored: only then may the platform be told. Rejects where the store refuses. */
  deliver(delivery: Delivery): Promise<readonly Receipt[]>
  /** The cursor of the last delivery that carried one; null before the first. */
  cursor(): Promise<string | null>
  tell(note: ListenerNote): void
}

/** Time as a listener sees it: a fake one in tests. `sleep` resolves early when the signal aborts. */
export interface Timing {
  now: Clock
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** In [0, 1), for the jitter of waits. */
  random(): number
}

/** A way in that stays open: a socket, a pull, a child process. */
export interface Listener {
  readonly adapter: string
  readonly channelId: string
  readonly capabilities: Capabilities
  /** Only one node may listen at a time: the platform ends the older of two connections. */
  readonly exclusive: boolean
  /**
   * Listens until the signal aborts, then resolves with nothing left open. What platform or network do is told through
   * `ears` and tried again with growing waits; it rejects only where trying again is useless.
   */
  listen(ears: Ears, signal: AbortSignal): Promise<void>
}

/**
 * A way out. `send` never throws for what a platform answers: it says what became of it. It does not hold what its
 * limiter would keep waiting for more than a moment: nothing has left then, and the answer is `retry` with `paced`.
 */
export interface Channel {
  /** Unique name, stored with what is to be said, e.g. `wecom-app:main`. */
  readonly name: string
  /** Longest body of one message in bytes of UTF-8; a longer one is split by the courier. */
  readonly maxBytes: number
  /** The same for one audience, where that makes a difference. */
  maxBytesTo?(message: Pick<Outbound, 'groupId' | 'audience'>): number
  /** True where this channel can reach that audience of that group. */
  reaches(message: Pick<Outbound, 'groupId' | 'audience'>): boolean
  /** `card` and `picture` only go with a body that was not split; a channel that cannot show them says the body alone. */
  send(message: Pick<Outbound, 'groupId' | 'audience' | 'outboxId' | 'body' | 'card' | 'picture'>): Promise<SendResult>
  /** Takes back what was said, by the receipt of its sending: `sent` once it is gone, `failed` where it stays. */
  recall?(receipt: string): Promise<SendResult>
}
