import type { Kysely } from 'kysely'
import { DAY_MS } from '../domain/calendar.ts'
import type { GroupMessage, Member } from '../domain/message.ts'
import { safeText } from '../domain/safe-text.ts'
import { appealEntry } from '../outbox/entries.ts'
import { readAppealed } from '../outbox/reminder-card.ts'
import { nextAllowed } from '../policy/hours.ts'
import { lastReminded, openAppeal } from '../store/appeals.ts'
import { findGroup, type GroupRef, membersOf } from '../store/groups.ts'
import type { StoredMessage } from '../store/messages.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'
import type { PolicyInForce } from './group-state.ts'
import type { Rooms } from './rooms.ts'

const WITHIN_MS = 14 * DAY_MS
/** The word alone, or set off from its reason: 「申诉案件台账请周五前报」 is work, not an appeal. */
const APPEAL = /^\s*申诉\s*(?:$|[\s::,,。.!!]\s*(?<reason>.*)$)/su
const QUOTED = 200

/**
 * What is said with an appeal, maybe nothing; null where the text is none. Only in private, since in a group the answer
 * would tell everybody that this person was reminded; a button's command names its reminder and is answered to whoever
 * pressed it.
 */
export function readAppeal(message: GroupMessage): string | null {
  if (message.text.length > 2000) return null
  const match = APPEAL.exec(message.text)
  if (!match) return null
  const words = (match.groups?.reason ?? '').trim()
  return message.chat === 'single' || readAppealed(words).outboxId !== null ? words : null
}

/** Who decides: the group's owner, else a leader; never the person concerned. */
function deciderOf(members: readonly Member[], ownerId: string | null, concerned: string): string | null {
  if (ownerId !== null && ownerId !== concerned) return ownerId
  return members.find((member) => member.role === 'leader' && member.memberId !== concerned)?.memberId ?? null
}

const noteOf = (groupName: string | null, words: string, reason: string): string =>
  [
    `「${safeText(groupName ?? '本群')}」有成员对收到的一条提醒提出申诉,请您看一看是否合适。`,
    `原消息:${safeText(words, QUOTED) || '(无文字)'}`,
    `理由:${safeText(reason, QUOTED) || '(未写)'}`,
  ].join('\n')

/**
 * Takes an appeal against the reminder whose button was pressed, or else the last private one that was really said: it
 * is kept with its message and rule and no longer counts towards escalation, and whoever decides gets a note in working
 * hours. Answers in words.
 */
export async function takeAppeal(
  trx: Kysely<Tables>,
  message: StoredMessage,
  words: string,
  { rooms, policyOf }: { rooms: Rooms; policyOf(group: GroupRef): PolicyInForce },
): Promise<{ answer: string; notes: OutboxEntry[] }> {
  const memberId = message.sender.memberId
  const { outboxId, reason } = readAppealed(words)
  const reminded = await lastReminded(trx, message.tenantId, memberId, message.sentAt - WITHIN_MS, outboxId)
  if (!reminded) return { answer: '近两周没有给您的提醒,无需申诉。如有其他意见,请直接联系群里的负责人。', notes: [] }
  const isNew = await openAppeal(trx, reminded, { memberId, reason, at: message.sentAt })
  if (!isNew) return { answer: '这条提醒的申诉此前已经记下,不用重复提交。', notes: [] }

  const group = await findGroup(trx, reminded)
  const decider = group ? deciderOf(await membersOf(trx, [group]), group.ownerId, memberId) : null
  if (!group || decider === null) return { answer: '申诉已记下,这条提醒不再计入次数。', notes: [] }
  const now = rooms.now()
  const note = appealEntry(
    group,
    { ...reminded, decider, body: noteOf(group.name, reminded.text, reason) },
    { route: rooms.route, outboxId: rooms.newId(), now, notBefore: nextAllowed(policyOf(group).policy, now) },
  )
  return { answer: '申诉已记下,会转给群里的负责人;这条提醒不再计入次数。', notes: [note] }
}
