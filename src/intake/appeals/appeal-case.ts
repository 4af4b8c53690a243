import type { Kysely } from 'kysely'
import type { Label } from '../../domain/label.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Appeal } from '../../store/appeals.ts'
import { decisionOf } from '../../store/decisions.ts'
import { messagesBefore } from '../../store/find-message.ts'
import { findGroup } from '../../store/groups.ts'
import { reminderOf } from '../../store/reminders.ts'
import type { Tables } from '../../store/tables.ts'
import { caseOf } from '../judged-as-met.ts'

/** An appeal with what is needed to decide on it, as far as it is kept: read anew each time, never copied. */
export interface AppealCase {
  appeal: Appeal
  groupName: string | null
  text: string
  sentAt: EpochMs | null
  /** The few messages before it, oldest first. */
  before: string[]
  /** What the judge said, with its reasons; null where the message was never judged. */
  verdict: { label: Label; confidence: number; reasons: string[] } | null
  /** The version of the policy under which it was decided. */
  policyVersion: number | null
  /** Why the rule met the message, and what the bot said. */
  met: string | null
  said: string | null
}

const BEFORE = 3
const REASONS = 3

/** Gathers the evidence of an appeal. */
export async function appealCase(db: Kysely<Tables>, appeal: Appeal): Promise<AppealCase> {
  const group = await findGroup(db, appeal)
  const decision = await decisionOf(db, appeal)
  const reminder = await reminderOf(db, appeal)
  const judged = await caseOf(db, appeal)
  const before = await messagesBefore(db, appeal, BEFORE)
  return {
    appeal,
    groupName: group?.name ?? null,
    text: reminder?.text ?? '',
    sentAt: reminder?.sentAt ?? null,
    before: before.map(({ text }) => text),
    verdict:
      typeof judged === 'string'
        ? null
        : {
            label: judged.said.label,
            confidence: judged.said.confidence,
            reasons: judged.said.evidence.slice(0, REASONS).map(({ reason }) => reason),
          },
    policyVersion: decision?.policyVersion ?? null,
    met: decision?.reason ?? null,
    said: reminder?.body ?? null,
  }
}
