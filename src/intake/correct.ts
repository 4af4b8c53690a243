import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Flag, Label } from '../domain/label.ts'
import type { Clock } from '../domain/message.ts'
import { type Appeal, appealsOf, decideOpen } from '../store/appeals.ts'
import { type Correction, correctionsOn, insertCorrection, markWithdrawn } from '../store/corrections.ts'
import { type GroupRef, listGroups } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import { insertOutbox } from '../store/outbox.ts'
import { storable } from '../store/rows.ts'
import type { Tables } from '../store/tables.ts'
import { lockGroup, rewriteVerdict } from '../store/verdicts.ts'
import { outcomeEntry } from './appeals/tell-outcome.ts'
import { judgedBy, verdictOf } from './corrected-verdict.ts'
import { caseOf } from './judged-as-met.ts'
import { takeBackAll, takeBackRule } from './take-back.ts'

/** What somebody says is right about a message. */
export interface CorrectionRequest extends GroupRef {
  /** The message itself, or an appeal against a reminder about it, which is upheld by this. */
  about: { messageId: string } | { appealId: string }
  label: Label
  /** Null leaves the flags as they were judged. */
  flags: readonly Flag[] | null
  by: string
  reason: string
}

const unknown = (code: string, message: string, hint: string) => new CodedError(code, message, { hint, status: 404 })

async function unknownGroup(trx: Kysely<Tables>, { tenantId, groupId }: GroupRef): Promise<CodedError> {
  const known = (await listGroups(trx)).filter((group) => group.tenantId === tenantId).map((group) => group.groupId)
  const message = `租户 ${tenantId} 没有编号为 ${groupId} 的群 (no such group)`
  return unknown('GROUP_UNKNOWN', message, `已知的群: ${known.join('、') || '(还没有)'}`)
}

async function appealIn(trx: Kysely<Tables>, group: GroupRef, appealId: string): Promise<Appeal> {
  const appeals = await appealsOf(trx, group)
  const appeal = appeals.find((each) => each.appealId === appealId)
  if (!appeal) {
    const open = appeals.filter(({ state }) => state === 'open').map((each) => each.appealId)
    throw unknown(
      'APPEAL_UNKNOWN',
      `没有编号为 ${appealId} 的申诉 (no such appeal)`,
      `该群待处理的申诉: ${open.join('、') || '(没有)'}`,
    )
  }
  if (appeal.state === 'rejected')
    throw new CodedError('APPEAL_REJECTED', `申诉 ${appealId} 此前已驳回 (the appeal was rejected)`, {
      hint: '如认为驳回不当,请去掉 --appeal,直接更正这条消息。',
      status: 409,
    })
  return appeal
}

/** The case as the judge met it; throws where there is none. */
async function knownCase(trx: Kysely<Tables>, message: MessageRef) {
  const found = await caseOf(trx, message)
  if (found === 'unknown')
    throw unknown(
      'MESSAGE_UNKNOWN',
      `群 ${message.groupId} 里没有编号为 ${message.messageId} 的消息 (no such message)`,
      '请核对群编号和消息编号。',
    )
  if (found === 'unjudged')
    throw new CodedError('MESSAGE_NOT_JUDGED', `消息 ${message.messageId} 没有判断,无从更正 (it was never judged)`, {
      hint: '私聊、对机器人的命令和没有文字的消息不作判断。',
      status: 409,
    })
  return found
}

const sameFlags = (a: readonly Flag[], b: readonly Flag[]) => [...a].sort().join() === [...b].sort().join()

/** Who corrects a message to what, and on which appeal. */
export interface CorrectionOrder extends MessageRef {
  label: Label
  /** Null leaves the flags as they were judged. */
  flags: readonly Flag[] | null
  by: string
  reason: string
  appealId: string | null
}

/**
 * As `recordCorrection`, within a transaction that holds the lock of the group; appeals are left to the caller.
 * Throws CodedError MESSAGE_UNKNOWN or MESSAGE_NOT_JUDGED.
 */
export async function correctMessage(
  trx: Kysely<Tables>,
  order: CorrectionOrder,
  { now, newId }: { now: Clock; newId(): string },
): Promise<{ correction: Correction; changed: boolean }> {
  const { tenantId, groupId, messageId, label, appealId, reason } = order
  const by = storable(order.by)
  const message = { tenantId, groupId, messageId }
  const { seen, said, saidBy, now: standing } = await knownCase(trx, message)
  const flags = [...(order.flags ?? said.flags)]
  const earlier = (await correctionsOn(trx, message)).find(({ madeBy }) => madeBy === by)
  if (earlier) {
    const isSame = earlier.label === label && sameFlags(earlier.flags, flags)
    if (isSame && standing === judgedBy(earlier) && earlier.appealId === appealId)
      return { correction: earlier, changed: false }
    await markWithdrawn(trx, earlier, by, now())
  }
  const correction = await insertCorrection(trx, {
    ...message,
    correctionId: newId(),
    seen,
    said,
    saidBy,
    label,
    flags,
    source: appealId === null ? 'admin' : 'appeal',
    appealId,
    madeBy: by,
    reason,
    madeAt: now(),
  })
  await rewriteVerdict(trx, message, {
    replaces: standing,
    verdict: verdictOf(correction),
    judgedBy: judgedBy(correction),
  })
  if (label !== said.label || !sameFlags(flags, said.flags)) await takeBackAll(trx, message, now())
  return { correction, changed: true }
}

/**
 * Keeps a correction of a stored message with what its judge saw and said, and puts it in the place of the stored
 * verdict. Where the judge was wrong, what rules decided on its word is taken back; the ledger is left to people. A
 * second correction by the same person withdraws the first; the same one again changes nothing (`changed` is false).
 * An appeal that is upheld by it is undone as one that a leader upholds, and the person is told.
 * Throws CodedError GROUP_UNKNOWN, MESSAGE_UNKNOWN, MESSAGE_NOT_JUDGED, APPEAL_UNKNOWN or APPEAL_REJECTED.
 */
export function recordCorrection(
  db: Kysely<Tables>,
  request: CorrectionRequest,
  world: { now: Clock; newId(): string },
): Promise<{ correction: Correction; changed: boolean }> {
  const { tenantId, groupId, label, flags, by, reason, about } = request
  return db.transaction().execute(async (trx) => {
    if (!(await lockGroup(trx, request))) throw await unknownGroup(trx, request)
    const appeal = 'appealId' in about ? await appealIn(trx, request, about.appealId) : null
    const messageId = 'messageId' in about ? about.messageId : (appeal?.messageId ?? '')
    const appealId = appeal?.appealId ?? null
    const recorded = await correctMessage(
      trx,
      { tenantId, groupId, messageId, label, flags, by, reason, appealId },
      world,
    )
    if (!appeal) return recorded
    const decision = { state: 'upheld' as const, by, at: world.now(), reason }
    if (await decideOpen(trx, appeal, decision)) {
      await takeBackRule(trx, appeal, world.now())
      const told = await outcomeEntry(
        trx,
        appeal,
        { ...decision, label },
        { ...world, route: null, notBefore: world.now() },
      )
      await insertOutbox(trx, [told])
    }
    return recorded
  })
}
