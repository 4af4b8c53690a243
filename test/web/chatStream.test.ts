import { describe, expect, it } from 'vitest'
import { chatStream } from '../../src/web/pages/sandbox/chatStream.ts'
import type { ShownMessage, ShownPost } from '../../src/web/pages/sandbox/types.ts'

const message: ShownMessage = {
  messageId: 'm1',
  sentAt: '2026-11-23T09:00:00+08:00',
  sender: { memberId: 'u1', name: '周强', role: 'leader' },
  text: '@清群 周报',
  verdict: null,
  decisions: [],
}
const post: ShownPost = {
  outboxId: 'o1',
  to: 'group',
  purpose: 'answer',
  body: '本周没有任务。',
  state: 'sent',
  buttons: [],
  held: null,
  notBefore: '2026-11-23T09:00:01+08:00',
  at: '2026-11-23T09:00:01+08:00',
}
const answer = { id: 'a1', groupId: 'g', at: Date.parse(post.at), body: post.body }
const kinds = (entries: ReturnType<typeof chatStream>) => entries.map(({ kind }) => kind)

describe('the stream of a group', () => {
  it('puts what the bot says in the group among the messages by time', () => {
    expect(kinds(chatStream([{ ...message, sentAt: Date.parse(post.at) + 1 }, message], [post], []))).toEqual([
      'message',
      'post',
      'message',
    ])
  })

  it('leaves private words out', () => {
    expect(kinds(chatStream([message], [{ ...post, to: 'u1' }], []))).toEqual(['message'])
  })

  it('shows an answer at once, and once only when the server lists it too', () => {
    expect(kinds(chatStream([message], [], [answer]))).toEqual(['message', 'answer'])
    expect(kinds(chatStream([message], [post], [answer]))).toEqual(['message', 'post'])
  })
})
