import { chinaShort, chinaTime, DAY_MS } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Policy } from '../../domain/policy.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { PersonRecord, SaidReminder } from '../../store/person-record.ts'

/** How far back reminders are listed. */
export const REMINDERS_MS = 90 * DAY_MS
const MOST_REMINDERS = 6
const MOST_TASKS = 3

const day = (at: EpochMs) => `${chinaTime(at).month}月${chinaTime(at).day}日`

function standingOf({ withdrawn, appeal }: SaidReminder): string {
  if (withdrawn) return '(已撤回,不计入)'
  if (appeal === 'open') return '(申诉中,不计入)'
  return appeal === 'rejected' ? '(申诉未采纳)' : ''
}

/** What is kept on the one who asks, at most 15 lines of markdown; nothing in it is about anybody else. */
export function recordText(record: PersonRecord, rulesOf: (groupId: string) => Policy['rules']): string {
  const { messages, since, reminders, tasks, appeals, silences } = record
  const titleOf = ({ groupId, rule }: SaidReminder) =>
    safeText(rulesOf(groupId).find(({ id }) => id === rule)?.title ?? rule, 30)
  const lines = ['**您在我这里的记录**(只有您看得到)']
  lines.push(
    messages === 0 || since === null
      ? '- 没有保存您的消息'
      : `- 消息:${messages} 条,最早 ${chinaTime(since).year}年${day(since)}`,
  )
  lines.push(`- 近 90 天的私下提醒:${reminders.length} 次`)
  for (const reminder of reminders.slice(0, MOST_REMINDERS))
    lines.push(`  ${day(reminder.at)} ${titleOf(reminder)}${standingOf(reminder)}`)
  if (reminders.length > MOST_REMINDERS) lines.push(`  更早的 ${reminders.length - MOST_REMINDERS} 次未列出`)
  lines.push(`- 您名下未办结的任务:${tasks.length} 件`)
  for (const task of tasks.slice(0, MOST_TASKS))
    lines.push(`  ${task.number}号 ${safeText(task.title, 30)}${task.due === null ? '' : `,${chinaShort(task.due)}前`}`)
  lines.push(`- 您提出的申诉:${appeals} 件;您设置的静默:${silences} 次`)
  return lines.join('\n')
}
