import type { PastDecision } from '../domain/decision.ts'
import type { EpochMs } from '../domain/message.ts'
import type { Policy } from '../domain/policy.ts'
import type { Verdict } from '../domain/verdict.ts'
import { historyNeeds, isAsk } from '../policy/history.ts'
import type { GovernedMessage } from './decide-on.ts'
import type { GroupState } from './group-state.ts'

/** What rules look back on in one group; what was said to people belongs to the tenant and is kept elsewhere. */
export type Memory = Pick<GroupState, 'matches' | 'asks'> & { decisions: PastDecision[] }

/** Adds something where its time puts it: platforms deliver late, and what is read was said before. */
export function insertByTime<T extends { sentAt: number }>(sorted: T[], added: T): void {
  let at = sorted.length
  while (at > 0 && (sorted[at - 1] as T).sentAt > added.sentAt) at--
  sorted.splice(at, 0, added)
}

/** Moves the memory on by a message that was decided on; without a verdict there is nothing to look back on. */
export function remember(
  memory: Memory,
  { message, sender }: Pick<GovernedMessage, 'sender'> & { message: { messageId: string; sentAt: EpochMs } },
  verdict: Pick<Verdict, 'label' | 'flags'> | null,
  decided: Pick<Memory, 'matches' | 'decisions'>,
): void {
  const { messageId, sentAt } = message
  if (verdict && isAsk(verdict.label, verdict.flags))
    insertByTime(memory.asks, { messageId, senderId: sender.memberId, role: sender.role, sentAt })
  // In the order in which they were decided on, late deliveries last: windows count them so.
  memory.matches.push(...decided.matches)
  memory.decisions.push(...decided.decisions)
}

/** Drops what no rule of the policy looks back on, from `at` or later. */
export function forget(memory: Memory, policy: Policy, at: EpochMs): void {
  const { asksWithin, decisionsWithin } = historyNeeds(policy)
  const windows = new Map(policy.rules.map((rule) => [rule.id, WINDOWS * (rule.when.within ?? 0)]))
  memory.matches = memory.matches.filter(({ rule, sentAt }) => sentAt >= at - (windows.get(rule) ?? 0))
  memory.asks = memory.asks.filter(({ sentAt }) => sentAt >= at - asksWithin)
  memory.decisions = memory.decisions.filter((decision) => decision.at >= at - decisionsWithin)
}

/** The place of a window is found as far back as two of them. */
const WINDOWS = 2
