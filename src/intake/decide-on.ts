import type { Decision, PastMatch } from '../domain/decision.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import type { Verdict } from '../domain/verdict.ts'
import { addressedClasses } from '../ledger/units.ts'
import { type DecideInput, decide, type SaidMessage } from '../policy/decide.ts'
import type { History } from '../policy/history.ts'
import { areAlike, type Sketch, sketchOf } from '../policy/sketch.ts'
import type { StoredDemand } from '../store/demands.ts'

/** A message that was judged, with what it moved in the ledger. */
export interface GovernedMessage {
  message: Pick<GroupMessage, 'tenantId' | 'groupId' | 'messageId' | 'text' | 'mentions' | 'quote' | 'sentAt'>
  sender: Pick<Member, 'memberId' | 'role'>
  verdict: Pick<Verdict, 'label' | 'confidence' | 'flags'>
  events: readonly LedgerEvent[]
}

/** What the rules look at besides the message. Members that are dear to find may be getters: few messages need them. */
export interface Situation extends Pick<DecideInput, 'policy' | 'ownerId' | 'can' | 'silence'> {
  history: Omit<History, 'demands'>
  /** Earlier demands of the tenant, at least those that share a band with the sketch. */
  demandsNear(sketch: Sketch): readonly StoredDemand[]
}

/** What the rules make of a message, and what is to be remembered of it. */
export interface Decided {
  decisions: Decision[]
  matches: PastMatch[]
  /** Kept where a later message may repeat it. */
  demand: StoredDemand | null
}

const EVERYBODY = /大家|全体|所有|各位|各自|每人|每个/u

/** What the tasks that a message opens state; null where it opens none. A whole group that is meant is an assignee. */
function opensOf(
  { text, mentions }: Pick<GroupMessage, 'text' | 'mentions'>,
  events: readonly LedgerEvent[],
): { assignee: boolean; due: boolean } | null {
  const tasks = events.flatMap((event) => (event.type === 'opened' && event.kind === 'task' ? [event] : []))
  if (tasks.length === 0) return null
  const meansAll =
    mentions.some(({ everyone }) => everyone) || EVERYBODY.test(text) || addressedClasses(text).length > 0
  return {
    assignee: tasks.every(({ assigneeIds }) => assigneeIds.length > 0 || meansAll),
    due: tasks.every(({ due }) => due !== null),
  }
}

/** A message as the rules see it. */
const saidBy = ({ message, sender, events }: GovernedMessage): SaidMessage => ({
  messageId: message.messageId,
  senderId: sender.memberId,
  role: sender.role,
  text: message.text,
  sentAt: message.sentAt,
  mentionsAll: message.mentions.some(({ everyone }) => everyone),
  quotedId: message.quote?.messageId,
  opens: opensOf(message, events),
})

/** What a policy decides on a judged message. The one way to it, for what arrives and for what is tried on old messages. */
export function decideOn(judged: GovernedMessage, situation: Situation): Decided {
  const { message, sender, verdict } = judged
  let found: Sketch | null | undefined
  const sketch = () => {
    if (found === undefined) found = sketchOf(message.text)
    return found
  }
  const past = situation.history
  const { decisions, matches, isDemand } = decide({
    policy: situation.policy,
    message: saidBy(judged),
    verdict,
    history: {
      matches: past.matches,
      asks: past.asks,
      get decisions() {
        return past.decisions
      },
      get posts() {
        return past.posts
      },
      get demands() {
        const said = sketch()
        return said === null ? [] : situation.demandsNear(said).filter((demand) => areAlike(demand.sketch, said))
      },
    },
    ownerId: situation.ownerId,
    can: situation.can,
    silence: situation.silence ?? null,
  })
  const kept = isDemand ? sketch() : null
  const { tenantId, groupId, messageId, sentAt } = message
  return {
    decisions: onceEach(decisions),
    matches,
    demand: kept && { tenantId, groupId, messageId, senderId: sender.memberId, sentAt, sketch: kept },
  }
}

/** Where a channel cannot carry an action, two of a rule may come to the same: that is decided once. */
function onceEach(decisions: Decision[]): Decision[] {
  const seen = new Set<string>()
  return decisions.filter(({ rule, action }) => {
    const key = `${rule}:${action}`
    return !seen.has(key) && seen.add(key)
  })
}
