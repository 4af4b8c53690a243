import type { SendResult } from '../../domain/outbound.ts'
import { type Limiter, tooSoon } from '../limiter.ts'
import { cutToBytes, neutraliseMentions } from '../markdown.ts'
import type { TemplateCard } from './card.ts'
import { MAX_PUSH_BYTES, MAX_STREAM_BYTES } from './constants.ts'
import { mayBeTheForm, refusedBy } from './errcode.ts'
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
  /** True while this node listens: then a connection is here, or on its way. */
  hold(held: boolean): void
  /** The connection to speak over from now on; null while there is none. */
  use(session: Session | null): void
  /** Speaks unasked; `markdown` is at most `MAX_PUSH_BYTES` long, and said where the platform does not take the card. */
  push(to: Conversation, markdown: string, card?: TemplateCard | null): Promise<SendResult>
  /** Answers a message; where the platform does not take it as an answer any more, it is pushed. */
  reply(to: Conversation, markdown: string, occasion: Occasion): Promise<SendResult>
  /** Answers a press by what replaces its card; where the platform does not take that any more, it is pushed. */
  answerPress(to: Conversation, markdown: string, update: Body, occasion: Occasion): Promise<SendResult>
}

export interface VoiceOptions {
  channelId: string
  newId(): string
  /** In [0, 1), for the jitter of waits. */
  random(): number
  limiterOf: (conversation: string) => Limiter
}

/** The occasion has passed: unknown request id, expired stream (page 101463, 2026). */
const OCCASION_GONE: ReadonlySet<string> = new Set(['WECOM_846605', 'WECOM_846608'])

const NOT_CONNECTED: SendResult = {
  status: 'retry',
  code: 'WECOM_BOT_NOT_CONNECTED',
  hint: '本节点的企业微信长连接现在不通,稍后再试',
}
const NOT_HERE = {
  status: 'retry',
  code: 'WECOM_BOT_NOT_LISTENING_HERE',
  hint: '企业微信长连接在另一个节点上,由那个节点来发',
} as const

/** How soon a node that does not listen offers words again: another node may be woken with them, the one that does. */
const ELSEWHERE_MS = 1000

const UNACKNOWLEDGED: SendResult = {
  status: 'uncertain',
  code: 'WECOM_BOT_UNACKNOWLEDGED',
  hint: '已交给企业微信,但没有收到确认,无法确认是否送达',
}

const CARD_STAYS = {
  status: 'failed',
  code: 'WECOM_CARD_NOT_UPDATED',
  hint: '点击卡片后连接断开,卡片没有更新;再点一次没有影响',
} as const

const markdownBody = (content: string): Body => ({ msgtype: 'markdown', markdown: { content } })

const streamBody = ({ messageId, content }: { messageId: string; content: string }): Body => ({
  msgtype: 'stream',
  stream: { id: streamIdOf(messageId), finish: true, content },
})

/** `chat_type` of a push: 1 private, 2 group (page 101463, 2026). */
const pushBody = ({ chat, chatId }: Conversation, said: Body): Body => ({
  chatid: chatId,
  chat_type: chat === 'single' ? 1 : 2,
  ...said,
})

/** What an acknowledgement means for what was said; null where nothing was. */
function resultOf(answer: Awaited<ReturnType<Session['ask']>>): SendResult | null {
  if (answer === 'unsent') return null
  if (answer === 'unacknowledged') return UNACKNOWLEDGED
  return answer.errcode === 0 ? { status: 'sent', receipt: null } : refusedBy(answer)
}

export function createVoice({ channelId, newId, random, limiterOf }: VoiceOptions): Voice {
  let live: Session | null = null
  let isHeld = false

  /** Not an attempt: the words go back to the queue until the node that listens takes them. */
  const silent = (): SendResult =>
    isHeld ? NOT_CONNECTED : { ...NOT_HERE, afterMs: Math.round(ELSEWHERE_MS * (1 + random())), paced: true }

  /**
   * `occasion` is used only while its own connection lives: another one does not know the request. With `late` it does
   * not wait for long.
   */
  const say = (
    to: Conversation,
    said: Body,
    occasion: (Occasion & { content: string }) | null,
    late?: typeof tooSoon,
  ): Promise<SendResult> => {
    if (live === null) return Promise.resolve(silent())
    return limiterOf(`wecom-bot:${channelId}:${to.chat}:${to.chatId}`).schedule(async () => {
      if (live === null) return silent()
      const answer =
        occasion !== null && occasion.session === live
          ? await live.ask(COMMANDS.respond, occasion.requestId, streamBody(occasion))
          : await live.ask(COMMANDS.send, `${COMMANDS.send}_${newId()}`, pushBody(to, said))
      return resultOf(answer) ?? silent()
    }, late)
  }

  return {
    hold(held) {
      isHeld = held
    },
    use(session) {
      live = session
    },
    async push(to, markdown, card = null) {
      const said = markdownBody(neutraliseMentions(markdown))
      if (card === null) return say(to, said, null, tooSoon)
      const result = await say(to, { msgtype: 'template_card', template_card: card }, null, tooSoon)
      return mayBeTheForm(result) ? say(to, said, null) : result
    },
    async reply(to, markdown, occasion) {
      const content = cutToBytes(neutraliseMentions(markdown), MAX_STREAM_BYTES)
      const result = await say(to, markdownBody(content), { ...occasion, content })
      const isGone = result.status === 'failed' && OCCASION_GONE.has(result.code)
      return isGone ? say(to, markdownBody(content), null) : result
    },
    async answerPress(to, markdown, update, { session, requestId }) {
      // Past the limiter: the card can be replaced for 5 s only.
      const asked = live !== null && live === session ? await live.ask(COMMANDS.update, requestId, update) : 'unsent'
      const result = resultOf(asked) ?? CARD_STAYS
      if (result.status === 'sent' || result.status === 'uncertain') return result
      if (markdown === '') return CARD_STAYS
      return say(to, markdownBody(cutToBytes(neutraliseMentions(markdown), MAX_PUSH_BYTES)), null)
    },
  }
}
