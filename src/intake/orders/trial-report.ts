import type { Kysely } from 'kysely'
import { chinaTime, DAY_MS } from '../../domain/calendar.ts'
import type { Hold } from '../../domain/decision.ts'
import type { EpochMs, Member } from '../../domain/message.ts'
import { GROUP } from '../../domain/outbound.ts'
import type { Policy } from '../../domain/policy.ts'
import { safeText } from '../../domain/safe-text.ts'
import { modeIn } from '../../policy/mode.ts'
import type { Group } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'
import { judgedMessages, type TrialRow, trialRows } from '../../store/trial.ts'

/** How far a report looks back, unless a group is observed longer at first. */
export const TRIAL_MS = 7 * DAY_MS
const MOST_RULES = 6
const MOST_NAMES = 12

/** What the rules did, or would have done, in a period. */
export interface TrialFacts {
  groupName: string
  mode: Policy['mode']
  from: EpochMs
  to: EpochMs
  messages: number
  rows: readonly TrialRow[]
  /** The policy's rules, for their titles. */
  rules: Policy['rules']
}

/** The facts of the days before `to`, a week unless `from` is given: what was simulated while the group is observed, else what was really done. */
export async function trialFacts(
  db: Kysely<Tables>,
  group: Group,
  policy: Policy,
  {
    to,
    from = to - Math.max(TRIAL_MS, policy.observeFirst ?? 0),
    mode = modeIn(policy, group.createdAt, to),
  }: { to: EpochMs; from?: EpochMs; mode?: Policy['mode'] },
): Promise<TrialFacts> {
  return {
    groupName: group.name ?? '本群',
    mode,
    from,
    to,
    messages: await judgedMessages(db, group, from, to + 1),
    rows: await trialRows(db, group, { from, to: to + 1, simulated: mode === 'observe' }),
    rules: policy.rules,
  }
}

const sum = (rows: readonly TrialRow[]) => rows.reduce((all, row) => all + row.decisions, 0)
const day = (at: EpochMs) => `${chinaTime(at).month}月${chinaTime(at).day}日`

const HELD: readonly (readonly [string, readonly Hold[]])[] = [
  ['超出额度', ['budget']],
  ['已合并', ['gathered']],
  ['豁免、紧急或静默', ['exempt', 'emergency', 'paused', 'own-words']],
  ['没有可用的通道或对象', ['no-channel', 'no-recipient']],
]

/** Those who would be spoken to and how often, in the order of the group's list: nobody is ranked. */
function peopleIn(said: readonly TrialRow[], members: readonly Member[]): string {
  const times = Map.groupBy(said, (row) => row.to)
  const listed = [...times].sort(
    ([a], [b]) => members.findIndex((each) => each.memberId === a) - members.findIndex((each) => each.memberId === b),
  )
  const names = new Map(members.map((member) => [member.memberId, member.name]))
  const shown = listed
    .slice(0, MOST_NAMES)
    .map(([to, rows]) => `${safeText(names.get(to ?? '') ?? to ?? '', 20)} ${sum(rows)} 次`)
  return `- 按名册:${shown.join('、')}${listed.length > MOST_NAMES ? `等 ${listed.length} 人` : ''}`
}

/**
 * The report as markdown, at most a dozen lines. `members` is given where only an admin reads it: who would be spoken
 * to, how often; null leaves all names out.
 */
export function trialReport(facts: TrialFacts, members: readonly Member[] | null): string {
  const rows = facts.rows.filter((row) => row.held !== 'corrected')
  const said = rows.filter((row) => row.held === null && row.to !== null)
  const toPeople = said.filter((row) => row.to !== GROUP && row.action !== 'note-owner')
  const observing = facts.mode === 'observe'
  const would = observing ? '如果启用,会' : '实际'
  const heading = `**「${safeText(facts.groupName, 40)}」${observing ? '试运行情况' : '规则执行情况'}**(${day(facts.from)}至${day(facts.to)})`
  const seen = `看了 ${facts.messages} 条消息,规则命中 ${sum(rows)} 次。`
  if (rows.length === 0) return [heading, `${seen}没有需要提醒的。`].join('\n')
  const people = new Set(toPeople.map((row) => row.to)).size
  const held = HELD.flatMap(([why, holds]) => {
    const times = sum(rows.filter((row) => row.held !== null && holds.includes(row.held)))
    return times === 0 ? [] : [`${why} ${times} 次`]
  })
  const titles = new Map(facts.rules.map((rule) => [rule.id, rule.title ?? rule.id]))
  const byRule = [...Map.groupBy(rows, (row) => row.rule)]
    .map(([rule, ofRule]) => ({ title: safeText(titles.get(rule) ?? rule, 30), times: sum(ofRule) }))
    .sort((a, b) => b.times - a.times)
  const more = byRule.length > MOST_RULES ? [`- 另有 ${byRule.length - MOST_RULES} 条规则命中较少`] : []
  return [
    heading,
    seen,
    `${would}私下提醒 ${people} 人共 ${sum(toPeople)} 次,告知群主 ${sum(said.filter((row) => row.action === 'note-owner'))} 次,在群里说 ${sum(said.filter((row) => row.to === GROUP))} 次。`,
    ...(held.length > 0 ? [`没有说的:${held.join(',')}。`] : []),
    ...(members !== null && toPeople.length > 0 ? [peopleIn(toPeople, members)] : []),
    ...byRule.slice(0, MOST_RULES).map(({ title, times }) => `- ${title}:${times} 次`),
    ...more,
  ].join('\n')
}
