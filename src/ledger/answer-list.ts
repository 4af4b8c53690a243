import { chinaShort } from '../domain/calendar.ts'
import { isOpen, isOverdue, type LedgerItem } from '../domain/ledger.ts'
import type { EpochMs, Member } from '../domain/message.ts'
import { safeText } from '../domain/safe-text.ts'

/** The commands that ask for a list. */
export type ListCommand = { name: 'list-tasks' | 'list-mine' | 'list-problems' }

const MOST = 30

const HEADINGS = { 'list-tasks': '未办结任务', 'list-mine': '您的未办结任务', 'list-problems': '未解决问题' } as const
const NOTHING = {
  'list-tasks': '本群目前没有未办结的任务。',
  'list-mine': '您目前没有未办结的任务。',
  'list-problems': '本群目前没有未解决的问题。',
} as const

/** The list that a member asks for, as markdown: overdue and soonest due first, at most 30 lines. */
export function answerList(
  command: ListCommand,
  items: readonly LedgerItem[],
  members: readonly Member[],
  memberId: string,
  now: EpochMs,
): string {
  const kind = command.name === 'list-problems' ? 'problem' : 'task'
  const listed = items
    .filter((item) => item.kind === kind && isOpen(item))
    .filter((item) => command.name !== 'list-mine' || owes(item, memberId))
    .sort((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity) || a.number - b.number)
  if (listed.length === 0) return NOTHING[command.name]

  const names = new Map(members.map((member) => [member.memberId, member.name]))
  const lines = listed.slice(0, MOST).map((item) => line(item, names, now))
  if (listed.length > MOST) lines.push(`- 另有 ${listed.length - MOST} 项未列出,发“周报”可查看全部`)
  return [`**${HEADINGS[command.name]}(${listed.length})**`, ...lines].join('\n')
}

/** True where the member still has to do something for it. */
const owes = (item: LedgerItem, memberId: string): boolean =>
  (item.assigneeIds.length === 0 || item.assigneeIds.includes(memberId)) && !item.completedBy.includes(memberId)

function line(item: LedgerItem, names: ReadonlyMap<string, string>, now: EpochMs): string {
  const title = `- ${item.number}号 ${safeText(item.title)}`
  if (item.kind === 'problem') return `${title}(${chinaShort(item.openedAt)}提出)`
  const waiting = item.assigneeIds.filter((id) => !item.completedBy.includes(id))
  const people = item.assigneeIds.length === 0 ? '全体' : waiting.map((id) => safeText(names.get(id) ?? id)).join('、')
  const due = item.due === null ? '未定时限' : `${chinaShort(item.due)}前${isOverdue(item, now) ? ',已超期' : ''}`
  return `${title}(${people || '待销号'};${due})`
}
