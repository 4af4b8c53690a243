import type { Kysely } from 'kysely'
import { isSubstantive, LABELS, type Label } from '../../domain/label.ts'
import type { Clock, EpochMs } from '../../domain/message.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { APPEAL_CAUSE } from '../../outbox/entries.ts'
import type { Route } from '../../outbox/route.ts'
import { reliesOnVerdict } from '../../policy/conditions.ts'
import { nextAllowed } from '../../policy/hours.ts'
import { type Appeal, decideOpen } from '../../store/appeals.ts'
import { type OutboxEntry, takeBackEntries } from '../../store/outbox.ts'
import type { Tables } from '../../store/tables.ts'
import { correctMessage } from '../correct.ts'
import { caseOf } from '../judged-as-met.ts'
import { takeBackRule } from '../take-back.ts'
import { takeBackAfter } from './take-back-after.ts'
import { outcomeEntry } from './tell-outcome.ts'

/** How somebody who may decides an appeal. */
export interface Settlement {
  upheld: boolean
  reason: string
  /** What the message really is; null leaves it to the judge's second choice where a rule was about noise. */
  label: Label | null
  /** Who decides, as it is kept, and the name that a correction is made by. */
  by: string
  name: string
}

interface World {
  /** Null: the person is told the way that the reminder went. */
  route: Route | null
  policy: Policy
  now: Clock
  newId(): string
}

/** The likeliest of the labels that carry work. */
const bestWork = ({ probabilities }: Pick<Verdict, 'probabilities'>): Label =>
  LABELS.filter(isSubstantive).reduce((best, label) => (probabilities[label] > probabilities[best] ? label : best))

/**
 * What an upheld appeal makes of the message; null where its label stays: the rule was not about the label, the message
 * counts as work already, or the decider says that the label is right and the reminder was not.
 */
async function rightLabel(trx: Kysely<Tables>, appeal: Appeal, named: Label | null, policy: Policy) {
  const judged = await caseOf(trx, appeal)
  if (typeof judged === 'string') return null
  if (named !== null) return named === judged.standing ? null : named
  const rule = policy.rules.find(({ id }) => id === appeal.rule)
  if (!rule || !reliesOnVerdict(rule) || isSubstantive(judged.standing)) return null
  return bestWork(judged.said)
}

/** Undoes what a rule made of a message, wherever it counts; gives what the message counts as now, where that changes. */
async function undo(
  trx: Kysely<Tables>,
  appeal: Appeal,
  { label: named, name, reason }: Settlement,
  world: World,
): Promise<Label | null> {
  const at = world.now()
  const label = await rightLabel(trx, appeal, named, world.policy)
  await takeBackRule(trx, appeal, at)
  if (label !== null) {
    const { tenantId, groupId, messageId, appealId } = appeal
    await correctMessage(trx, { tenantId, groupId, messageId, appealId, label, flags: null, by: name, reason }, world)
  }
  await takeBackAfter(trx, appeal, world.policy, at)
  return label
}

/**
 * Decides an appeal in a transaction that holds the lock of its group. An upheld one is undone everywhere: counts,
 * windows, words that still wait, the statistics; a rejected one counts again. `notes` tell the person concerned, and
 * are for the caller to put into the outbox. Null where somebody has decided it before.
 */
export async function settleAppeal(
  trx: Kysely<Tables>,
  appeal: Appeal,
  settlement: Settlement,
  world: World,
): Promise<{ label: Label | null; notes: OutboxEntry[] } | null> {
  const at: EpochMs = world.now()
  const state = settlement.upheld ? 'upheld' : 'rejected'
  const { by, reason } = settlement
  if (!(await decideOpen(trx, appeal, { state, by, at, reason }))) return null
  const label = settlement.upheld ? await undo(trx, appeal, settlement, world) : null
  // Whoever was to decide needs no note any more.
  await takeBackEntries(trx, appeal, [`${APPEAL_CAUSE}${appeal.appealId}`], at)
  const notBefore = nextAllowed(world.policy, at)
  const told = await outcomeEntry(trx, appeal, { state, at, reason, label }, { ...world, notBefore })
  return { label, notes: [told] }
}
