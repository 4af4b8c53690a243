import { fromChina } from '../../src/domain/calendar.ts'
import type { Decision, PastAsk, PastDecision, PastMatch, PastPost } from '../../src/domain/decision.ts'
import { type Flag, LABELS, type Label } from '../../src/domain/label.ts'
import { type Policy, policySchema, type Rule } from '../../src/domain/policy.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { purposeOf } from '../../src/policy/budget.ts'
import { type DecideInput, decide } from '../../src/policy/decide.ts'
import { isAsk } from '../../src/policy/history.ts'
import { areAlike, type Sketch, sketchOf } from '../../src/policy/sketch.ts'

/** Wednesday 2026-03-04 10:00 in China: an ordinary working morning. */
export const WEDNESDAY_10 = fromChina(2026, 3, 4, 10)
export const MINUTE = 60_000

export const policyOf = (rules: unknown[], rest: Record<string, unknown> = {}): Policy =>
  policySchema.parse({ name: '测试', rules, ...rest })

/** Built by a tool, so that the key `then` is not taken for a promise by a reader or a lint. */
export const rule = (id: string, when: unknown, actions: string[], rest: Record<string, unknown> = {}) =>
  Object.fromEntries([['id', id], ['when', when], ['then', actions], ...Object.entries(rest)])

export const escalate = (after: number, within: string, actions: string[]) => ({
  escalate: Object.fromEntries([
    ['after', after],
    ['within', within],
    ['then', actions],
  ]),
})

export const boastRule = rule('no-boasting', { label: 'boast' }, ['remind-sender'])

export function verdictOf(label: Label, confidence = 0.95, flags: Flag[] = []): Verdict {
  const rest = (1 - confidence) / (LABELS.length - 1)
  const probabilities = Object.fromEntries(LABELS.map((each) => [each, each === label ? confidence : rest]))
  return { label, confidence, probabilities: probabilities as Record<Label, number>, flags, evidence: [] }
}

export const CAN_ALL = { privateMessage: true, groupPost: true, recall: false }

export interface Said {
  label: Label
  at: number
  from?: string
  role?: 'leader' | 'member'
  text?: string
  confidence?: number
  flags?: Flag[]
  mentionsAll?: boolean
  quotedId?: string
  opens?: { assignee: boolean; due: boolean }
}

export interface World {
  /** How many were said. */
  count: number
  matches: PastMatch[]
  asks: PastAsk[]
  sketches: { messageId: string; senderId: string; sentAt: number; sketch: Sketch }[]
  decisions: PastDecision[]
  posts: PastPost[]
  said: { message: string; decision: Decision }[]
}

export const newWorld = (): World => ({
  count: 0,
  matches: [],
  asks: [],
  sketches: [],
  decisions: [],
  posts: [],
  said: [],
})

/** Decides on one message and keeps the books as intake does. */
export function say(policy: Policy, world: World, said: Said, rest: Partial<DecideInput> = {}): Decision[] {
  const messageId = `m${++world.count}`
  const { label, at, from = 'zhang', role = 'member', text = '一条消息', confidence = 0.95, flags = [] } = said
  const { mentionsAll = false, quotedId, opens = null } = said
  const sketch = sketchOf(text)
  const demands = world.sketches
    .filter((past) => sketch !== null && areAlike(past.sketch, sketch))
    .map((past) => ({ ...past, groupId: 'g' }))
  const { decisions, matches, isDemand } = decide({
    policy,
    message: { messageId, senderId: from, text, sentAt: at, role, mentionsAll, quotedId, opens },
    verdict: verdictOf(label, confidence, flags),
    history: { ...world, demands },
    ownerId: 'owner',
    can: CAN_ALL,
    ...rest,
  })
  world.matches.push(...matches)
  if (isAsk(label, flags)) world.asks.push({ messageId, senderId: from, role, sentAt: at })
  world.asks.sort((a, b) => a.sentAt - b.sentAt)
  if (isDemand && sketch !== null) world.sketches.push({ messageId, senderId: from, sentAt: at, sketch })
  for (const decision of decisions) {
    world.said.push({ message: messageId, decision })
    world.decisions.push({ ...decision, messageId, senderId: from, at })
    const purpose = purposeOf(decision.action)
    if (decision.held === null && decision.to !== null && purpose !== null) {
      world.posts.push({ to: decision.to, purpose, at: decision.notBefore })
    }
  }
  return decisions
}

/** `action→to` or `action!held`, so that a test reads in one line. */
export const brief = (decisions: readonly Decision[]): string[] =>
  decisions.map(({ action, to, held }) => (held === null ? `${action}→${to}` : `${action}!${held}`))

export const firstRule = (policy: Policy): Rule => policy.rules[0] as Rule
