import type { GroupMessage } from '../domain/message.ts'
import type { Outbound, SendResult } from '../domain/outbound.ts'

/** What a way in can hear and do, as its platform has it; what can be said is decided by `Channel.reaches`, not by this. */
export interface Capabilities {
  /** `all` messages of a group, or only those that mention the bot. */
  hears: 'all' | 'mentions'
  /** Speak to one person in private. */
  privateMessage: boolean
  /** Speak in the group at any time, not only as an answer. */
  groupPost: boolean
  recallOthers: boolean
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
  | { kind: 'messages'; messages: GroupMessage[]; acknowledge(receipts: readonly Receipt[]): CallbackResponse }

/** A way in by HTTP. `receive` verifies and normalises; it throws a CodedError (400, 401, 403) and never stores. */
export interface WebhookAdapter {
  readonly adapter: string
  readonly channelId: string
  readonly capabilities: Capabilities
  receive(request: CallbackRequest): Incoming
}

/** A way out. `send` never throws for what a platform answers: it says what became of it. */
export interface Channel {
  /** Unique name, stored with what is to be said, e.g. `wecom-app:main`. */
  readonly name: string
  /** Longest body of one message in bytes of UTF-8; a longer one is split by the courier. */
  readonly maxBytes: number
  /** True where this channel can reach that audience of that group. */
  reaches(message: Pick<Outbound, 'groupId' | 'audience'>): boolean
  send(message: Pick<Outbound, 'groupId' | 'audience' | 'outboxId'> & { body: string }): Promise<SendResult>
}
