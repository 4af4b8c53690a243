import type { Kysely } from 'kysely'
import type { Decision } from '../../domain/decision.ts'
import { SIMULATED_CHANNEL } from '../../domain/outbound.ts'
import { causeOf } from '../../outbox/entries.ts'
import { ASKER_WITHIN_MS } from '../../policy/history.ts'
import { type AskedMessage, askedMessage, lastAskOf, offerConfirmation } from '../../store/confirmations.ts'
import { findGroup } from '../../store/groups.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import type { Tables } from '../../store/tables.ts'
import type { Effects } from '../effects.ts'
import type { ConfirmContext } from './confirm-context.ts'
import { offerAgainWords, offerCard, offerWords, startedCard } from './confirm-words.ts'

/** What the one to whom the offer goes had asked for; undefined where that cannot be told. */
async function messageAsked(
  trx: Kysely<Tables>,
  { stored, matches }: Effects,
  decision: Decision,
  askerId: string,
): Promise<AskedMessage | undefined> {
  const { tenantId, groupId, messageId, sentAt, verdict, quote } = stored
  const asksItself = verdict?.label === 'mandate' || verdict?.flags.includes('asks_ack')
  const answered = matches.find(({ rule }) => rule === decision.rule)?.answers ?? quote?.messageId
  const seen = asksItself ? messageId : answered
  const asked = seen === undefined ? undefined : await askedMessage(trx, { tenantId, groupId, messageId: seen })
  if (asked?.senderId === askerId) return asked.recalled ? undefined : asked
  return lastAskOf(trx, { tenantId, groupId, senderId: askerId }, { since: sentAt - ASKER_WITHIN_MS, until: sentAt })
}

/** The entry with number and button, where the group can be asked for a tap; else as it is. */
async function numbered(
  trx: Kysely<Tables>,
  effect: Effects,
  { decision, entry, askerId }: { decision: Decision; entry: OutboxEntry; askerId: string },
  { rooms, policyOf, now }: ConfirmContext,
): Promise<OutboxEntry> {
  const group = await findGroup(trx, effect.stored)
  const asked = await messageAsked(trx, effect, decision, askerId)
  if (!group || !asked || rooms.route(group, { kind: 'group' }) === null) return entry
  if (policyOf(group).policy.bot.groupPostsPerDay === 0) return entry
  const { number, startedAt } = await offerConfirmation(trx, asked, now)
  return startedAt === null
    ? { ...entry, body: `${entry.body}\n\n${offerWords(number)}`, card: offerCard(number) }
    : { ...entry, body: `${entry.body}\n\n${offerAgainWords(number)}`, card: startedCard(number) }
}

/**
 * The entries of a batch, its offers of silent confirmation with the number and the button by which they are taken up.
 * To be called once the batch's messages are stored. What is held or only simulated gets no number.
 */
export async function numberOffers(
  trx: Kysely<Tables>,
  effects: readonly Effects[],
  context: ConfirmContext,
): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = []
  for (const effect of effects) {
    const offers = new Map(
      effect.decisions
        .filter(({ action }) => action === 'offer-silent-confirm')
        .map((decision) => [causeOf(decision, effect.stored), decision]),
    )
    for (const entry of effect.entries) {
      const decision = offers.get(entry.cause)
      const askerId = decision?.to ?? null
      const isSaid = entry.state === 'queued' && entry.channel !== SIMULATED_CHANNEL
      entries.push(
        decision && askerId !== null && isSaid
          ? await numbered(trx, effect, { decision, entry, askerId }, context)
          : entry,
      )
    }
  }
  return entries
}
