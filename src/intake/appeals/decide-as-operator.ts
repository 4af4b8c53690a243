import type { Kysely } from 'kysely'
import { CodedError } from '../../domain/errors.ts'
import type { Label } from '../../domain/label.ts'
import type { Clock } from '../../domain/message.ts'
import type { Policy } from '../../domain/policy.ts'
import { type Appeal, findAppeal, listAppealsOf } from '../../store/appeals.ts'
import { type GroupRef, lockKnown, membersOf } from '../../store/groups.ts'
import { insertOutbox } from '../../store/outbox.ts'
import type { Tables } from '../../store/tables.ts'
import { settleAppeal } from './settle-appeal.ts'

/** A decision that the operator makes for the person named `by`. */
export interface OperatorDecision {
  tenantId: string
  number: number
  upheld: boolean
  reason: string
  label: Label | null
  by: string
}

async function unknownAppeal(trx: Kysely<Tables>, { tenantId, number }: OperatorDecision): Promise<CodedError> {
  const open = (await listAppealsOf(trx, { tenantId, groupId: null, open: true })).map((appeal) => appeal.number)
  const message = `没有第 ${number} 号申诉 (no such appeal)`
  return new CodedError('APPEAL_UNKNOWN', message, {
    hint: `待处理的申诉: ${open.join('、') || '(没有)'}`,
    status: 404,
  })
}

/**
 * Decides an appeal from the command line, as for those that nobody in the groups may decide; the person is told the
 * way that the reminder went, once the running server finds the word in the outbox.
 * Throws CodedError APPEAL_UNKNOWN, APPEAL_DECIDED, or APPEAL_OWN where `by` is the person concerned.
 */
export function decideAsOperator(
  db: Kysely<Tables>,
  decision: OperatorDecision,
  world: { policyOf(group: GroupRef): { policy: Policy }; now: Clock; newId(): string },
): Promise<{ appeal: Appeal; label: Label | null }> {
  const { tenantId, number, by } = decision
  return db.transaction().execute(async (trx) => {
    const known = await findAppeal(trx, tenantId, number)
    if (!known) throw await unknownAppeal(trx, decision)
    await lockKnown(trx, [known])
    const concerned = (await membersOf(trx, [known])).find(({ memberId }) => memberId === known.memberId)
    if (by === known.memberId || by === concerned?.name)
      throw new CodedError('APPEAL_OWN', `第 ${number} 号申诉是 ${by} 本人提出的 (nobody decides on an own appeal)`, {
        hint: '请由其他负责人决定。',
        status: 409,
      })
    const policy = world.policyOf(known).policy
    const settled = await settleAppeal(trx, known, { ...decision, name: by }, { ...world, route: null, policy })
    if (!settled)
      throw new CodedError('APPEAL_DECIDED', `第 ${number} 号申诉此前已经处理 (it has been decided)`, {
        hint: '用 appeals 查看结果;同意过的可用 correct --undo 撤回其更正,申诉随之重新待处理。',
        status: 409,
      })
    await insertOutbox(trx, settled.notes)
    const appeal = await findAppeal(trx, tenantId, number)
    return { appeal: appeal ?? known, label: settled.label }
  })
}
