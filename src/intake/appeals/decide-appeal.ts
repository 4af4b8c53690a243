import type { Kysely } from 'kysely'
import { LABEL_NAMES } from '../../domain/label.ts'
import type { EpochMs } from '../../domain/message.ts'
import { safeText } from '../../domain/safe-text.ts'
import { type Appeal, findAppeal } from '../../store/appeals.ts'
import { type GroupRef, lockKnown, membersOf } from '../../store/groups.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import { reminderOf } from '../../store/reminders.ts'
import type { Tables } from '../../store/tables.ts'
import type { PolicyInForce } from '../group-state.ts'
import type { Rooms, SaidWord } from '../rooms.ts'
import { decidersOf } from './deciders.ts'
import { namedLabel } from './named-label.ts'
import { settleAppeal } from './settle-appeal.ts'

/** What deciding needs of the other rooms. */
export interface AppealContext {
  rooms: Pick<Rooms, 'route' | 'roleOf' | 'newId'>
  policyOf(group: GroupRef): PolicyInForce
  now: EpochMs
}

/** A decision on an appeal as somebody tells it the bot; `reason` may begin with what the message really is. */
export interface AppealDecision {
  tenantId: string
  number: number
  upheld: boolean
  reason: string
  /** A member id. */
  by: string
}

const LONGEST_REASON = 500

const only = (answer: string) => ({ answer, notes: [] })

async function decidedBefore(trx: Kysely<Tables>, appeal: Appeal) {
  const members = await membersOf(trx, [appeal])
  const name = members.find(({ memberId }) => memberId === appeal.decided?.by)?.name ?? appeal.decided?.by ?? ''
  const verb = appeal.state === 'upheld' ? '同意' : '驳回'
  return only(`第 ${appeal.number} 号申诉此前已由${safeText(name, 20) || '负责人'}${verb},没有改动。`)
}

/**
 * Decides an appeal as its owner or a leader of its group says, never the person concerned. `notes` tell that person and
 * go into the outbox with the answer, which names nobody and may be said in a group. `unsay` is the reminder of an upheld
 * one, to be taken back once the transaction has committed.
 *
 * To be called in the transaction that takes in the order, after the versions of its groups are saved. It locks the
 * group of the appeal: the caller has locked it with the others, in their order (`groupsOfAppeals`), or PostgreSQL may
 * have to end one of two transactions that wait for each other.
 */
export async function decideAppeal(
  trx: Kysely<Tables>,
  decision: AppealDecision,
  { rooms, policyOf, now }: AppealContext,
): Promise<{ answer: string; notes: OutboxEntry[]; unsay?: SaidWord }> {
  const { tenantId, number, upheld, by } = decision
  const known = await findAppeal(trx, tenantId, number)
  const [group] = known ? await lockKnown(trx, [known]) : []
  // What was read before the lock may have been decided since.
  const appeal = group && (await findAppeal(trx, tenantId, number))
  if (!appeal) return only(`没有找到第 ${number} 号申诉,请核对编号。`)
  if (appeal.memberId === by) return only(`第 ${number} 号申诉是您本人提出的,由其他负责人处理,有结果会私下告诉您。`)
  if (!(await decidersOf(trx, group, appeal.memberId, rooms)).includes(by))
    return only(`第 ${number} 号申诉由所在群的负责人处理,您不用操作,谢谢。`)
  if (appeal.state !== 'open') return decidedBefore(trx, appeal)

  const words = upheld ? namedLabel(decision.reason) : { label: null, reason: decision.reason.trim() }
  const name = (await membersOf(trx, [appeal])).find(({ memberId }) => memberId === by)?.name ?? by
  const settled = await settleAppeal(
    trx,
    appeal,
    { upheld, label: words.label, reason: words.reason.slice(0, LONGEST_REASON), by, name },
    { route: rooms.route, policy: policyOf(appeal).policy, now: () => now, newId: rooms.newId },
  )
  if (!settled) return decidedBefore(trx, (await findAppeal(trx, tenantId, number)) ?? appeal)
  const reminder = upheld ? await reminderOf(trx, appeal) : undefined
  const answer = { answer: answerOf(decision, settled.label), notes: settled.notes }
  if (!reminder || reminder.receipt === null) return answer
  return { ...answer, unsay: { channel: reminder.channel, receipt: reminder.receipt } }
}

function answerOf({ number, upheld, reason }: AppealDecision, label: keyof typeof LABEL_NAMES | null): string {
  if (!upheld) {
    const told = reason.trim() === '' ? '结果会私下告诉本人' : '结果和理由会私下告诉本人'
    return `第 ${number} 号申诉已驳回,提醒保留并计入次数,${told}。`
  }
  const counted = label === null ? '' : `消息改记为“${LABEL_NAMES[label]}”,`
  return `第 ${number} 号申诉已同意:提醒撤回,不再计入次数,${counted}结果会私下告诉本人。`
}

/** The groups of these appeals, to be locked with those of the messages that decide on them. */
export async function groupsOfAppeals(
  trx: Kysely<Tables>,
  appeals: readonly { tenantId: string; number: number }[],
): Promise<GroupRef[]> {
  const groups: GroupRef[] = []
  for (const { tenantId, number } of appeals) {
    const appeal = await findAppeal(trx, tenantId, number)
    if (appeal) groups.push({ tenantId, groupId: appeal.groupId })
  }
  return groups
}
