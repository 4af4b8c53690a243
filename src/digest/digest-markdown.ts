import { chinaDate, chinaShort, chinaTime, DAY_MS } from '../domain/calendar.ts'
import { isSubstantive, LABEL_NAMES, LABELS, type Label } from '../domain/label.ts'
import { isOpen, isOverdue, type LedgerItem } from '../domain/ledger.ts'
import type { EpochMs } from '../domain/message.ts'
import { safeText } from '../domain/safe-text.ts'
import type { DigestFacts } from './digest-facts.ts'

const PERIOD_NAME = { daily: '日报', weekly: '周报' } as const
const PERIOD = { daily: '今日', weekly: '本周' } as const
const PREVIOUS = { daily: '昨日', weekly: '上周' } as const
const WHOLE_PREVIOUS = { daily: '昨日全天', weekly: '上周全周' } as const
const SOON_MS = { daily: 2 * DAY_MS, weekly: 7 * DAY_MS } as const

/**
 * The digest as it is posted: due soon, new, done, overdue, open problems, the group's noise, what the bot itself said.
 * Every open task and problem is named; nobody is counted or ranked. Markdown, a few lines; one line where nothing was.
 */
export function digestMarkdown(facts: DigestFacts): string {
  const total = LABELS.reduce((sum, label) => sum + facts.labelCounts[label], 0)
  if (facts.items.length === 0 && total === 0)
    return `**${heading(facts)}** ${PERIOD[facts.kind]}${soFar(facts)}没有待办事项,群里也很清静,大家安心工作。`

  const items = facts.items.toSorted((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity) || a.number - b.number)
  const tasks = items.filter((item) => item.kind === 'task')
  const open = tasks.filter(isOpen)
  const overdue = open.filter((item) => isOverdue(item, facts.now))
  const soon = open.filter(
    (item) => item.due !== null && item.due >= facts.now && item.due < facts.now + SOON_MS[facts.kind],
  )
  const later = open.filter((item) => !overdue.includes(item) && !soon.includes(item))
  const problems = items.filter((item) => item.kind === 'problem' && isOpen(item))

  const names = new Map(facts.members.map((member) => [member.memberId, safeText(member.name)]))
  const line = (item: LedgerItem) => taskLine(item, names)
  return [
    `**${heading(facts)}**`,
    ...section('近期到期', soon.map(line)),
    ...arrivals(tasks, facts),
    ...section('已超期', overdue.map(line)),
    ...section('其他在办', later.map(line)),
    ...section('待解决问题', problems.map(problemLine(facts.now))),
    ...(open.length + problems.length === 0 ? ['没有未办结的任务和问题。'] : []),
    noiseLine(facts, total),
    botLine(facts),
  ].join('\n')
}

/** True where the period still runs: what is said of it holds up to `now` only. */
const isRunning = ({ now, to }: DigestFacts): boolean => now < to
const soFar = (facts: DigestFacts): string => (isRunning(facts) ? '截至目前' : '')

/** The days that the digest tells of: a period that still runs ends with the day of `now`. */
function heading(facts: DigestFacts): string {
  const { groupName, kind, from, to, now } = facts
  const day = (at: EpochMs) => `${chinaTime(at).month}月${chinaTime(at).day}日`
  const first = day(from)
  const last = day(isRunning(facts) ? now : to - DAY_MS)
  const period = first === last ? first : `${first}—${last}`
  return `${safeText(groupName) || '本群'}${PERIOD_NAME[kind]}(${period})`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`**${title} ${lines.length} 项**`, ...lines]

const title = (item: LedgerItem): string => `${item.number}号 ${safeText(item.title)}`

function taskLine(item: LedgerItem, names: ReadonlyMap<string, string>): string {
  const waiting = item.assigneeIds.filter((id) => !item.completedBy.includes(id))
  const people = waiting.map((id) => names.get(id) ?? safeText(id)).join('、')
  const who = item.assigneeIds.length === 0 ? '全体' : people ? `责任:${people}` : '待销号'
  const due = item.due === null ? '未定时限' : `${chinaShort(item.due)}前`
  return `- ${title(item)}(${who};${due}${item.state === 'returned' ? ';已退回续办' : ''})`
}

const problemLine = (now: EpochMs) => (item: LedgerItem) => {
  const { month, day } = chinaTime(item.openedAt)
  const days = Math.round((Date.parse(chinaDate(now)) - Date.parse(chinaDate(item.openedAt))) / DAY_MS)
  const since = days > 0 ? `${month}月${day}日提出,已 ${days} 天` : '今日提出'
  return `- ${title(item)}(${since}${item.state === 'accepted' ? ',处理中' : ''})`
}

/** What was handed out, finished and solved in the period, a line each. */
function arrivals(tasks: readonly LedgerItem[], facts: DigestFacts): string[] {
  const within = (at: EpochMs | null) => at !== null && at >= facts.from && at < facts.to
  const named = (items: readonly LedgerItem[]) => items.map(title).join(';')
  const fresh = tasks.filter((item) => within(item.openedAt))
  const closed = tasks.filter((item) => !isOpen(item) && within(item.closedAt))
  const done = closed.filter((item) => item.state !== 'cancelled')
  const dropped = closed.filter((item) => item.state === 'cancelled')
  const solved = facts.items.filter((item) => item.kind === 'problem' && !isOpen(item) && within(item.closedAt))
  return [
    ...(fresh.length > 0 ? [`**新交办 ${fresh.length} 项**:${named(fresh)}`] : []),
    ...(done.length > 0 ? [`**已办结 ${done.length} 项**:${named(done)}`] : []),
    ...(dropped.length > 0 ? [`**已取消 ${dropped.length} 项**:${named(dropped)}`] : []),
    ...(solved.length > 0 ? [`**已了结问题 ${solved.length} 项**:${named(solved)}`] : []),
  ]
}

const noiseOf = (counts: Readonly<Record<Label, number>>): number =>
  LABELS.reduce((sum, label) => sum + (isSubstantive(label) ? 0 : counts[label]), 0)

function noiseLine(facts: DigestFacts, total: number): string {
  const { labelCounts } = facts
  const noise = noiseOf(labelCounts)
  const kinds = LABELS.filter((label) => !isSubstantive(label) && labelCounts[label] > 0)
    .toSorted((a, b) => labelCounts[b] - labelCounts[a])
    .map((label) => `${LABEL_NAMES[label]} ${labelCounts[label]}`)
  const detail = kinds.length > 0 ? `(${kinds.join('、')})` : ''
  return `${soFar(facts)}群消息 ${total} 条,其中非工作内容 ${noise} 条${detail}${comparison(facts, noise)}。`
}

/** Part of a period is not less than the whole one before: while it runs, both figures stand side by side. */
function comparison(facts: DigestFacts, noise: number): string {
  const { kind, previousLabelCounts } = facts
  if (!previousLabelCounts) return ''
  const before = noiseOf(previousLabelCounts)
  if (isRunning(facts)) return `;${WHOLE_PREVIOUS[kind]} ${before} 条`
  if (noise === before) return `,与${PREVIOUS[kind]}持平`
  return `,比${PREVIOUS[kind]}${noise < before ? '减少' : '增加'} ${Math.abs(noise - before)} 条`
}

function botLine({ kind, bot }: DigestFacts): string {
  const said = `群内发言 ${bot.groupPosts} 次、私下提醒 ${bot.reminders} 次、答复 ${bot.answers} 次`
  const held = bot.held > 0 ? `;按规则未发 ${bot.held} 次` : ''
  const simulated = bot.simulated > 0 ? `;仅记录未执行 ${bot.simulated} 次` : ''
  return `机器人${PERIOD[kind]}${said}${held}${simulated}。`
}
