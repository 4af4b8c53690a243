import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from 'kysely'
import type { Flag, Label } from '../domain/label.ts'
import type { EpochMs, GroupMessage } from '../domain/message.ts'
import type { ContextMessage, JudgeInput, Verdict } from '../domain/verdict.ts'
import { messagesBefore } from './find-message.ts'
import { type MessageRef, messageKey } from './messages.ts'
import { storable, storableJson, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** What somebody says is right about a message, with what the judge saw and said. Kept for good, maybe withdrawn. */
export interface Correction extends MessageRef {
  correctionId: string
  /** What the judge was given. */
  seen: JudgeInput
  /** What the judge said, and which one: `judgedBy` of the message before anybody corrected it. */
  said: Verdict
  saidBy: string
  label: Label
  flags: Flag[]
  source: 'admin' | 'appeal'
  appealId: string | null
  madeBy: string
  reason: string
  madeAt: EpochMs
  withdrawn: { by: string; at: EpochMs } | null
}

/** How many messages before it are kept with a corrected one: as many as the judge reads. */
const CONTEXT = 8

/** A message that was judged, with what the judge was given. */
export interface JudgedCase {
  seen: JudgeInput
  said: Verdict
  saidBy: string
}

/**
 * Reads a stored message as its judge met it: what had arrived before it, oldest first by sending time.
 * `unjudged` where it has no verdict; undefined where there is no such message.
 */
export async function judgedCase(trx: Kysely<Tables>, ref: MessageRef): Promise<JudgedCase | 'unjudged' | undefined> {
  const row = await trx
    .selectFrom('messages')
    .selectAll()
    .where('tenant_id', '=', ref.tenantId)
    .where('group_id', '=', ref.groupId)
    .where('message_id', '=', ref.messageId)
    .executeTakeFirst()
  if (!row) return undefined
  if (row.label === null || row.judged_by === null || row.probabilities === null) return 'unjudged'
  const before = await messagesBefore(trx, ref, CONTEXT)
  const context = before.map(({ role, text, senderId }): ContextMessage => ({ role, text, from: senderId }))
  const quote: GroupMessage['quote'] | null = row.quote
  return {
    seen: {
      text: row.text,
      role: row.sender_role,
      from: row.sender_id,
      context,
      ...(quote ? { quote: quote.text } : {}),
      at: row.sent_at.getTime(),
    },
    said: {
      label: row.label,
      confidence: row.confidence ?? 0,
      probabilities: row.probabilities,
      flags: row.flags ?? [],
      evidence: row.evidence ?? [],
    },
    saidBy: row.judged_by,
  }
}

/** Adds a correction; the store refuses a second one in force by the same person on the same message. */
export async function insertCorrection(
  trx: Kysely<Tables>,
  correction: Omit<Correction, 'withdrawn'>,
): Promise<Correction> {
  const row = await trx
    .insertInto('corrections')
    .values({
      tenant_id: correction.tenantId,
      group_id: correction.groupId,
      correction_id: correction.correctionId,
      message_id: correction.messageId,
      seen: storableJson(correction.seen),
      said: storableJson(correction.said),
      said_by: correction.saidBy,
      label: correction.label,
      flags: storableJson(correction.flags),
      source: correction.source,
      appeal_id: correction.appealId,
      made_by: storable(correction.madeBy),
      reason: storable(correction.reason),
      made_at: timestamp(correction.madeAt),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toCorrection(row)
}

/** Marks a correction as withdrawn; one that is withdrawn already stays as it is. */
export async function markWithdrawn(
  trx: Kysely<Tables>,
  { tenantId, groupId, correctionId }: Pick<Correction, 'tenantId' | 'groupId' | 'correctionId'>,
  by: string,
  at: EpochMs,
): Promise<void> {
  await trx
    .updateTable('corrections')
    .set({ withdrawn_by: storable(by), withdrawn_at: timestamp(at) })
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .where('correction_id', '=', correctionId)
    .where('withdrawn_at', 'is', null)
    .execute()
}

type CorrectionRow = Awaited<ReturnType<typeof rowsOf>>[number]
type Condition = (row: ExpressionBuilder<Tables, 'corrections'>) => ExpressionWrapper<Tables, 'corrections', SqlBool>

const rowsOf = (db: Kysely<Tables>, tenantId: string, condition: Condition) =>
  db
    .selectFrom('corrections')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where((row) => condition(row))
    .orderBy('position')
    .execute()

const toCorrection = (row: CorrectionRow): Correction => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  correctionId: row.correction_id,
  messageId: row.message_id,
  seen: row.seen,
  said: row.said,
  saidBy: row.said_by,
  label: row.label,
  flags: row.flags,
  source: row.source,
  appealId: row.appeal_id,
  madeBy: row.made_by,
  reason: row.reason,
  madeAt: row.made_at.getTime(),
  withdrawn: row.withdrawn_at === null ? null : { by: row.withdrawn_by ?? '', at: row.withdrawn_at.getTime() },
})

/** All corrections of a tenant, withdrawn ones too, in the order in which they were made. */
export const listCorrections = async (db: Kysely<Tables>, tenantId: string): Promise<Correction[]> =>
  (await rowsOf(db, tenantId, (row) => row.and([]))).map(toCorrection)

/** One correction, or undefined. */
export const findCorrection = async (
  db: Kysely<Tables>,
  tenantId: string,
  correctionId: string,
): Promise<Correction | undefined> =>
  (await rowsOf(db, tenantId, (row) => row('correction_id', '=', correctionId))).map(toCorrection)[0]

/** The corrections of a message that are in force, one a person, in the order in which they were made. */
export const correctionsOn = async (
  db: Kysely<Tables>,
  { tenantId, groupId, messageId }: MessageRef,
): Promise<Correction[]> => {
  const rows = await rowsOf(db, tenantId, (row) =>
    row.and([row('group_id', '=', groupId), row('message_id', '=', messageId), row('withdrawn_at', 'is', null)]),
  )
  return rows.map(toCorrection)
}

/** What a tenant's model learns from: of each message the last correction that is in force. */
export async function standingCorrections(db: Kysely<Tables>, tenantId: string): Promise<Correction[]> {
  const rows = await rowsOf(db, tenantId, (row) => row('withdrawn_at', 'is', null))
  return [
    ...new Map(
      rows.map((row) => [
        messageKey({ tenantId, groupId: row.group_id, messageId: row.message_id }),
        toCorrection(row),
      ]),
    ).values(),
  ]
}
