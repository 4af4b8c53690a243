import type { GroupMessage, Member } from '../../../src/domain/message.ts'
import type { Intake } from '../../../src/intake/intake.ts'
import type { Store } from '../../../src/store/database.ts'
import { BOAST, LEADER, messageOf } from '../../helpers/intake.ts'

export const GROUP = { tenantId: 'default', groupId: 'g1' }
export const LIMEI: Member = { memberId: 'limei', name: '东河村-李梅', role: 'member' }
export const DEPUTY: Member = { memberId: 'lin', name: '林副主任', role: 'leader' }

/** What somebody says to the bot in private. */
export const privately = (text: string, by: Member, changes: Partial<GroupMessage> = {}): GroupMessage =>
  messageOf(text, { by, chat: 'single', groupId: `single:${by.memberId}`, addressesBot: true, ...changes })

/** Lets all that waits have been said. */
export async function sayAll(store: Store): Promise<void> {
  await store.db.updateTable('outbox').set({ state: 'sent' }).where('state', '=', 'queued').execute()
}

/** A boast of a member in a group with a leader, and the reminder for it, which was said. */
export async function reminded(
  store: Store,
  intake: Intake,
  changes: Partial<GroupMessage> & { by?: Member; text?: string } = {},
): Promise<GroupMessage> {
  const { text = BOAST, ...rest } = changes
  await intake.accept(messageOf('大家早', { by: LEADER, ...(rest.groupId ? { groupId: rest.groupId } : {}) }))
  const boast = messageOf(text, { by: LIMEI, ...rest })
  await intake.accept(boast)
  await sayAll(store)
  return boast
}

/** The only answer to what somebody tells the bot in private. */
export async function ask(
  intake: Intake,
  text: string,
  by: Member,
  changes: Partial<GroupMessage> = {},
): Promise<string> {
  const { answers } = await intake.accept(privately(text, by, changes))
  return answers.join('\n')
}

/** What is in the outbox for somebody, the newest last. */
export const wordsTo = (store: Store, memberId: string) =>
  store.db
    .selectFrom('outbox')
    .select(['cause', 'body', 'state', 'held', 'purpose', 'channel', 'card', 'not_before', 'outbox_id'])
    .where('recipient', '=', memberId)
    .where('channel', '<>', 'reply')
    .orderBy('created_at')
    .orderBy('cause')
    .execute()

/** The words that tell somebody how an appeal ended. */
export const outcomesTo = async (store: Store, memberId: string) =>
  (await wordsTo(store, memberId)).filter(({ cause }) => cause.startsWith('appeal:decided:'))

export const appealsIn = (store: Store) => store.db.selectFrom('appeals').selectAll().orderBy('number').execute()
