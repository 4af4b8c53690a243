import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import type { Member } from '../domain/message.ts'
import { lastReminded, openAppeal, openAppeals } from '../store/appeals.ts'
import { findGroup, membersOf } from '../store/groups.ts'
import type { StoredMessage } from '../store/messages.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import { appealEntry } from './entries.ts'
import type { Rooms } from './rooms.ts'

const WITHIN_MS = 14 * DAY_MS
const APPEAL = /^\s*申诉[\s::,,。.!!]*(?<reason>.*)$/su

/** The reason of an appeal, maybe empty; null where the text is none. */
export const readAppeal = (text: string): string | null =>
  text.length > 2000 ? null : (APPEAL.exec(text)?.groups?.reason?.trim() ?? null)

/** Who decides: the group's owner, else a leader; never the person concerned. */
function deciderOf(members: readonly Member[], ownerId: string | null, concerned: string): string | null {
  if (ownerId !== null && ownerId !== concerned) return ownerId
  return members.find((member) => member.role === 'leader' && member.memberId !== concerned)?.memberId ?? null
}

/**
 * Takes an appeal against the last private reminder: it is kept with its message and rule, whoever decides gets a note,
 * and the member is told. Answers in words; never throws for what the member wrote.
 */
export async function takeAppeal(
  trx: Kysely<Tables>,
  message: StoredMessage,
  reason: string,
  rooms: Rooms,
): Promise<{ answer: string; notes: OutboxEntry[] }> {
  const memberId = message.sender.memberId
  const reminded = await lastReminded(trx, message.tenantId, memberId, message.sentAt - WITHIN_MS)
  if (!reminded) return { answer: '近两周没有给您的提醒,无需申诉。如有其他意见,请直接联系群管理员。', notes: [] }
  const isNew = await openAppeal(trx, reminded, { memberId, reason, at: message.sentAt })
  if (!isNew) return { answer: '这条提醒的申诉已经记下,正在等待复核,不用重复提交。', notes: [] }
  const group = await findGroup(trx, reminded)
  const decider = group ? deciderOf(await membersOf(trx, [group]), group.ownerId, memberId) : null
  const answer = '申诉已记下,会有人复核。复核之前,这条提醒不影响您。'
  if (!group || decider === null) return { answer, notes: [] }
  const waiting = await openAppeals(trx, group)
  const note = appealEntry(group, reminded, decider, waiting, rooms)
  return { answer, notes: [note] }
}
