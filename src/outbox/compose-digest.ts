import type { Kysely } from 'kysely'
import type { DigestFacts } from '../digest/digest-facts.ts'
import { digestMarkdown } from '../digest/digest-markdown.ts'
import { type DigestKind, digestPeriod } from '../digest/digest-period.ts'
import { LABELS, type Label } from '../domain/label.ts'
import type { EpochMs } from '../domain/message.ts'
import { GROUP, SIMULATED_CHANNEL } from '../domain/outbound.ts'
import { findGroup, type GroupRef, membersOf } from '../store/groups.ts'
import { itemsOf } from '../store/ledger.ts'
import { labelCounts } from '../store/messages.ts'
import { outboxCounts } from '../store/outbox.ts'
import type { Tables } from '../store/tables.ts'

const complete = (counts: ReadonlyMap<Label, number>): Record<Label, number> =>
  Object.fromEntries(LABELS.map((label) => [label, counts.get(label) ?? 0])) as Record<Label, number>

async function botFacts(db: Kysely<Tables>, group: GroupRef, from: EpochMs, to: EpochMs): Promise<DigestFacts['bot']> {
  const bot = { groupPosts: 0, reminders: 0, answers: 0, held: 0, simulated: 0 }
  for (const row of await outboxCounts(db, group, from, to)) {
    const messages = Number(row.messages)
    if (row.state === 'held') bot.held += messages
    else if (row.channel === SIMULATED_CHANNEL) bot.simulated += messages
    else if (row.purpose === 'answer') bot.answers += messages
    else if (row.recipient === GROUP) bot.groupPosts += messages
    else bot.reminders += messages
  }
  return bot
}

/** Gathers the facts of the period that `now` falls in. */
export async function digestFacts(
  db: Kysely<Tables>,
  group: GroupRef,
  kind: DigestKind,
  now: EpochMs,
): Promise<DigestFacts> {
  const { from, to } = digestPeriod(kind, now)
  const before = from - (to - from)
  const found = await findGroup(db, group)
  const previous = await labelCounts(db, group, before, from)
  return {
    groupName: found?.name ?? '本群',
    kind,
    from,
    to,
    now,
    items: (await itemsOf(db, [group], from)).map(({ item }) => item),
    members: await membersOf(db, [group]),
    labelCounts: complete(await labelCounts(db, group, from, to)),
    previousLabelCounts: previous.size === 0 ? null : complete(previous),
    bot: await botFacts(db, group, from, to),
  }
}

/** The digest of a group for the period that `now` falls in, as markdown. */
export const composeDigest = async (
  db: Kysely<Tables>,
  group: GroupRef,
  kind: DigestKind,
  now: EpochMs,
): Promise<string> => digestMarkdown(await digestFacts(db, group, kind, now))
