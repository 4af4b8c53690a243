import type { SendResult } from '../../domain/outbound.ts'
import type { Limiter } from '../limiter.ts'
import { cutToBytes, neutraliseMentions } from '../markdown.ts'
import { MAX_STREAM_BYTES } from './constants.ts'
import { refusedBy } from './errcode.ts'
import { type Body, COMMANDS } from './long-connection-frames.ts'
import type { Session } from './long-connection-session.ts'
import { streamIdOf } from './stream-id.ts'

/** Where a message of the platform was said: `chatId` is the user id in private. */
export interface Conversation {
  chat: 'group' | 'single'
  chatId: string
}

/** The callback that is replied to, and the connection it came over. */
export interface Occasion {
  session: Session
  requestId: string
  messageId: string
}

/** Speaks over whatever connection lives; one message after another in a conversation, at the platform's pace. */
export interface Voice {
  /** The connection to speak over from now on; null while there is none. */
  use(session: Session | null): void
  /** Speaks unasked; `markdown` is at most `MAX_PUSH_BYTES` long. */
  push(to: Conversation, markdown: string): Promise<SendResult>
  /** Answers a message; where the platform does not take it as an answer any more, it is pushed. */
  reply(to: Conversation, markdown: string, occasion: Occasion): Promise<SendResult>
}

export interface VoiceOptions {
  channelId: string
  newId(): string
  limiterOf: (conversation: string) => Limiter
}

/** The occasion has passed: unknown request id, expired stream (page 101463, 2026). */
const OCCASION_GONE: ReadonlySet<string> = new Set(['WECOM_846605', 'WECOM_846608'])

const NOT_CONNECTED: SendResult = {
  status: 'retry',
  code: 'WECOM_BOT_NOT_CONNECTED',
  hint: '本节点的企业微信长连接现在不通,稍后再试',
}
const UNACKNOWLEDGED: SendResult = {
  status: 'uncertain',
  code: 'WECOM_BOT_UNACKNOWLEDGED',
  hint: '已交给企业微信,但没有收到确认,无法确认是否送达',
}

/** `chat_type` of a push: 1 private, 2 group (page 101463, 2026). */
const pushBody = ({ chat, chatId }: Conversation, content: string): Body => ({
  chatid: chatId,
  chat_type: chat === 'single' ? 1 : 2,
  msgtype: 'markdown',
  markdown: { content },
})

export function createVoice({ channelId, newId, limiterOf }: VoiceOptions): Voice {
  let live: Session | null = null

  /** `occasion` is used only while its own connection lives: another one does not know the request. */
  const say = (to: Conversation, content: string, occasion: Occasion | null): Promise<SendResult> =>
    limiterOf(`wecom-bot:${channelId}:${to.chat}:${to.chatId}`).schedule(async () => {
      if (live === null) return NOT_CONNECTED
      const answer =
        occasion !== null && occasion.session === live
          ? await live.ask(COMMANDS.respond, occasion.requestId, {
              msgtype: 'stream',
              stream: { id: streamIdOf(occasion.messageId), finish: true, content },
            })
          : await live.ask(COMMANDS.send, `${COMMANDS.send}_${newId()}`, pushBody(to, content))
      if (answer === 'unsent') return NOT_CONNECTED
      if (answer === 'unacknowledged') return UNACKNOWLEDGED
      return answer.errcode === 0 ? { status: 'sent', receipt: null } : refusedBy(answer)
    })

  return {
    use(session) {
      live = session
    },
    push: (to, markdown) => say(to, neutraliseMentions(markdown), null),
    async reply(to, markdown, occasion) {
      const content = cutToBytes(neutraliseMentions(markdown), MAX_STREAM_BYTES)
      const result = await say(to, content, occasion)
      return result.status === 'failed' && OCCASION_GONE.has(result.code) ? say(to, content, null) : result
    },
  }
}
