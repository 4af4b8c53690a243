import type { Kysely } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import { causeOf } from '../outbox/entries.ts'
import type { AppealedWord } from '../store/appeals.ts'
import { decisionsOn, takeBackDecisions } from '../store/decisions.ts'
import { deleteDemand } from '../store/demands.ts'
import { raiseVersion } from '../store/groups.ts'
import type { MessageRef } from '../store/messages.ts'
import { takeBackEntries } from '../store/outbox.ts'
import { deleteMatches, rulesCounting } from '../store/rule-matches.ts'
import type { Tables } from '../store/tables.ts'

async function takeBack(
  trx: Kysely<Tables>,
  message: MessageRef,
  isMeant: (rule: string) => boolean,
  now: EpochMs,
): Promise<void> {
  const decisions = (await decisionsOn(trx, message, [message.messageId])).filter(({ rule }) => isMeant(rule))
  await takeBackDecisions(
    trx,
    message,
    decisions.map(({ rule }) => rule),
  )
  await deleteMatches(trx, message, (await rulesCounting(trx, message)).filter(isMeant))
  await takeBackEntries(
    trx,
    message,
    decisions.map((decision) => causeOf(decision, message)),
    now,
  )
  await raiseVersion(trx, message)
}

/**
 * Takes back all that rules made of a message that was judged wrongly: it counts for nothing any more, in no window and
 * as no demand, and is not said if it still waits. Its group is locked.
 */
export async function takeBackAll(trx: Kysely<Tables>, message: MessageRef, now: EpochMs): Promise<void> {
  await deleteDemand(trx, message)
  await takeBack(trx, message, () => true, now)
}

/** The same for one rule alone. */
export const takeBackRule = (trx: Kysely<Tables>, { rule, ...message }: AppealedWord, now: EpochMs): Promise<void> =>
  takeBack(trx, message, (each) => each === rule, now)
