import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Flag, Label } from '../domain/label.ts'
import type { Clock, EpochMs } from '../domain/message.ts'
import { causeOf } from '../outbox/entries.ts'
import { type Appeal, appealsOf, setAppealState } from '../store/appeals.ts'
import {
  type Correction,
  correctionsOn,
  findCorrection,
  insertCorrection,
  type JudgedCase,
  judgedCase,
  markWithdrawn,
} from '../store/corrections.ts'
import { decisionsOn, takeBackDecisions } from '../store/decisions.ts'
import { type GroupRef, listGroups } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import { takeBackEntries } from '../store/outbox.ts'
import { storable } from '../store/rows.ts'
import type { Tables } from '../store/tables.ts'
import { lockGroup, rewriteVerdict } from '../store/verdicts.ts'
import { correctionIn, judgedBy, verdictOf } from './corrected-verdict.ts'

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

/** The case as the judge met it, also where the message has been corrected before. */
async function caseOf(trx: Kysely<Tables>, message: MessageRef): Promise<JudgedCase & { now: string }> {
  const found = await judgedCase(trx, message)
  if (!found)
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
  const now = found.saidBy
  const correctionId = correctionIn(now)
  const earlier = correctionId === null ? undefined : await findCorrection(trx, message.tenantId, correctionId)
  return earlier ? { seen: earlier.seen, said: earlier.said, saidBy: earlier.saidBy, now } : { ...found, now }
}

const sameFlags = (a: readonly Flag[], b: readonly Flag[]) => [...a].sort().join() === [...b].sort().join()

/** What rules decided on a message that was judged wrongly counts for nothing any more, and is not said if it still waits. */
async function takeBack(trx: Kysely<Tables>, message: MessageRef, now: EpochMs): Promise<void> {
  const decisions = await decisionsOn(trx, message, [message.messageId])
  await takeBackDecisions(
    trx,
    message,
    decisions.map(({ rule }) => rule),
  )
  await takeBackEntries(
    trx,
    message,
    decisions.map((decision) => causeOf(decision, message)),
    now,
  )
}

/**
 * Keeps a correction of a stored message with what its judge saw and said, and puts it in the place of the stored
 * verdict. Where the judge was wrong, what rules decided on its word is taken back; the ledger is left to people. A second correction by the same person withdraws the first;
 * the same one again changes nothing (`changed` is false).
 * Throws CodedError GROUP_UNKNOWN, MESSAGE_UNKNOWN, MESSAGE_NOT_JUDGED, APPEAL_UNKNOWN or APPEAL_REJECTED.
 */
export function recordCorrection(
  db: Kysely<Tables>,
  request: CorrectionRequest,
  { now, newId }: { now: Clock; newId(): string },
): Promise<{ correction: Correction; changed: boolean }> {
  const { tenantId, groupId, label } = request
  const by = storable(request.by)
  return db.transaction().execute(async (trx) => {
    if (!(await lockGroup(trx, request))) throw await unknownGroup(trx, request)
    const appeal = 'appealId' in request.about ? await appealIn(trx, request, request.about.appealId) : null
    const messageId = 'messageId' in request.about ? request.about.messageId : (appeal?.messageId ?? '')
    const message = { tenantId, groupId, messageId }
    const { seen, said, saidBy, now: standing } = await caseOf(trx, message)
    const flags = [...(request.flags ?? said.flags)]
    if (appeal) await setAppealState(trx, appeal, 'upheld')
    const earlier = (await correctionsOn(trx, message)).find(({ madeBy }) => madeBy === by)
    if (earlier) {
      const isSame = earlier.label === label && sameFlags(earlier.flags, flags)
      if (isSame && standing === judgedBy(earlier) && earlier.appealId === (appeal?.appealId ?? null))
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
      source: appeal ? 'appeal' : 'admin',
      appealId: appeal?.appealId ?? null,
      madeBy: by,
      reason: request.reason,
      madeAt: now(),
    })
    await rewriteVerdict(trx, message, {
      replaces: standing,
      verdict: verdictOf(correction),
      judgedBy: judgedBy(correction),
    })
    if (label !== said.label || !sameFlags(flags, said.flags)) await takeBack(trx, message, now())
    return { correction, changed: true }
  })
}
