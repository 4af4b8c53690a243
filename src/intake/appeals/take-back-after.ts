import type { Kysely } from 'kysely'
import type { EpochMs } from '../../domain/message.ts'
import type { Policy, Rule } from '../../domain/policy.ts'
import { causeOf } from '../../outbox/entries.ts'
import { stepAt, timesMet } from '../../policy/escalation.ts'
import { stepsOf } from '../../policy/history.ts'
import { completesWindow } from '../../policy/windows.ts'
import {
  decisionsByRule,
  decisionsBySender,
  takeBackDecisions,
  type WaitingDecision,
  waitingDecisions,
} from '../../store/decisions.ts'
import type { GroupRef } from '../../store/groups.ts'
import { takeBackEntries } from '../../store/outbox.ts'
import { matchesSince } from '../../store/rule-matches.ts'
import type { Tables } from '../../store/tables.ts'

/** As many as intake looks at. */
const LOOKED_AT = 100

/** True where the sender no longer reaches the step that asked for these words. */
async function stepIsGone(trx: Kysely<Tables>, group: GroupRef, rule: Rule, waiting: WaitingDecision) {
  const { action, messageId, senderId, simulated, at } = waiting
  const steps = stepsOf(rule)
  if (rule.then.includes(action) || steps.length === 0) return false
  const since = at - Math.max(...steps.map(({ within }) => within))
  const past = await decisionsBySender(trx, [{ ...group, senderId, simulated }], since - 1, LOOKED_AT)
  const step = stepAt(rule, timesMet(rule, { messageId, senderId, sentAt: at }, past))
  return !step?.then.includes(action)
}

/** True where the window that asked for these words is no longer full. */
async function windowIsGone(trx: Kysely<Tables>, group: GroupRef, rule: Rule, waiting: WaitingDecision) {
  const { messageId, simulated, at } = waiting
  const { within } = rule.when
  if (within === undefined) return false
  const since = at - 2 * within - 1
  const matches = (await matchesSince(trx, [group], since)).filter((match) => match.rule === rule.id)
  const index = matches.findIndex((match) => match.messageId === messageId)
  const match = matches[index]
  if (!match) return false
  const met = await decisionsByRule(trx, [{ ...group, simulated }], [rule.id], since, LOOKED_AT)
  const decisions = met.filter((past) => past.messageId !== messageId && past.at <= at)
  return !completesWindow(rule, match, {
    matches: matches.slice(0, index),
    asks: [],
    demands: [],
    decisions,
    posts: [],
  })
}

/**
 * Takes back words that still wait and that rest on a count which no longer holds, since a message that had been
 * counted has been withdrawn. The message that they are about goes on counting by itself. The group is locked.
 */
export async function takeBackAfter(
  trx: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  { rules }: Policy,
  now: EpochMs,
): Promise<void> {
  const group = { tenantId, groupId }
  const counting = new Map(
    rules.flatMap((rule) => (stepsOf(rule).length > 0 || rule.when.count !== undefined ? [[rule.id, rule]] : [])),
  )
  for (const waiting of await waitingDecisions(trx, group, [...counting.keys()])) {
    const rule = counting.get(waiting.rule)
    if (!rule) continue
    const isUnmet = await windowIsGone(trx, group, rule, waiting)
    if (!isUnmet && !(await stepIsGone(trx, group, rule, waiting))) continue
    if (isUnmet) await takeBackDecisions(trx, { ...group, messageId: waiting.messageId }, [rule.id])
    await takeBackEntries(trx, group, [causeOf(waiting, waiting)], now)
  }
}
