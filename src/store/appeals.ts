import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { insertRows, storable, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** What an appeal is against: one rule's word on one message. */
export interface AppealedWord extends GroupRef {
  messageId: string
  rule: string
}

/** An appeal as it is kept. */
export interface Appeal extends AppealedWord {
  /** Short and stable; unique in the deployment. */
  number: number
  /** `RULE:MESSAGE`; unique in its group, and neither part of a rule's name is a colon. */
  appealId: string
  memberId: string
  reason: string
  state: 'open' | 'upheld' | 'rejected'
  at: EpochMs
  /** `by` is a member id, or the name that was given on the command line. Null while it is open. */
  decided: { by: string; at: EpochMs; reason: string } | null
}

const rowsOf = (db: Kysely<Tables>, tenantId: string) =>
  db.selectFrom('appeals').selectAll().where('tenant_id', '=', tenantId).orderBy('number')

type AppealRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number]

const toAppeal = (row: AppealRow): Appeal => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  number: row.number,
  appealId: `${row.rule}:${row.message_id}`,
  messageId: row.message_id,
  rule: row.rule,
  memberId: row.member_id,
  reason: row.reason,
  state: row.state,
  at: row.at.getTime(),
  decided:
    row.decided_at === null
      ? null
      : { by: row.decided_by ?? '', at: row.decided_at.getTime(), reason: row.decision_reason ?? '' },
})

const onWord = (db: Kysely<Tables>, { tenantId, groupId, messageId, rule }: AppealedWord) =>
  rowsOf(db, tenantId).where('group_id', '=', groupId).where('message_id', '=', messageId).where('rule', '=', rule)

/** Keeps an appeal, open until somebody decides; null where this word was appealed against before. */
export async function openAppeal(
  trx: Kysely<Tables>,
  word: AppealedWord,
  appeal: { memberId: string; reason: string; at: EpochMs },
): Promise<Appeal | null> {
  const { rows } = await insertRows(
    'appeals',
    ['tenant_id', 'group_id', 'message_id', 'rule', 'member_id', 'reason', 'state', 'at'],
    [
      {
        tenant_id: word.tenantId,
        group_id: word.groupId,
        message_id: word.messageId,
        rule: word.rule,
        member_id: appeal.memberId,
        reason: storable(appeal.reason),
        state: 'open',
        at: timestamp(appeal.at),
      },
    ],
    'on conflict do nothing returning *',
  ).execute(trx)
  const [row] = rows as AppealRow[]
  return row ? toAppeal(row) : null
}

/** The appeal against a word, or undefined. */
export const appealAgainst = async (db: Kysely<Tables>, word: AppealedWord): Promise<Appeal | undefined> => {
  const row = await onWord(db, word).executeTakeFirst()
  return row && toAppeal(row)
}

/** All appeals of a group, oldest first. */
export const appealsOf = async (db: Kysely<Tables>, { tenantId, groupId }: GroupRef): Promise<Appeal[]> =>
  (await rowsOf(db, tenantId).where('group_id', '=', groupId).execute()).map(toAppeal)

/** All appeals of a tenant, of one of its groups, or only those that wait for a decision; oldest first. */
export const listAppealsOf = async (
  db: Kysely<Tables>,
  { tenantId, groupId, open }: { tenantId: string; groupId: string | null; open: boolean },
): Promise<Appeal[]> => {
  const rows = await rowsOf(db, tenantId)
    .$if(groupId !== null, (query) => query.where('group_id', '=', groupId ?? ''))
    .$if(open, (query) => query.where('state', '=', 'open'))
    .execute()
  return rows.map(toAppeal)
}

/** The appeal of that number, or undefined. */
export async function findAppeal(db: Kysely<Tables>, tenantId: string, number: number): Promise<Appeal | undefined> {
  if (!Number.isInteger(number) || number < 1 || number > 2 ** 31 - 1) return undefined
  const row = await rowsOf(db, tenantId).where('number', '=', number).executeTakeFirst()
  return row && toAppeal(row)
}

/** The member's last open appeal since `since`, or undefined. */
export async function lastOpenAppeal(
  db: Kysely<Tables>,
  { tenantId, memberId }: { tenantId: string; memberId: string },
  since: EpochMs,
): Promise<Appeal | undefined> {
  const rows = await rowsOf(db, tenantId)
    .where('member_id', '=', memberId)
    .where('state', '=', 'open')
    .where('at', '>', new Date(since))
    .execute()
  const row = rows.at(-1)
  return row && toAppeal(row)
}

const atWord = (trx: Kysely<Tables>, { tenantId, groupId, messageId, rule }: AppealedWord) =>
  trx
    .updateTable('appeals')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('message_id', '=', messageId)
    .where('rule', '=', rule)

/** Adds the reason to an appeal that is open. */
export async function giveReason(trx: Kysely<Tables>, word: AppealedWord, reason: string): Promise<void> {
  await atWord(trx, word)
    .set({ reason: storable(reason) })
    .where('state', '=', 'open')
    .execute()
}

/** Decides an appeal that is open; false where somebody has decided it before. */
export async function decideOpen(
  trx: Kysely<Tables>,
  word: AppealedWord,
  decision: { state: 'upheld' | 'rejected'; by: string; at: EpochMs; reason: string },
): Promise<boolean> {
  const { numUpdatedRows } = await atWord(trx, word)
    .set({
      state: decision.state,
      decided_by: storable(decision.by),
      decided_at: timestamp(decision.at),
      decision_reason: storable(decision.reason),
    })
    .where('state', '=', 'open')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Opens an appeal again that was upheld. */
export async function reopenAppeal(trx: Kysely<Tables>, word: AppealedWord): Promise<void> {
  await atWord(trx, word)
    .set({ state: 'open', decided_by: null, decided_at: null, decision_reason: null })
    .where('state', '=', 'upheld')
    .execute()
}
