import type { Kysely } from 'kysely'
import { isPress } from '../../../domain/message.ts'
import type { GroupRef } from '../../../store/groups.ts'
import type { ShownMessage } from '../../../store/messages.ts'
import type { outboxSince } from '../../../store/outbox.ts'
import { privateChats } from '../../../store/private-chats.ts'
import type { Tables } from '../../../store/tables.ts'
import { privateChatOf } from './sandbox-groups.ts'

const LINES = 200

type Post = Awaited<ReturnType<typeof outboxSince>>[number]

/** What somebody told the bot alone: typed in private, or by a button. `answer` is what the bot said at once. */
interface PrivateLine {
  messageId: string
  memberId: string
  text: string
  pressed: boolean
  at: string
  answer: { body: string; at: string } | null
}

/** What was told by a button in the group: nobody else there sees it or its answer. */
const pressesIn = (messages: readonly ShownMessage[], posts: readonly Post[]): PrivateLine[] =>
  messages.filter(isPress).map(({ messageId, senderId, text, sentAt }) => {
    const answer = posts.find(({ cause }) => cause === `answer:${messageId}`)
    return {
      messageId,
      memberId: senderId,
      text,
      pressed: true,
      at: new Date(sentAt).toISOString(),
      answer: answer ? { body: answer.body, at: answer.not_before.toISOString() } : null,
    }
  })

/** All that the people of a group told the bot alone, in order of time. */
export async function privateLines(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
  memberIds: readonly string[],
  said: { messages: readonly ShownMessage[]; posts: readonly Post[] },
): Promise<PrivateLine[]> {
  const chats = memberIds.map((memberId) => ({ tenantId, groupId: privateChatOf(groupId, memberId) }))
  const typed = (await privateChats(db, chats, LINES)).map((row) => ({
    messageId: row.message_id,
    memberId: row.sender_id,
    text: row.text,
    pressed: isPress({ messageId: row.message_id }),
    at: row.sent_at.toISOString(),
    answer: row.body === null || row.not_before === null ? null : { body: row.body, at: row.not_before.toISOString() },
  }))
  return [...typed, ...pressesIn(said.messages, said.posts)].sort((a, b) => a.at.localeCompare(b.at))
}
