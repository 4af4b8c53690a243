import { isOpen, type LedgerEvent, type LedgerEventBody, type LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, Role } from '../domain/message.ts'
import { safeText } from '../domain/safe-text.ts'
import type { ItemCommand } from './command.ts'

/** Who gives a command, by which message and when. */
export interface CommandBy {
  memberId: string
  role: Role
  messageId: string
  at: EpochMs
}

/** What a command does to the ledger, and what the bot answers. */
export interface CommandOutcome {
  events: LedgerEvent[]
  /** Markdown. */
  answer: string
}

/**
 * Carries out a command on the item of that number; `undefined` where the group has none.
 * The issuer or a leader closes (销号), returns, cancels and reopens; an assignee's 销号 counts as "my part is done".
 * Never throws: what is not allowed is answered in one line and moves nothing.
 */
export function applyCommand(command: ItemCommand, by: CommandBy, item: LedgerItem | undefined): CommandOutcome {
  if (!item) return say(`没有找到第 ${command.number} 号事项。发“任务清单”或“本群问题”可查看编号。`)
  const presides = by.role === 'leader' || by.memberId === item.issuerId
  if (command.name === 'confirm') return confirm(item, by, presides)
  if (!presides) return say(`${label(item)}只能由交办人或负责人${CHANGE[command.name]},已为您保留原状。`)
  if (command.name === 'return') return giveBack(item, by, command.reason)
  if (command.name === 'cancel') return cancel(item, by, command.reason)
  return reopen(item, by, command.reason)
}

const CHANGE = { return: '退回', cancel: '取消', reopen: '重开' } as const

const say = (answer: string): CommandOutcome => ({ events: [], answer })
const label = (item: LedgerItem): string => `第 ${item.number} 号(${safeText(item.title)})`

function act(item: LedgerItem, by: CommandBy, bodies: readonly LedgerEventBody[], answer: string): CommandOutcome {
  const { memberId, messageId, at } = by
  const events = bodies.map((body, index) => ({
    number: item.number,
    sequence: item.sequence + 1 + index,
    messageId,
    memberId,
    at,
    ...body,
  }))
  return { events, answer }
}

function confirm(item: LedgerItem, by: CommandBy, presides: boolean): CommandOutcome {
  if (item.kind === 'problem') {
    if (item.state === 'resolved') return say(`${label(item)}此前已解决。`)
    if (!presides && !item.assigneeIds.includes(by.memberId))
      return say(`${label(item)}由反映人、承办人或负责人销号,请与他们联系。`)
    return act(item, by, [{ type: 'resolved' }], `${label(item)}已解决,予以销号。`)
  }
  if (item.state === 'confirmed') return say(`${label(item)}此前已销号。`)
  if (item.state === 'cancelled') return say(`${label(item)}已取消,如需办理请先重开。`)
  if (presides) return act(item, by, [{ type: 'confirmed' }], `${label(item)}已销号。`)
  if (item.state === 'done') return say(`${label(item)}已报完成,等待交办人销号。`)
  if (item.assigneeIds.length > 0 && !item.assigneeIds.includes(by.memberId))
    return say(`${label(item)}由承办人、交办人或负责人销号,请与他们联系。`)

  const progressed: LedgerEventBody = { type: 'progressed', complete: true, note: '' }
  const waiting = item.assigneeIds.filter((id) => id !== by.memberId && !item.completedBy.includes(id)).length
  if (item.assigneeIds.length === 0)
    return act(item, by, [progressed], `已记录您完成${label(item)}的部分,由交办人销号。`)
  if (waiting > 0) return act(item, by, [progressed], `已记录您完成${label(item)}的部分,还有 ${waiting} 位承办人未报。`)
  return act(item, by, [progressed, { type: 'completed' }], `${label(item)}已记为完成,等待交办人销号。`)
}

function giveBack(item: LedgerItem, by: CommandBy, reason: string): CommandOutcome {
  if (item.kind === 'problem')
    return isOpen(item)
      ? say(`${label(item)}尚未解决,无需退回。`)
      : act(item, by, [{ type: 'reopened', reason }], `${label(item)}已退回,继续办理。`)
  switch (item.state) {
    case 'in-progress':
    case 'done':
      return act(item, by, [{ type: 'returned', reason }], `${label(item)}已退回,请承办人继续办理。`)
    case 'open':
      return say(`${label(item)}还没有办理反馈,无需退回。`)
    case 'returned':
      return say(`${label(item)}此前已退回。`)
    default:
      return say(`${label(item)}已${item.state === 'confirmed' ? '销号' : '取消'},如需继续办理请先重开。`)
  }
}

function cancel(item: LedgerItem, by: CommandBy, reason: string): CommandOutcome {
  if (!isOpen(item) || item.state === 'done') return say(`${label(item)}已经办结或取消,未作改动。`)
  return item.kind === 'problem'
    ? act(item, by, [{ type: 'unresolvable', reason: reason || '已取消' }], `${label(item)}已取消。`)
    : act(item, by, [{ type: 'cancelled', reason }], `${label(item)}已取消。`)
}

function reopen(item: LedgerItem, by: CommandBy, reason: string): CommandOutcome {
  if (isOpen(item)) return say(`${label(item)}尚未办结,无需重开。`)
  return act(item, by, [{ type: 'reopened', reason }], `${label(item)}已重开。`)
}
