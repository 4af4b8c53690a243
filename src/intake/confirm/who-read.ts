import type { Kysely } from 'kysely'
import { confirmCause, privateAnswerEntry } from '../../outbox/entries.ts'
import { isExempt } from '../../policy/conditions.ts'
import { nextAllowed } from '../../policy/hours.ts'
import { modeIn } from '../../policy/mode.ts'
import {
  askedMessage,
  CONFIRM_WITHIN_MS,
  type Confirmation,
  forgetReads,
  readersOf,
  saidFor,
} from '../../store/confirmations.ts'
import { findGroup, type Group, membersOf } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'
import { type Answered, type ConfirmContext, type Meant, only } from './confirm-context.ts'
import { postState, readersWords } from './confirm-words.ts'
import { confirmationMeant } from './confirmation-meant.ts'

/** Who has read it, and who of those known has not, left out whom the policy leaves alone. */
async function report(
  trx: Kysely<Tables>,
  { confirmation, group, text }: { confirmation: Confirmation; group: Group; text: string },
  { policyOf }: ConfirmContext,
): Promise<string> {
  const { number, askerId } = confirmation
  const { policy } = policyOf(group)
  const readers = await readersOf(trx, confirmation)
  readers.delete(askerId)
  const waiting = (await membersOf(trx, [group])).filter(
    ({ memberId, role }) => memberId !== askerId && !readers.has(memberId) && !isExempt(policy, memberId, role),
  )
  const words = readersWords(text, { number, read: readers.size, waiting })
  const posted = postState(await saidFor(trx, group, confirmCause(number)))
  return posted === '' ? words : `${words}\n${posted}`
}

/** Tells in private what was asked for in the group, in working hours. */
function privately(group: Group, by: string, body: string, { rooms, policyOf, now }: ConfirmContext): Answered {
  const { policy } = policyOf(group)
  const channel = rooms.route(group, { kind: 'member', memberId: by })
  if (channel === null || modeIn(policy, group.createdAt, now) === 'observe')
    return only('谁看过只告诉您本人,请私下对我说“谁看过”。')
  const notBefore = nextAllowed(policy, now)
  const note = privateAnswerEntry(group, { memberId: by, body, channel }, { outboxId: rooms.newId(), now, notBefore })
  return {
    answer: notBefore > now ? '谁看过只告诉您本人,上班后私下发给您。' : '谁看过只告诉您本人,已私下发给您。',
    notes: [note],
  }
}

/**
 * Who has read a message: for the one who asked, or the group's owner. `openly`: typed in the group, where everybody
 * would read the answer, so that it is told in private; what names a group counts as such unless told otherwise.
 */
export async function whoRead(
  trx: Kysely<Tables>,
  { memberId, openly, ...meant }: Meant & { memberId: string; openly?: boolean },
  context: ConfirmContext,
): Promise<Answered> {
  const { now } = context
  const oldest = now - CONFIRM_WITHIN_MS
  const fits = ({ startedAt, askedAt }: Confirmation) => startedAt !== null && askedAt > oldest
  const found = await confirmationMeant(trx, meant, memberId, meant.number === null ? fits : undefined)
  if (found === 'not-yours') return only('谁看过只告诉发通知的人和群主。')
  if (found === 'unknown')
    return only(meant.number === null ? '近两周没有开启过静默确认。' : `没有第 ${meant.number} 号静默确认。`)
  if (found.askedAt <= oldest) {
    await forgetReads(trx, found.tenantId, oldest)
    return only('那条消息已过两周,谁看过的记录已经删去。')
  }
  const asked = await askedMessage(trx, found)
  const group = await findGroup(trx, found)
  if (!asked || !group || asked.recalled) return only('那条消息已撤回,不用确认了。')
  if (found.startedAt === null)
    return only(`这条消息还没有开启静默确认。需要的话,对我说“开启静默确认 ${found.number}”。`)
  const told = await report(trx, { confirmation: found, group, text: asked.text }, context)
  return (openly ?? meant.groupId !== null) ? privately(group, memberId, told, context) : only(told)
}
