import type { WebSocket } from 'ws'
import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Ears, Receipt, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import type { Body } from './long-connection-frames.ts'
import type { Session } from './long-connection-session.ts'
import type { Conversation, Voice } from './long-connection-voice.ts'

/** A message that the store does not take is offered again for an hour; an answer is worth saying as long. */
const OFFERED_MS = 3_600_000
/** So many messages wait for the store before no more are read from the socket. */
const MOST_WAITING = 256
/** So many answered messages are remembered, for deliveries that the platform repeats. */
const MOST_REMEMBERED = 1000

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
  const answered = new Set<string>()
  let waiting = 0

  /** Null where the store would not have it: that is told as a gap. */
  async function store(message: GroupMessage, receivedAt: EpochMs): Promise<readonly Receipt[] | null> {
    const backOff = createBackOff({ ...RETRY, random: timing.random })
    for (;;) {
      const last = signal.aborted || timing.now() - receivedAt > OFFERED_MS
      const receipts = await ears.deliver({ messages: [message] }).catch(() => null)
      if (receipts !== null) return receipts
      if (last) {
        ears.tell({ kind: 'gap', from: receivedAt, to: timing.now() })
        return null
      }
      await timing.sleep(backOff.next(), signal)
    }
  }

  async function say(message: GroupMessage, markdown: string, session: Session, requestId: string): Promise<void> {
    const { messageId, chat, groupId, sender } = message
    const to: Conversation = { chat, chatId: chat === 'group' ? groupId : sender.memberId }
    const backOff = createBackOff({ ...RETRY, random: timing.random })
    const since = timing.now()
    answered.add(messageId)
    for (const oldest of answered) if (answered.size > MOST_REMEMBERED) answered.delete(oldest)
    for (;;) {
      const last = signal.aborted || timing.now() - since > OFFERED_MS
      const result = await voice.reply(to, markdown, { session, requestId, messageId })
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
    onHeard(message)
    waiting++
    if (waiting >= MOST_WAITING) socket.pause()
    const receipts = await store(message, receivedAt)
    waiting--
    if (socket.isPaused) socket.resume()
    const markdown = receipts?.flatMap((receipt) => receipt.answers).join('\n\n') ?? ''
    if (markdown !== '' && !answered.has(message.messageId)) await say(message, markdown, session, requestId)
  }

  function understood(body: Body, receivedAt: EpochMs): GroupMessage | null {
    try {
      return normalise(body, receivedAt)
    } catch {
      // Something was said that this server cannot take, an overlong text for instance.
      ears.tell({ kind: 'gap', from: receivedAt, to: receivedAt })
      return null
    }
  }

  return {
    take({ requestId, body }, session, socket) {
      const task = hear(body, requestId, session, socket).finally(() => running.delete(task))
      running.add(task)
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
