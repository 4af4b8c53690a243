import type { ShownMessage, ShownPost } from './types.ts'

/** What the bot answered in the response to a message of this page. */
export interface LocalAnswer {
  id: string
  groupId: string
  at: number
  body: string
}

export type StreamEntry =
  | { kind: 'message'; key: string; at: number; message: ShownMessage }
  | { kind: 'post'; key: string; at: number; post: ShownPost }
  | { kind: 'answer'; key: string; at: number; answer: LocalAnswer }

/**
 * Messages and what the bot said in the group, in order of time.
 * An answer that came with a response is shown until the server lists it among its posts.
 */
export function chatStream(
  messages: readonly ShownMessage[],
  posts: readonly ShownPost[],
  answers: readonly LocalAnswer[],
): StreamEntry[] {
  const spoken = posts.filter((post) => post.to === 'group')
  const listed = new Set(spoken.map((post) => post.body))
  const entries: StreamEntry[] = [
    ...messages.map(
      (message): StreamEntry => ({
        kind: 'message',
        key: `message ${message.messageId}`,
        at: new Date(message.sentAt).getTime(),
        message,
      }),
    ),
    ...spoken.map(
      (post): StreamEntry => ({ kind: 'post', key: `post ${post.outboxId}`, at: Date.parse(post.at), post }),
    ),
    ...answers
      .filter(({ body }) => !listed.has(body))
      .map((answer): StreamEntry => ({ kind: 'answer', key: `answer ${answer.id}`, at: answer.at, answer })),
  ]
  return entries.sort((a, b) => a.at - b.at)
}
