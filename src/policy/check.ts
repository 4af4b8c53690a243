import type { Label } from '../domain/label.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import { nextAllowed, outOfHours } from './hours.ts'
import { ruleName } from './reason.ts'

/** Flags are demands on the readers; these four labels, by the label guide, demand nothing. */
const DEMANDLESS: ReadonlySet<Label> = new Set(['checkin', 'boast', 'ritual', 'chatter'])

const DAY_MINUTES = 1440

/**
 * What a valid policy says but cannot mean, in plain Chinese, one sentence each: rules and steps that can never take
 * effect, words that will never be said. Empty where there is nothing to remark.
 */
export function checkPolicy(policy: Policy): string[] {
  return [...checkFrame(policy), ...policy.rules.flatMap((rule, index) => checkRule(policy, rule, index))]
}

function checkFrame(policy: Policy): string[] {
  const warnings: string[] = []
  if (policy.rules.length === 0) warnings.push('rules 里没有规则,机器人只会记录任务和问题')
  if (policy.exempt.roles.length === 2) warnings.push('exempt.roles 豁免了所有人,任何规则都不会起作用')
  if (neverOutsideQuiet(policy)) {
    warnings.push('bot.quiet 的静默时段盖住了整个 workHours,私聊提醒只能在工作时间以外说')
  }
  const acting = policy.rules.flatMap((rule) => [...rule.then, ...(rule.escalate?.then ?? [])])
  if (policy.bot.groupPostsPerDay === 0 && acting.includes('note-group')) {
    warnings.push('bot.groupPostsPerDay 是 0,note-group 永远不会说出来')
  }
  const speaksInPrivate = acting.some((action) => action !== 'record' && action !== 'note-group')
  if (policy.bot.remindersPerPersonPerWeek === 0 && speaksInPrivate) {
    warnings.push('bot.remindersPerPersonPerWeek 是 0,私聊提醒永远不会说出来')
  }
  return warnings
}

/** Tried on one plain working week: every moment for private words is then outside working hours. */
function neverOutsideQuiet(policy: Policy): boolean {
  const monday = Date.UTC(2026, 2, 2)
  return outOfHours(policy, nextAllowed(policy, monday))
}

function checkRule(policy: Policy, rule: Rule, index: number): string[] {
  const { when, escalate } = rule
  const warnings: string[] = []
  const say = (text: string) => warnings.push(`规则「${ruleName(rule)}」(${rule.id}):${text}`)
  const never = neverMet(policy, rule)
  if (never !== null) say(`永远不会命中,因为${never}`)
  else if (when.label === undefined) {
    say('只写了 flags,没有写 label,因此不会看任务、进展、问题和通知;要看它们请写明 label')
  }
  for (const [name, actions] of [
    ['then', rule.then],
    ['escalate.then', escalate?.then ?? []],
  ] as const) {
    if (new Set(actions).size < actions.length) say(`${name} 里同一个动作写了两次,第二次不会说出来`)
  }
  if (escalate !== undefined) {
    if (never !== null) say('escalate 永远不会发生,因为规则本身不会命中')
    if (sameSet(rule.then, escalate.then)) say('escalate.then 和 then 一样,升级后没有变化')
    if (when.count !== undefined) say('刷屏由多人造成,escalate 却只按凑满 count 的那个人计数,建议去掉')
  }
  const twin = policy.rules.slice(0, index).find((other) => sameCondition(other, rule))
  if (twin !== undefined) say(`条件和规则「${ruleName(twin)}」完全一样,同一条消息只会提醒一次`)
  return warnings
}

/** Why no message can meet the rule; null where one can. */
function neverMet(policy: Policy, { when }: Rule): string | null {
  if (when.confidence >= 1) return 'confidence 是 1,判断从不会有十成把握;建议写 0.9'
  if (when.role !== undefined && policy.exempt.roles.includes(when.role)) return `exempt.roles 已豁免 ${when.role}`
  if (when.flags !== undefined && when.label?.every((label) => DEMANDLESS.has(label))) {
    return `${when.label.join('、')} 类消息不提要求,不会带有 flags`
  }
  const { days, from, to } = policy.workHours
  if (when.outOfHours && days === 'everyday' && from === 0 && to >= DAY_MINUTES - 1) return '全天都是工作时间'
  return null
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  new Set(one).symmetricDifference(new Set(other)).size === 0

const sameCondition = (one: Rule, other: Rule): boolean => JSON.stringify(one.when) === JSON.stringify(other.when)
