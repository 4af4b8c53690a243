import type { WebSocket } from 'ws'
import { CodedError } from '../../domain/errors.ts'
import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Ears, Receipt, Timing } from '../adapter.ts'
import { createAnswered } from '../answered.ts'
import { createBackOff } from '../back-off.ts'
import { neutraliseMentions } from '../markdown.ts'
import { tellingOfRefusal } from '../store-refusal.ts'
import { readBotPress, updateOf } from './bot-press.ts'
import type { Body } from './long-connection-frames.ts'
import type { Session } from './long-connection-session.ts'
import type { Conversation, Voice } from './long-connection-voice.ts'

/** A message that the store does not take is offered again for an hour; an answer is worth saying as long. */
const OFFERED_MS = 3_600_000
/** So many messages wait for the store before no more are read from the socket. */
const MOST_WAITING = 256

const RETRY = { firstMs: 1000, longestMs: 60_000 }

export interface HearingOptions {
  ears: Ears
  timing: Timing
  voice: Voice
  signal: AbortSignal
  /** Throws for what cannot be understood; null for what nobody said. */
  normalise(body: Body, receivedAt: EpochMs): GroupMessage | null
  onHeard(message: GroupMessage): void
  onUnsaid(result: Exclude<SendResult, { status: 'sent' }>): void
}

export interface Hearing {
  take(callback: { requestId: string; body: Body }, session: Session, socket: WebSocket): void
  /** `heardUntil`, or earlier: the moment until which what was heard is stored, or told as not heard. */
  storedUntil(heardUntil: EpochMs): EpochMs
  /** Resolves when all that was heard is stored, or told as not heard, and answered. */
  idle(): Promise<void>
}

/**
 * Stores what is said and answers it. The platform repeats nothing that it has handed over, so a message stays here
 * until the store takes it.
 */
export function createHearing(options: HearingOptions): Hearing {
  const { ears, timing, voice, signal, normalise, onHeard, onUnsaid } = options
  const running = new Set<Promise<void>>()
  const deliver = tellingOfRefusal(ears, '先留在内存里,一小时内会再试')
  const answered = createAnswered()
  /** Those that the store has not taken yet, oldest first. */
  const waiting = new Set<{ receivedAt: EpochMs }>()

  /** Null where the store would not have it: that is told as a gap. */
  async function store(message: GroupMessage, receivedAt: EpochMs): Promise<readonly Receipt[] | null> {
    const backOff = createBackOff({ ...RETRY, random: timing.random })
    for (;;) {
      const last = signal.aborted || timing.now() - receivedAt > OFFERED_MS
      const receipts = await deliver({ messages: [message] }).catch(() => null)
      if (receipts !== null) return receipts
      if (last) {
        ears.tell({ kind: 'gap', from: receivedAt, to: timing.now() })
        return null
      }
      await timing.sleep(backOff.next(), signal)
    }
  }

  async function say(messageId: string, attempt: () => Promise<SendResult>): Promise<void> {
    const backOff = createBackOff({ ...RETRY, random: timing.random })
    const since = timing.now()
    answered.add(messageId)
    for (;;) {
      const last = signal.aborted || timing.now() - since > OFFERED_MS
      const result = await attempt()
      if (result.status === 'sent') return
      if (result.status !== 'retry' || last) {
        if (result.status !== 'uncertain') answered.delete(messageId)
        return onUnsaid(result)
      }
      await timing.sleep(Math.max(backOff.next(), result.afterMs ?? 0), signal)
    }
  }

  async function hear(body: Body, requestId: string, session: Session, socket: WebSocket): Promise<void> {
    const receivedAt = timing.now()
    const message = understood(body, receivedAt)
    if (message === null) return
    const press = readBotPress(body)
    // A button speaks for the group that it was made for, where maybe nobody has talked to the bot.
    if (press === null) onHeard(message)
    const offered = { receivedAt }
    waiting.add(offered)
    if (waiting.size >= MOST_WAITING) socket.pause()
    const receipts = await store(message, receivedAt)
    waiting.delete(offered)
    if (socket.isPaused) socket.resume()
    const markdown = receipts?.flatMap((receipt) => receipt.answers).join('\n\n') ?? ''
    const { messageId, chat, groupId, sender } = message
    if (receipts === null || answered.has(messageId)) return
    const occasion = { session, requestId, messageId }
    const inPrivate: Conversation = { chat: 'single', chatId: sender.memberId }
    const update = press && updateOf(press, neutraliseMentions(markdown))
    if (update) return say(messageId, () => voice.answerPress(inPrivate, markdown, update, occasion))
    const to = press === null && chat === 'group' ? { chat, chatId: groupId } : inPrivate
    if (markdown !== '') await say(messageId, () => voice.reply(to, markdown, occasion))
  }

  function understood(body: Body, receivedAt: EpochMs): GroupMessage | null {
    try {
      return normalise(body, receivedAt)
    } catch (error) {
      // Something was said that this server cannot take, an overlong text for instance.
      const { code, hint } = error instanceof CodedError ? error : NOT_UNDERSTOOD
      ears.tell({ kind: 'unusable', code, hint })
      return null
    }
  }

  return {
    take({ requestId, body }, session, socket) {
      const task = hear(body, requestId, session, socket).finally(() => running.delete(task))
      running.add(task)
    },
    storedUntil(heardUntil) {
      const [oldest] = waiting
      return Math.min(heardUntil, oldest?.receivedAt ?? heardUntil)
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

const NOT_UNDERSTOOD = { code: 'UNEXPECTED', hint: '收到一条无法识别的消息,已跳过;请反馈给开发者' }
