import type { CardButton } from '../../../domain/card.ts'
import type { Action, Hold, Purpose } from '../../../domain/decision.ts'
import type { Flag, Label } from '../../../domain/label.ts'
import type { ProblemState, TaskState } from '../../../domain/ledger.ts'
import type { Member, Mention, Role } from '../../../domain/message.ts'
import type { Evidence } from '../../../domain/verdict.ts'

/** What `/api/sandbox…` answers; moments are ISO 8601 or epoch milliseconds. */
export type Moment = string | number

export interface GroupMember extends Member {
  /** The group id of this person's private chat with the bot, once the server has told it. */
  privateChat?: string
}

export interface Group {
  groupId: string
  name: string
  members: GroupMember[]
}

export interface TranscriptSummary {
  id: string
  group: string
  domain: string
  messages: number
  days: number
}

export interface SandboxInfo {
  /** Signs this browser's messages; it is made for the sandbox alone. */
  secret: string
  channelId: string
  groups: Group[]
  transcripts: TranscriptSummary[]
}

export interface Transcript {
  group: string
  domain: string
  timezone: string
  members: { id: string; name: string; role: Role }[]
  messages: { id: string; at: string; from: string; text: string; replyTo?: string | null }[]
}

export interface ShownVerdict {
  label: Label
  labelName: string
  confidence: number
  flags: Flag[]
  evidence: Evidence[]
}

export interface ShownDecision {
  rule: string
  title: string | null
  action: Action
  to: string | null
  reason: string
  held: Hold | null
  simulated: boolean
}

export interface ShownMessage {
  messageId: string
  sentAt: Moment
  sender: Member
  text: string
  quote?: { text: string } | null
  verdict: ShownVerdict | null
  decisions: ShownDecision[]
}

export interface ShownItem {
  number: number
  kind: 'task' | 'problem'
  title: string
  state: TaskState | ProblemState
  due: string | null
  overdue: boolean
  assignees: string[]
  issuer: string
  messageId: string
}

export type PostState =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'held'
  | 'dropped'
  | 'failed'
  | 'uncertain'
  | 'simulated'
  | 'withdrawn'

export interface ShownPost {
  outboxId: string
  /** `group` or a member id. */
  to: string
  purpose: Purpose
  body: string
  buttons: CardButton[]
  state: PostState
  held: Hold | null
  notBefore: string
  at: string
}

/** What somebody told the bot alone; `answer` is what it said at once. */
export interface ToldLine {
  messageId: string
  memberId: string
  text: string
  /** By a button. */
  pressed: boolean
  at: string
  answer: { body: string; at: string } | null
}

export type Mode = 'observe' | 'enforce'

export interface GroupState {
  group: Group
  policy: { name: string; mode: Mode; version: number | string }
  messages: ShownMessage[]
  ledger: ShownItem[]
  posts: ShownPost[]
  told: ToldLine[]
}

/** The body of a signed sandbox callback. */
export interface SandboxMessage {
  messageId: string
  groupId: string
  groupName?: string
  chat?: 'group' | 'single'
  sentAt: number
  sender: Member
  text: string
  mentions?: Mention[]
  addressesBot?: boolean
  quote?: { messageId: string; text: string }
}
