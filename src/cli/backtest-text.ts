import type { BacktestReport, Difference } from '../app/backtest/backtest.ts'
import type { TriedDecision } from '../app/backtest/side.ts'
import { type Counts, outcomeOf, type Pair } from '../app/backtest/tally.ts'
import { chinaIso, chinaShort } from '../domain/calendar.ts'
import type { Hold } from '../domain/decision.ts'
import { GROUP } from '../domain/outbound.ts'
import { safeText } from '../domain/safe-text.ts'
import { ACTION_WORDS, OUTCOME_WORDS } from './decision-words.ts'

const EXCERPT = 30
const MOST_PEOPLE = 30

/** What no stored message says and a trial has to take for granted. */
export const ASSUMPTIONS = [
  '判断用的是存下的判断,没有重新判断;规则和现行规则用的是同一套。',
  '假定每个群的通道都能私下说话、能在群里说话;群主和负责人按现在的名单。',
  '豁免、静默、应急、试运行期(observeFirst)都算在内;不论 mode 是 observe 还是 enforce,都列出会说什么。',
  '小结和申诉转告按当时实际发出的算进额度;一个人的额度和重复的要求按全部群合计。',
]

/** A moment as admins read it, to the minute. */
const moment = (at: number): string => chinaIso(at).slice(0, 16).replace('T', ' ')

function decisionWords(decision: TriedDecision, { sentAt }: Difference['message']): string {
  const outcome = outcomeOf(decision)
  const later = outcome === 'said' && decision.notBefore > sentAt ? `,${chinaShort(decision.notBefore)}` : ''
  const what = outcome === 'recorded' ? '' : `(${OUTCOME_WORDS[outcome]}${later})`
  return `${decision.rule} ${ACTION_WORDS[decision.action]}${what}`
}

/** One message on which the two differ: when, where, who, what was said, and what each would do. */
export function differenceLine({ message, group, senderName, decisions }: Difference): string {
  const words = (each: readonly TriedDecision[]) =>
    each.map((decision) => decisionWords(decision, message)).join(';') || '不管'
  const said = safeText(message.text, EXCERPT) || (message.isRecalled ? '(已撤回)' : '(无文字)')
  const where = safeText(group.name ?? group.groupId)
  return `${moment(message.sentAt)} ${where} ${safeText(senderName)}:${said}\n    ${words(decisions.old)} → ${words(decisions.new)}`
}

/** The same as one JSON line. */
export const differenceObject = ({ message, group, senderName, decisions }: Difference) => {
  const plain = (each: readonly TriedDecision[]) =>
    each.map(({ rule, action, to, held, notBefore, trial }) => ({
      rule,
      action,
      to: to === GROUP ? 'group' : to,
      held,
      trial,
      notBefore: chinaIso(notBefore),
    }))
  return {
    messageId: message.messageId,
    groupId: message.groupId,
    group: group.name,
    at: chinaIso(message.sentAt),
    from: message.senderId,
    name: senderName,
    excerpt: safeText(message.text, EXCERPT),
    old: plain(decisions.old),
    new: plain(decisions.new),
  }
}

const change = (pair: Pair<number>): string => (pair.old === pair.new ? `${pair.new}` : `${pair.old} → ${pair.new}`)
const both = <T>(counts: Pair<T>, pick: (of: T) => number): Pair<number> => ({
  old: pick(counts.old),
  new: pick(counts.new),
})
const isNone = ({ old, new: tried }: Pair<number>): boolean => old === 0 && tried === 0

/** What became of the decisions of a rule and action, or of all: those of nought on both sides are left out. */
function countsWords(counts: Pair<Counts>): string {
  const plain = (['said', 'trial', 'recorded'] as const).map((outcome) => ({
    outcome,
    pair: both(counts, (of) => of[outcome]),
  }))
  const reasons = [...new Set([...Object.keys(counts.old.held), ...Object.keys(counts.new.held)])] as Hold[]
  const held = reasons.map((outcome) => ({ outcome, pair: both(counts, (of) => of.held[outcome] ?? 0) }))
  return [...plain, ...held]
    .filter(({ pair }) => !isNone(pair))
    .map(({ outcome, pair }) => `${OUTCOME_WORDS[outcome]} ${change(pair)}`)
    .join(',')
}

function peopleLines(people: BacktestReport['people']): string[] {
  const lines = people.slice(0, MOST_PEOPLE).map((person) => {
    const trial = both(person, (of) => of.trial)
    const also = isNone(trial) ? '' : `,另有试运行期内只记录的 ${change(trial)} 次`
    return `  ${safeText(person.name)}(${person.memberId}):${change(both(person, (of) => of.said))} 次${also}`
  })
  const more = people.length - lines.length
  return more > 0 ? [...lines, `  ……还有 ${more} 人,加 --json 可看全部`] : lines
}

/** The report for people; `names` say which policies were tried. A figure `a → b` is the old policy's and the new one's. */
export function reportText(report: BacktestReport, names: Pair<string>, showsMessages: boolean): string {
  const { totals, rules, people, differences } = report
  const of = (pick: (total: (typeof totals)['old']) => number) => change(both(totals, pick))
  const hint = differences > 0 && !showsMessages ? ',加 --messages 逐条列出' : ''
  return [
    `原规则:${names.old}`,
    `新规则:${names.new}`,
    `范围:${moment(report.first)} 至 ${moment(report.last)},${report.groups} 个群,${report.messages} 条判断过的消息`,
    '数字写作「原规则 → 新规则」,一样的只写一个。',
    '',
    `命中的消息 ${of(({ messages }) => messages)} 条;私下会说 ${of(({ reminders }) => reminders)} 句,群里会说 ${of(({ groupPosts }) => groupPosts)} 句`,
    `合计:${countsWords(totals) || '没有命中'}`,
    ...(rules.length > 0 ? ['', '按规则和做法:'] : []),
    ...rules.map(({ rule, action, counts }) => `  ${rule} · ${ACTION_WORDS[action]}:${countsWords(counts)}`),
    ...(people.length > 0 ? ['', '会私下说到的人(仅供管理员核对,不要公布):'] : []),
    ...peopleLines(people),
    '',
    `两种规则做法不同的消息 ${differences} 条${hint}。`,
    '',
    '说明:',
    ...ASSUMPTIONS.map((line) => `- ${line}`),
    ...(report.recalled > 0 ? [`- 有 ${report.recalled} 条消息已被撤回,原文不在了,看文字的规则看不到它们。`] : []),
  ].join('\n')
}
