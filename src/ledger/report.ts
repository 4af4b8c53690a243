import { chinaIso } from '../domain/calendar.ts'
import { isOpen, type LedgerItem } from '../domain/ledger.ts'

/** A task as the transcript scorer reads it. `status` is `partial` where some assignees have reported, not all. */
export interface TranscriptTask {
  id: string
  message: string
  title: string
  assignees: string[]
  /** ISO 8601 with the offset of China. */
  due: string | null
  updates: string[]
  status: 'open' | 'done' | 'partial' | 'cancelled'
  closedBy: string | null
}

/** A problem as the transcript scorer reads it. */
export interface TranscriptProblem {
  id: string
  message: string
  title: string
  status: 'open' | 'resolved'
  closedBy: string | null
}

/** The tasks and the problems of a ledger, in the scorers' form, in order of their numbers. */
export function toTranscript(items: readonly LedgerItem[]): { tasks: TranscriptTask[]; problems: TranscriptProblem[] } {
  const ordered = [...items].sort((a, b) => a.number - b.number)
  return {
    tasks: ordered.filter((item) => item.kind === 'task').map(toTranscriptTask),
    problems: ordered.filter((item) => item.kind === 'problem').map(toTranscriptProblem),
  }
}

/** One item in the scorers' form. */
export const toTranscriptItem = (item: LedgerItem): TranscriptTask | TranscriptProblem =>
  item.kind === 'task' ? toTranscriptTask(item) : toTranscriptProblem(item)

function toTranscriptTask(item: LedgerItem): TranscriptTask {
  const { messageId, title, assigneeIds, due, updates, closedBy } = item
  return {
    id: `t${item.number}`,
    message: messageId,
    title,
    assignees: [...assigneeIds],
    due: due === null ? null : chinaIso(due),
    updates: [...updates],
    status: taskStatus(item),
    closedBy,
  }
}

function taskStatus(item: LedgerItem): TranscriptTask['status'] {
  if (item.state === 'cancelled') return 'cancelled'
  if (!isOpen(item)) return 'done'
  return item.completedBy.length > 0 ? 'partial' : 'open'
}

const toTranscriptProblem = (item: LedgerItem): TranscriptProblem => ({
  id: `p${item.number}`,
  message: item.messageId,
  title: item.title,
  status: isOpen(item) ? 'open' : 'resolved',
  closedBy: item.closedBy,
})
