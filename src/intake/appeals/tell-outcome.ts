import type { Kysely } from 'kysely'
import { DAY_MS } from '../../domain/calendar.ts'
import type { Label } from '../../domain/label.ts'
import type { Clock, EpochMs } from '../../domain/message.ts'
import { SIMULATED_CHANNEL } from '../../domain/outbound.ts'
import { APPEAL_CAUSE } from '../../outbox/entries.ts'
import type { Route } from '../../outbox/route.ts'
import type { Appeal } from '../../store/appeals.ts'
import { findGroup } from '../../store/groups.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import { reminderOf } from '../../store/reminders.ts'
import type { Tables } from '../../store/tables.ts'
import { outcomeWords } from './appeal-words.ts'

/** What was decided; `label` is what the message now counts as, null where that has not changed. */
export interface Outcome {
  state: 'upheld' | 'rejected'
  at: EpochMs
  reason: string
  label: Label | null
}

const WORTH_MS = 7 * DAY_MS

/**
 * The private word that tells whoever appealed how it ended. It is the answer to a question and outside every budget;
 * it goes the way that `route` finds, else the way that the reminder went.
 */
export async function outcomeEntry(
  trx: Kysely<Tables>,
  appeal: Appeal,
  outcome: Outcome,
  world: { route: Route | null; notBefore: EpochMs; now: Clock; newId(): string },
): Promise<OutboxEntry> {
  const { tenantId, groupId, number, memberId } = appeal
  const group = await findGroup(trx, appeal)
  const reminder = await reminderOf(trx, appeal)
  const audience = { kind: 'member' as const, memberId }
  const routed = (group && world.route?.(group, audience)) ?? reminder?.channel
  const channel = routed === SIMULATED_CHANNEL ? undefined : routed
  return {
    tenantId,
    groupId,
    outboxId: world.newId(),
    cause: `${APPEAL_CAUSE}decided:${number}:${outcome.at}`,
    // It answers the appeal, which is no message of this group.
    messageId: null,
    audience,
    purpose: 'answer',
    channel: channel ?? SIMULATED_CHANNEL,
    body: outcomeWords({ number, groupName: group?.name ?? null, text: reminder?.text ?? '' }, outcome),
    state: channel === undefined ? 'held' : 'queued',
    held: channel === undefined ? 'no-channel' : null,
    notBefore: world.notBefore,
    expiresAt: world.notBefore + WORTH_MS,
    createdAt: world.now(),
  }
}
