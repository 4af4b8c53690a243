import { CodedError } from '../domain/errors.ts'
import { isOpen, type LedgerEvent, type LedgerItem } from '../domain/ledger.ts'
import { type FollowingType, PROBLEM_TRANSITIONS, TASK_TRANSITIONS } from './transitions.ts'

const refuse = (item: LedgerItem | null, event: LedgerEvent): CodedError =>
  new CodedError(
    'LEDGER_TRANSITION',
    item
      ? `item ${item.number} is ${item.state} and does not allow "${event.type}"`
      : `item ${event.number} does not exist and does not allow "${event.type}"`,
    { hint: item ? '先查看该事项的当前状态;已办结的事项要先重开。' : '编号不存在,先用任务清单查看。', status: 409 },
  )

function open(event: LedgerEvent & { type: 'opened' }): LedgerItem {
  const base = {
    number: event.number,
    messageId: event.messageId,
    title: event.title,
    issuerId: event.issuerId,
    assigneeIds: [...event.assigneeIds],
    due: event.due,
    openedAt: event.at,
    updates: [],
    completedBy: [],
    closedBy: null,
    closedAt: null,
    sequence: 1,
  }
  return event.kind === 'task' ? { ...base, kind: 'task', state: 'open' } : { ...base, kind: 'problem', state: 'open' }
}

/** The item in the state that the event leads to, everything else as it was. */
function move(item: LedgerItem, event: LedgerEvent, type: FollowingType): LedgerItem {
  if (item.kind === 'task') {
    const state = TASK_TRANSITIONS[item.state][type]
    if (!state) throw refuse(item, event)
    return { ...item, state }
  }
  const state = PROBLEM_TRANSITIONS[item.state][type]
  if (!state) throw refuse(item, event)
  return { ...item, state }
}

/** What the event itself says, beyond the state. */
function content(item: LedgerItem, event: LedgerEvent): Partial<LedgerItem> {
  switch (event.type) {
    case 'progressed': {
      const counts = item.assigneeIds.length === 0 || item.assigneeIds.includes(event.memberId)
      return event.complete && counts && !item.completedBy.includes(event.memberId)
        ? { completedBy: [...item.completedBy, event.memberId] }
        : {}
    }
    case 'rescheduled':
      return { due: event.due }
    case 'reassigned':
      return {
        assigneeIds: [...event.assigneeIds],
        completedBy: item.completedBy.filter((id) => event.assigneeIds.length === 0 || event.assigneeIds.includes(id)),
      }
    case 'returned':
    case 'reopened':
      return { completedBy: [] }
    default:
      return {}
  }
}

/**
 * The item after one more event; `item` is null for the opening one. Never changes what it is given.
 * Throws LEDGER_SEQUENCE where the event is not the item's next, LEDGER_TRANSITION where its state forbids the event.
 */
export function fold(item: LedgerItem | null, event: LedgerEvent): LedgerItem {
  if (event.sequence !== (item?.sequence ?? 0) + 1 || (item && event.number !== item.number)) {
    throw new CodedError(
      'LEDGER_SEQUENCE',
      `event ${event.number}/${event.sequence} does not follow ${item ? `${item.number}/${item.sequence}` : 'nothing'}`,
      { hint: '事件必须按顺序逐条计入;重新读取该事项后再试。', status: 409 },
    )
  }
  if (event.type === 'opened') {
    if (item) throw refuse(item, event)
    return open(event)
  }
  if (!item) throw refuse(item, event)

  const next = { ...move(item, event, event.type), ...content(item, event), sequence: event.sequence } as LedgerItem
  if (isOpen(next)) {
    return { ...next, closedBy: null, closedAt: null, updates: added(item, [item.closedBy, event.messageId]) }
  }
  if (isOpen(item)) {
    const updates = item.updates.filter((id) => id !== event.messageId)
    return { ...next, closedBy: event.messageId, closedAt: event.at, updates }
  }
  // Closed before and after: the message that closed it first stays the one that did (销号 confirms it).
  return event.messageId === item.closedBy ? next : { ...next, updates: added(item, [event.messageId]) }
}

/** The updates with these messages behind them, each once, the opening one never. */
function added(item: LedgerItem, messageIds: readonly (string | null)[]): string[] {
  const updates = new Set(item.updates)
  for (const id of messageIds) if (id !== null && id !== item.messageId) updates.add(id)
  return [...updates]
}
