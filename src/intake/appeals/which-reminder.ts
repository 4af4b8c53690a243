import type { Kysely } from 'kysely'
import { DAY_MS, HOUR_MS } from '../../domain/calendar.ts'
import { readAppealed } from '../../outbox/reminder-card.ts'
import { lastOpenAppeal } from '../../store/appeals.ts'
import type { StoredMessage } from '../../store/messages.ts'
import { findReminder, type Reminder, reminderOf, remindersSaid } from '../../store/reminders.ts'
import type { Tables } from '../../store/tables.ts'

const WITHIN_MS = 14 * DAY_MS
/** Whoever pressed the button has so long to add a reason by 「申诉 理由」. */
const REASON_WITHIN_MS = HOUR_MS
/** Fewer letters occur in many a reminder. */
const MIN_QUOTED = 12

const plainOf = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

/** The one that a client quotes, by its id or by its words, which a client may cut or put a name before. */
function quotedOf(quote: NonNullable<StoredMessage['quote']>, said: readonly Reminder[]): Reminder | undefined {
  const byId = said.find(({ receipt }) => receipt !== null && receipt === quote.messageId)
  const words = plainOf(quote.text)
  if (byId || words.length < MIN_QUOTED) return byId
  return said.find(({ body }) => plainOf(body).includes(words) || words.includes(plainOf(body)))
}

/**
 * Which word of the bot an appeal is against: the one whose button was pressed, or that is quoted, or that was just
 * appealed against without a reason where one comes now; else the last that was really said. `answer` where there is
 * none that can be appealed against.
 */
export async function whichReminder(
  trx: Kysely<Tables>,
  message: StoredMessage,
  words: string,
): Promise<{ reminder: Reminder; reason: string } | { answer: string }> {
  const of = { tenantId: message.tenantId, memberId: message.sender.memberId }
  const since = message.sentAt - WITHIN_MS
  const { outboxId, reason } = readAppealed(words)
  if (outboxId !== null) {
    const named = await findReminder(trx, of, outboxId)
    if (!named) return { answer: '没有找到给您的这条提醒,无需申诉。如有其他意见,请直接联系群里的负责人。' }
    if (named.saidAt <= since) return { answer: '这条提醒已过两周,不再受理申诉。如有意见,请直接联系群里的负责人。' }
    return { reminder: named, reason }
  }
  const said = await remindersSaid(trx, of, since)
  const quoted = message.quote && quotedOf(message.quote, said)
  if (quoted) return { reminder: quoted, reason }
  const started = reason === '' ? undefined : await lastOpenAppeal(trx, of, message.sentAt - REASON_WITHIN_MS)
  const explained = started?.reason === '' ? await reminderOf(trx, started) : undefined
  const reminder = explained ?? said[0]
  if (!reminder) return { answer: '近两周没有给您的提醒,无需申诉。如有其他意见,请直接联系群里的负责人。' }
  return { reminder, reason }
}
