import type { Action } from '../domain/decision.ts'
import type { Label } from '../domain/label.ts'
import { ROLES } from '../domain/message.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import { reliesOnVerdict } from './conditions.ts'
import { covers } from './covers.ts'
import { actionsOf, namesWords, stepsOf } from './history.ts'
import { nextAllowed, outOfHours } from './hours.ts'
import { ruleName } from './reason.ts'
import type { Reach } from './recipient.ts'

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
  if (ROLES.every((role) => policy.exempt.roles.includes(role)))
    warnings.push('exempt.roles 豁免了所有人,任何规则都不会起作用')
  if (neverOutsideQuiet(policy)) {
    warnings.push('bot.quiet 的静默时段盖住了整个 workHours,私聊提醒只能在工作时间以外说')
  }
  const acting = policy.rules.flatMap(actionsOf)
  if (policy.bot.groupPostsPerDay === 0 && acting.includes('note-group')) {
    warnings.push('bot.groupPostsPerDay 是 0,note-group 永远不会说出来')
  }
  const speaksInPrivate = acting.some((action) => recipientKind(action) !== null && action !== 'note-group')
  if (policy.bot.remindersPerPersonPerWeek === 0 && speaksInPrivate) {
    warnings.push('bot.remindersPerPersonPerWeek 是 0,私聊提醒永远不会说出来')
  }
  if (acting.includes('recall') && !policy.bot.mayRecall) {
    warnings.push('bot.mayRecall 没有打开,recall 会改为私下提醒(remind-sender)')
  }
  const short = [...policy.exempt.keywords, ...policy.workHours.emergencies].filter((word) => [...word].length === 1)
  if (short.length > 0) warnings.push(`「${short.join('、')}」只有一个字,很多平常的消息里都有,写上就会放过它们`)
  return warnings
}

/** Tried on one plain working week: every moment for private words is then outside working hours. */
function neverOutsideQuiet(policy: Policy): boolean {
  const monday = Date.UTC(2026, 2, 2)
  return outOfHours(policy, nextAllowed(policy, monday))
}

function checkRule(policy: Policy, rule: Rule, index: number): string[] {
  const { when } = rule
  const warnings: string[] = []
  const say = (text: string) => warnings.push(`规则「${ruleName(rule)}」(${rule.id}):${text}`)
  const never = neverMet(policy, rule)
  if (never !== null) say(`永远不会命中,因为${never}`)
  else if (when.label === undefined && when.flags !== undefined && !namesWords(rule)) {
    say('只写了 flags,没有写 label,因此不会看任务、进展、问题和通知;要看它们请写明 label')
  }
  const steps = stepsOf(rule)
  for (const [name, actions] of [
    ['then', rule.then] as const,
    ...steps.map((step) => [`escalate(第 ${step.after} 次)的 then`, step.then] as const),
  ]) {
    if (new Set(actions).size < actions.length) say(`${name} 里同一个动作写了两次,第二次不会说出来`)
    if (actions.includes('remind-sender') && actions.includes('ask-for-details')) {
      say(`${name} 里 remind-sender 和 ask-for-details 说给同一个人,一条消息只会说一句,后写的不会说出来`)
    }
  }
  if (steps.length > 0 && never !== null) say('escalate 永远不会发生,因为规则本身不会命中')
  for (const [at, step] of steps.entries()) {
    const before = at === 0 ? rule : steps[at - 1]
    if (before && sameSet(before.then, step.then))
      say(`escalate 第 ${step.after} 次的 then 和前一步一样,升级后没有变化`)
    if (at > 0 && step.after <= (steps[at - 1]?.after ?? 0))
      say(`escalate 的 after 要一步比一步大(第 ${step.after} 次)`)
  }
  if (steps.length > 0 && when.count !== undefined && (when.of ?? 'group') !== 'sender') {
    say('刷屏由多人造成,escalate 却只按凑满 count 的那个人计数,建议去掉')
  }
  if (rule.urgent && !actionsOf(rule).some((action) => recipientKind(action) !== null && action !== 'note-group')) {
    say('urgent 说的是私下的话不等上班,这条规则没有私下的话,urgent 不起作用')
  }
  const excusing = [...policy.exempt.keywords, ...policy.workHours.emergencies]
  if (when.text?.every((word) => excusing.some((excuse) => word.includes(excuse)))) {
    say('text 里的词都在 exempt.keywords 或 emergencies 里,命中了也不会说出来')
  }
  const fight = fightOf(policy.rules, index)
  if (fight !== null) say(fight)
  return warnings
}

/** How the rule and another one get in each other's way; null where none does. */
function fightOf(rules: readonly Rule[], index: number): string | null {
  const rule = rules[index] as Rule
  const twin = rules.slice(0, index).find((other) => sameCondition(other, rule))
  if (twin !== undefined) {
    return sameSet(twin.then, rule.then)
      ? `条件和规则「${ruleName(twin)}」完全一样,同一条消息只会提醒一次`
      : `条件和规则「${ruleName(twin)}」完全一样,做法却不同(${twin.then.join('、')} 和 ${rule.then.join('、')}),请合并成一条`
  }
  const kinds = kindsOf(rule.then)
  if (kinds.size === 0) return null
  const first = rules.find(
    (other, at) =>
      other !== rule &&
      goesFirst(other, rule, at < index) &&
      covers(other, rule) &&
      [other.then, ...stepsOf(other).map((step) => step.then)].every((then) => kinds.isSubsetOf(kindsOf(then))),
  )
  if (first === undefined) return null
  return `符合它的消息都先被规则「${ruleName(first)}」提醒了,一条消息对同一个人只说一句,它的话永远不会说出来;请把它写到前面`
}

const goesFirst = (one: Rule, other: Rule, isBefore: boolean): boolean =>
  one.urgent === other.urgent ? isBefore : one.urgent === true

/** Whom an action speaks to, as far as the rule shows it; null where it says nothing. */
function recipientKind(action: Action): 'sender' | 'owner' | 'group' | 'asker' | null {
  switch (action) {
    case 'record':
    case 'recall':
      return null
    case 'remind-sender':
    case 'ask-for-details':
      return 'sender'
    case 'note-owner':
      return 'owner'
    case 'note-group':
      return 'group'
    case 'offer-silent-confirm':
      return 'asker'
  }
}

const kindsOf = (actions: readonly Action[]): Set<string> =>
  new Set(actions.map(recipientKind).filter((kind) => kind !== null))

/** What a group's channels cannot carry of a policy, one sentence a rule; said when a policy is loaded for it. */
export function checkReach(policy: Policy, can: Reach): string[] {
  return policy.rules.flatMap((rule) => {
    const lacking = new Set(actionsOf(rule).flatMap((action) => lackingFor(action, can) ?? []))
    return [...lacking].map((what) => `规则「${ruleName(rule)}」(${rule.id}):${what}`)
  })
}

function lackingFor(action: Action, can: Reach): string | null {
  switch (action) {
    case 'record':
      return null
    case 'recall':
      return can.recall ? null : '本群的通道不能撤回成员的消息,recall 会改为私下提醒'
    case 'note-group':
      return can.groupPost ? null : '本群的通道不能在群里说话,note-group 会改为告知群主'
    default:
      return can.privateMessage ? null : `本群的通道不能私下说话,${action} 只会记录`
  }
}

/** What only words can meet. */
const WORDY = ['text', 'pattern', 'mentionsAll', 'ranking', 'missing', 'repeated'] as const

/** Why no message can meet the rule; null where one can. */
function neverMet(policy: Policy, rule: Rule): string | null {
  const { when } = rule
  if (when.confidence >= 1 && reliesOnVerdict(rule)) return 'confidence 是 1,判断从不会有十成把握;建议写 0.9'
  if (when.role !== undefined && policy.exempt.roles.includes(when.role)) return `exempt.roles 已豁免 ${when.role}`
  if (when.flags !== undefined && when.label?.every((label) => DEMANDLESS.has(label))) {
    return `${when.label.join('、')} 类消息不提要求,不会带有 flags`
  }
  const { days, from, to } = policy.workHours
  if (when.outOfHours && days === 'everyday' && from === 0 && to >= DAY_MINUTES - 1) return '全天都是工作时间'
  if (when.missing !== undefined && when.label !== undefined && !when.label.includes('task')) {
    return 'missing 说的是任务,label 里却没有 task'
  }
  const wordy = when.picturesOnly ? WORDY.filter((field) => when[field] !== undefined) : []
  if (wordy.length > 0) return `picturesOnly 说的是只有图片的消息,里面没有 ${wordy.join('、')} 要看的文字`
  if (when.picturesOnly && when.of === 'text') return '只有图片的消息没有文字,不能按 of: text 数'
  return null
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  new Set(one).symmetricDifference(new Set(other)).size === 0

const sameCondition = (one: Rule, other: Rule): boolean => JSON.stringify(one.when) === JSON.stringify(other.when)
