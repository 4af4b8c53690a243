import type { Kysely } from 'kysely'
import type { Label } from '../domain/label.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { SecondOpinion } from '../judge/second-opinion/second-opinion.ts'
import { causeOf } from '../outbox/entries.ts'
import { meetsAlone } from '../policy/conditions.ts'
import { type JudgedCase, judgedCase } from '../store/corrections.ts'
import { decisionsOn, takeBackDecisions } from '../store/decisions.ts'
import { findMessage } from '../store/find-message.ts'
import { findGroup, type Group, type GroupRef, lockGroups, membersOf } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import { takeBackEntries } from '../store/outbox.ts'
import { deleteMatches, rulesCounting } from '../store/rule-matches.ts'
import { isReconsidered, keepFirstVerdict } from '../store/second-opinions.ts'
import type { Tables } from '../store/tables.ts'
import { rewriteVerdict } from '../store/verdicts.ts'
import type { PolicyInForce } from './group-state.ts'
import { keepWork } from './keep-work.ts'
import type { Rooms } from './rooms.ts'

/** What a second opinion has changed. */
export interface Reconsidered extends MessageRef {
  from: Label
  to: Label
  /** Words that had not been said yet and will not be. */
  takenBack: number
  /** Ledger items that the message has opened or moved on. */
  kept: number
}

export interface ReconsiderOptions {
  db: Kysely<Tables>
  rooms: Pick<Rooms, 'findDue' | 'now'>
  policyOf(group: GroupRef): PolicyInForce
  secondOpinion: Pick<SecondOpinion, 'model' | 'ask'>
}

/**
 * Asks for a second opinion on a stored message, outside any transaction, and corrects what followed from the first
 * verdict in one. Null where nothing changes: no opinion came, it asks for nothing that may be corrected, or the
 * message has another verdict meanwhile. Safe to repeat: a message is corrected once.
 */
export async function reconsider(ref: MessageRef, options: ReconsiderOptions): Promise<Reconsidered | null> {
  const { db, secondOpinion } = options
  const group = await findGroup(db, ref)
  const judged = await judgedCase(db, ref)
  if (!group || !judged || judged === 'unjudged' || (await isReconsidered(db, ref))) return null
  const verdict = await secondOpinion.ask(judged.seen, judged.said, await namesIn(db, group, ref))
  if (verdict === null) return null
  return db.transaction().execute((trx) => correct(trx, { ref, judged, verdict }, options))
}

/** Whoever is known by name in the group, or mentioned by the message. */
async function namesIn(db: Kysely<Tables>, group: Group, { messageId }: MessageRef): Promise<string[]> {
  const found = await findMessage(db, group, messageId)
  const mentioned = (found?.message.mentions ?? []).flatMap(({ name }) => name ?? [])
  return [...(await membersOf(db, [group])).map(({ name }) => name), ...mentioned]
}

/** Corrects under the group's lock, so that no message is considered meanwhile. */
async function correct(
  trx: Kysely<Tables>,
  { ref, judged, verdict }: { ref: MessageRef; judged: JudgedCase; verdict: Verdict },
  { rooms, policyOf, secondOpinion }: ReconsiderOptions,
): Promise<Reconsidered | null> {
  const at = rooms.now()
  const known = await findGroup(trx, ref)
  const [group] = known ? await lockGroups(trx, [{ ...known, name: null }], at) : []
  const { said: first, saidBy: firstBy } = judged
  const judgedBy = `${firstBy}+second-opinion:${secondOpinion.model}`
  if (!group || !(await rewriteVerdict(trx, ref, { replaces: firstBy, verdict, judgedBy }))) return null
  await keepFirstVerdict(trx, { ...ref, first, firstBy, givenBy: secondOpinion.model, at })
  const takenBack = await takeBack(trx, ref, first, verdict, { policyOf, at, judged })
  const kept = verdict.label === first.label ? 0 : await keepWork(trx, group, ref, verdict, rooms)
  return { ...ref, from: first.label, to: verdict.label, takenBack, kept }
}

/**
 * Takes back what rules decided that the message does not meet any more. Words under another label would give a wrong
 * reason: they go in any case. Notes on appeals have causes of their own and stay.
 */
async function takeBack(
  trx: Kysely<Tables>,
  ref: MessageRef,
  first: Verdict,
  verdict: Verdict,
  { policyOf, at, judged }: { policyOf: ReconsiderOptions['policyOf']; at: number; judged: JudgedCase },
): Promise<number> {
  const { policy } = policyOf(ref)
  const { role, text, from: senderId = '', at: sentAt = at } = judged.seen
  const isMet = (ruleId: string) => {
    const rule = policy.rules.find(({ id }) => id === ruleId)
    return rule !== undefined && meetsAlone(policy, rule, { ...verdict, text, senderId, sentAt, role })
  }
  const decisions = await decisionsOn(trx, ref, [ref.messageId])
  const unmet = decisions.filter(({ rule }) => verdict.label !== first.label || !isMet(rule))
  const counting = await rulesCounting(trx, ref)
  await deleteMatches(
    trx,
    ref,
    counting.filter((rule) => verdict.label !== first.label || !isMet(rule)),
  )
  await takeBackDecisions(
    trx,
    ref,
    unmet.map(({ rule }) => rule),
  )
  return takeBackEntries(
    trx,
    ref,
    unmet.map((decision) => causeOf(decision, ref)),
    at,
  )
}
