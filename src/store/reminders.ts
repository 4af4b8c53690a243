import { type Kysely, sql } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { AppealedWord } from './appeals.ts'
import type { Tables } from './tables.ts'

/** A private word of the bot that reached a member, with what it was about. */
export interface Reminder extends AppealedWord {
  outboxId: string
  /** What the bot said, and by which channel. */
  body: string
  channel: string
  /** By what the platform knows it, where it says so. */
  receipt: string | null
  /** The earliest moment at which it was to be said. */
  saidAt: EpochMs
  /** The message that it is about. */
  text: string
  sentAt: EpochMs
  /** The decision behind it has been taken back since. */
  takenBack: boolean
}

/** More than anybody is told within the time in which an appeal is taken. */
const MOST = 50

const TOLD = ['remind-sender', 'ask-for-details', 'offer-silent-confirm'] as const

const rowsOf = (db: Kysely<Tables>, tenantId: string) =>
  db
    .selectFrom('decisions as d')
    .innerJoin('outbox as o', (join) =>
      join
        .onRef('o.tenant_id', '=', 'd.tenant_id')
        .onRef('o.group_id', '=', 'd.group_id')
        .on('o.cause', '=', sql<string>`d.rule || ':' || d.action || ':' || d.message_id`),
    )
    .innerJoin('messages as m', (join) =>
      join
        .onRef('m.tenant_id', '=', 'd.tenant_id')
        .onRef('m.group_id', '=', 'd.group_id')
        .onRef('m.message_id', '=', 'd.message_id'),
    )
    .select(['d.group_id', 'd.message_id', 'd.rule', 'd.held', 'm.text', 'm.sent_at'])
    .select(['o.outbox_id', 'o.body', 'o.channel', 'o.receipt', 'o.not_before'])
    .where('d.tenant_id', '=', tenantId)
    .where('d.action', 'in', TOLD)
    .where('d.simulated', '=', false)

type ReminderRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number]

const toReminder = (tenantId: string, row: ReminderRow): Reminder => ({
  tenantId,
  groupId: row.group_id,
  messageId: row.message_id,
  rule: row.rule,
  outboxId: row.outbox_id,
  body: row.body,
  channel: row.channel,
  receipt: row.receipt,
  saidAt: row.not_before.getTime(),
  text: row.text,
  sentAt: row.sent_at.getTime(),
  takenBack: row.held === 'corrected',
})

/** The private words about messages that reached the member since `since`, in whichever group, the last first. */
export async function remindersSaid(
  db: Kysely<Tables>,
  { tenantId, memberId }: { tenantId: string; memberId: string },
  since: EpochMs,
): Promise<Reminder[]> {
  const rows = await rowsOf(db, tenantId)
    .where('d.recipient', '=', memberId)
    .where('o.not_before', '>', new Date(since))
    .where('o.state', 'in', ['sent', 'uncertain'])
    .orderBy('o.not_before', 'desc')
    .orderBy('d.at', 'desc')
    .orderBy('d.rule')
    .limit(MOST)
    .execute()
  return rows.map((row) => toReminder(tenantId, row))
}

/**
 * The word to this member that has that outbox id, however old. It has reached whoever names it, whatever the store
 * knows of its delivery, unless it was never to be said.
 */
export async function findReminder(
  db: Kysely<Tables>,
  { tenantId, memberId }: { tenantId: string; memberId: string },
  outboxId: string,
): Promise<Reminder | undefined> {
  const row = await rowsOf(db, tenantId)
    .where('d.recipient', '=', memberId)
    .where('o.outbox_id', '=', outboxId)
    .where('o.state', 'not in', ['held', 'dropped', 'failed'])
    .executeTakeFirst()
  return row && toReminder(tenantId, row)
}

/** The word that an appeal is against; undefined where it is not kept any more. */
export async function reminderOf(
  db: Kysely<Tables>,
  { tenantId, groupId, messageId, rule, memberId }: AppealedWord & { memberId: string },
): Promise<Reminder | undefined> {
  const row = await rowsOf(db, tenantId)
    .where('d.group_id', '=', groupId)
    .where('d.message_id', '=', messageId)
    .where('d.rule', '=', rule)
    .where('d.recipient', '=', memberId)
    .executeTakeFirst()
  return row && toReminder(tenantId, row)
}
