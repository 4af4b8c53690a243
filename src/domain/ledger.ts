import type { EpochMs } from './message.ts'

/** `returned` (退回) and `in-progress` are still owed; overdue is a fact of time, not a state. */
export const TASK_STATES = ['open', 'in-progress', 'done', 'confirmed', 'returned', 'cancelled'] as const
export type TaskState = (typeof TASK_STATES)[number]

export const PROBLEM_STATES = ['open', 'accepted', 'resolved', 'unresolvable'] as const
export type ProblemState = (typeof PROBLEM_STATES)[number]

/** What happens to a ledger item. Events are only ever added; the item is their fold. */
export type LedgerEventBody =
  | {
      type: 'opened'
      kind: 'task' | 'problem'
      title: string
      /** Who said the message that opened it. */
      issuerId: string
      /** Empty means the whole group. */
      assigneeIds: string[]
      due: EpochMs | null
    }
  /** Somebody reported on it; `memberId` is done with their part where `complete`. */
  | { type: 'progressed'; complete: boolean; note: string }
  | { type: 'rescheduled'; due: EpochMs | null }
  | { type: 'reassigned'; assigneeIds: string[] }
  /** A reminder or clarification by the issuer: belongs to it, moves nothing. */
  | { type: 'noted'; note: string }
  /** The assignees say it is finished. */
  | { type: 'completed' }
  /** 销号: the issuer or an admin closes it. */
  | { type: 'confirmed' }
  | { type: 'returned'; reason: string }
  | { type: 'cancelled'; reason: string }
  | { type: 'reopened'; reason: string }
  | { type: 'accepted' }
  | { type: 'resolved' }
  | { type: 'unresolvable'; reason: string }

/** An event with who, when and by which message. `number` counts tasks and problems of a group together, from 1. */
export type LedgerEvent = {
  number: number
  /** 1 for the first event of the item. */
  sequence: number
  messageId: string
  memberId: string
  at: EpochMs
} & LedgerEventBody

interface ItemBase {
  number: number
  /** The message that opened it. */
  messageId: string
  title: string
  issuerId: string
  assigneeIds: string[]
  due: EpochMs | null
  openedAt: EpochMs
  /** Messages that belong to it after the opening one, in order, without the closing one. */
  updates: string[]
  /** Assignees who have reported their part complete. */
  completedBy: string[]
  closedBy: string | null
  closedAt: EpochMs | null
  /** Number of events folded in. */
  sequence: number
}
export type TaskItem = ItemBase & { kind: 'task'; state: TaskState }
export type ProblemItem = ItemBase & { kind: 'problem'; state: ProblemState }
export type LedgerItem = TaskItem | ProblemItem

const CLOSED: ReadonlySet<TaskState | ProblemState> = new Set([
  'done',
  'confirmed',
  'cancelled',
  'resolved',
  'unresolvable',
])

/** False once the item needs nobody's attention any more. */
export const isOpen = (item: LedgerItem): boolean => !CLOSED.has(item.state)

/** True where the due time has passed and the item is still open. */
export const isOverdue = (item: LedgerItem, now: EpochMs): boolean =>
  isOpen(item) && item.due !== null && item.due < now
