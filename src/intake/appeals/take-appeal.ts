import type { Kysely } from 'kysely'
import { chinaShort } from '../../domain/calendar.ts'
import { safeText } from '../../domain/safe-text.ts'
import { APPEAL_CAUSE, appealEntry } from '../../outbox/entries.ts'
import { nextAllowed } from '../../policy/hours.ts'
import { type Appeal, appealAgainst, giveReason, openAppeal } from '../../store/appeals.ts'
import { findGroup, type Group, type GroupRef } from '../../store/groups.ts'
import type { StoredMessage } from '../../store/messages.ts'
import { type OutboxEntry, rewordEntry } from '../../store/outbox.ts'
import type { Reminder } from '../../store/reminders.ts'
import type { Tables } from '../../store/tables.ts'
import type { PolicyInForce } from '../group-state.ts'
import type { Rooms } from '../rooms.ts'
import { appealCase } from './appeal-case.ts'
import { caseNote, decisionCard, excerptOf } from './appeal-words.ts'
import { decidersOf } from './deciders.ts'
import { whichReminder } from './which-reminder.ts'

interface AppealRooms {
  rooms: Rooms
  policyOf(group: GroupRef): PolicyInForce
}

const only = (answer: string) => ({ answer, notes: [] })

/** Which reminder is meant, in words; in a group nothing of it is shown. */
function whichOf(message: StoredMessage, reminder: Reminder, group: Group | undefined): string {
  if (message.chat === 'group') return ''
  const name = safeText(group?.name ?? '') || '本群'
  return `(${chinaShort(reminder.sentAt)}「${name}」“${excerptOf(reminder.text)}”)`
}

async function noteText(trx: Kysely<Tables>, appeal: Appeal, { policyOf }: AppealRooms): Promise<string> {
  const { policy } = policyOf(appeal)
  return caseNote(
    await appealCase(trx, appeal),
    policy.rules.find(({ id }) => id === appeal.rule),
  )
}

/** What an appeal comes to that is against a word which was appealed against before. */
async function again(
  trx: Kysely<Tables>,
  appeal: Appeal,
  { reason, which, options }: { reason: string; which: string; options: AppealRooms },
): Promise<string> {
  const { number, state } = appeal
  if (state === 'upheld') return `这条提醒${which}的申诉(${number} 号)此前已获同意,提醒已撤回,不用重复提交。`
  if (state === 'rejected')
    return `这条提醒${which}的申诉(${number} 号)此前已有结果,没有改动。如仍有不同意见,请直接和负责人沟通。`
  if (reason === '' || appeal.reason !== '')
    return `这条提醒${which}的申诉(${number} 号)此前已经记下,不用重复提交。有结果会私下告诉您。`
  await giveReason(trx, appeal, reason)
  const body = await noteText(trx, { ...appeal, reason }, options)
  await rewordEntry(trx, appeal, `${APPEAL_CAUSE}${appeal.appealId}`, body)
  return `这条提醒${which}的申诉(${number} 号)已补上理由。`
}

/** The note to whoever decides, with its evidence and buttons; null where nobody may. */
async function noteTo(
  trx: Kysely<Tables>,
  appeal: Appeal,
  group: Group,
  options: AppealRooms,
): Promise<OutboxEntry | null> {
  const { rooms, policyOf } = options
  const deciders = await decidersOf(trx, group, appeal.memberId, rooms)
  const reachable = deciders.find((memberId) => rooms.route(group, { kind: 'member', memberId }) !== null)
  const decider = reachable ?? deciders[0]
  if (decider === undefined) return null
  const now = rooms.now()
  const entry = appealEntry(
    group,
    { ...appeal, decider, body: await noteText(trx, appeal, options) },
    { route: rooms.route, outboxId: rooms.newId(), now, notBefore: nextAllowed(policyOf(group).policy, now) },
  )
  return { ...entry, card: decisionCard(appeal.number) }
}

/**
 * Takes an appeal against a private word of the bot: it is kept with its message and rule and no longer counts towards
 * escalation, and whoever decides gets a note in working hours. Answers in words, which say which word is meant.
 */
export async function takeAppeal(
  trx: Kysely<Tables>,
  message: StoredMessage,
  words: string,
  options: AppealRooms,
): Promise<{ answer: string; notes: OutboxEntry[] }> {
  const found = await whichReminder(trx, message, words)
  if ('answer' in found) return only(found.answer)
  const { reminder, reason } = found
  const group = await findGroup(trx, reminder)
  const which = whichOf(message, reminder, group)
  const earlier = await appealAgainst(trx, reminder)
  if (earlier) return only(await again(trx, earlier, { reason, which, options }))
  if (reminder.takenBack) return only(`这条提醒${which}此前已经撤回,不计入次数,无需申诉。`)
  const memberId = message.sender.memberId
  const appeal = await openAppeal(trx, reminder, { memberId, reason, at: message.sentAt })
  if (!appeal) return only(`这条提醒${which}的申诉此前已经记下,不用重复提交。`)

  const note = group ? await noteTo(trx, appeal, group, options) : null
  const to = note ? '会转给群里的负责人' : '会由管理员处理'
  const more = reason === '' ? '要补充理由,请私下发“申诉 理由”。' : ''
  const answer = `申诉已记下,编号 ${appeal.number},${to},有结果会私下告诉您;这条提醒${which}暂不计入次数。${more}`
  return { answer, notes: note ? [note] : [] }
}
