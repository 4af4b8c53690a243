import type { ShownPost, ToldLine } from './types.ts'

/** What stands in a person's private chat with the bot. */
export type InboxEntry =
  | { kind: 'post'; key: string; at: number; post: ShownPost }
  | { kind: 'told'; key: string; at: number; line: ToldLine }
  | { kind: 'answer'; key: string; at: number; body: string }

/** What the bot and one person said to each other, newest first; an answer stands above what it answers. */
export function inboxEntries(memberId: string, posts: readonly ShownPost[], told: readonly ToldLine[]): InboxEntry[] {
  const received = posts
    // What was gathered into another word is seen at its message.
    .filter(({ to, held }) => to === memberId && held !== 'gathered')
    .map((post): InboxEntry => ({ kind: 'post', key: `post ${post.outboxId}`, at: Date.parse(post.at), post }))
  const lines = told
    .filter((line) => line.memberId === memberId)
    .flatMap((line): InboxEntry[] => {
      const { messageId, answer } = line
      const own: InboxEntry = { kind: 'told', key: `told ${messageId}`, at: Date.parse(line.at), line }
      if (answer === null) return [own]
      const at = Math.max(own.at, Date.parse(answer.at))
      return [own, { kind: 'answer', key: `answer ${messageId}`, at, body: answer.body }]
    })
  const order = { told: 0, answer: 1, post: 2 }
  return [...received, ...lines].sort((a, b) => b.at - a.at || order[b.kind] - order[a.kind])
}
