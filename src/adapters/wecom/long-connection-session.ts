import { type RawData, WebSocket } from 'ws'
import type { EpochMs } from '../../domain/message.ts'
import type { Timing } from '../adapter.ts'
import { wasTooLong } from '../open-socket.ts'
import { ACKNOWLEDGE_TIMEOUT_MS, MOST_PINGS_UNANSWERED, PING_MS, SUBSCRIBE_TIMEOUT_MS } from './constants.ts'
import type { WecomAnswer } from './errcode.ts'
import { type Body, COMMANDS, type Frame, readFrame, writeFrame } from './long-connection-frames.ts'

type Callback = Extract<Frame, { kind: 'callback' }>

/** A subscribed connection. */
export interface Session {
  /**
   * Sends a frame and resolves with its acknowledgement. `unsent`: not a byte of it went out. `unacknowledged`: it was
   * handed over, and nobody knows what became of it. One question at a time for each request id.
   */
  ask(command: string, requestId: string, body: Body): Promise<WecomAnswer | 'unsent' | 'unacknowledged'>
}

type Why =
  | { why: 'stopped' }
  /** Another connection with the same bot took its place. */
  | { why: 'taken-over' }
  | { why: 'refused'; answer: WecomAnswer }
  | { why: 'lost'; code: string; hint: string }

/** Why a connection ended. */
export type SessionEnd = Why & {
  /** When it was subscribed; null where it never was. */
  upSince: EpochMs | null
  /** Until when all that was said was heard; null where it never subscribed. */
  heardUntil: EpochMs | null
}

export interface SessionOptions {
  socket: WebSocket
  botId: string
  secret: string
  newId(): string
  timing: Timing
  onUp(session: Session): void
  onCallback(callback: Callback, session: Session): void
  /** Told every 30 s: until when all that was said was heard. */
  onAlive(heardUntil: EpochMs): void
  /** Awaited after the signal has aborted and before the socket is closed: what is on the way is brought to an end. */
  finishing(given: AbortSignal): Promise<void>
}

/**
 * Holds one connection from its handshake to its end, of which it is the only judge: subscription within its time,
 * a ping every 30 s, and an end where two of them stay without any sign of life. Nothing is left open when it resolves.
 */
export async function holdSession(options: SessionOptions, signal: AbortSignal): Promise<SessionEnd> {
  const { socket, botId, secret, newId, timing, onUp, onCallback, onAlive, finishing } = options
  const over = new AbortController()
  const pending = new Map<string, (answer: WecomAnswer) => void>()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let why = null as Why | null
  let unanswered = 0
  let upSince: EpochMs | null = null
  let heardUntil: EpochMs | null = null

  function end(reason: Why): void {
    if (why !== null) return
    why = reason
    over.abort()
    socket.terminate()
  }

  async function ask(command: string, requestId: string, body: Body): ReturnType<Session['ask']> {
    if (why !== null || socket.readyState !== WebSocket.OPEN) return 'unsent'
    const answered = new AbortController()
    const answer = new Promise<WecomAnswer>((resolve) => pending.set(requestId, resolve))
    socket.send(writeFrame(command, requestId, body), noted)
    const late = timing.sleep(ACKNOWLEDGE_TIMEOUT_MS, AbortSignal.any([answered.signal, over.signal]))
    try {
      return await Promise.race([answer, late.then(() => 'unacknowledged' as const)])
    } finally {
      answered.abort()
      pending.delete(requestId)
    }
  }
  const session: Session = { ask }

  async function subscribe(): Promise<void> {
    const answer = await ask(COMMANDS.subscribe, `${COMMANDS.subscribe}_${newId()}`, { bot_id: botId, secret })
    if (typeof answer === 'string') return end(UNANSWERED)
    if (answer.errcode !== 0) return end({ why: 'refused', answer })
    if (why !== null) return
    upSince = heardUntil = timing.now()
    onUp(session)
    await keepAlive()
  }

  async function keepAlive(): Promise<void> {
    for (;;) {
      await timing.sleep(PING_MS, over.signal)
      if (over.signal.aborted) return
      if (unanswered >= MOST_PINGS_UNANSWERED) return end(SILENT)
      onAlive(heardUntil ?? timing.now())
      unanswered++
      socket.send(writeFrame(COMMANDS.ping, `${COMMANDS.ping}_${newId()}`), noted)
    }
  }

  function hear(frame: Frame): void {
    if (frame.kind === 'acknowledgement') pending.get(frame.requestId)?.(frame.answer)
    else if (isTakeover(frame.body)) end({ why: 'taken-over' })
    else onCallback(frame, session)
  }

  socket.on('open', () => void subscribe())
  socket.on('message', (data) => {
    if (why !== null) return
    unanswered = 0
    if (upSince !== null) heardUntil = timing.now()
    const frame = readFrame(textOf(data))
    if (frame !== null) hear(frame)
  })
  socket.on('error', (error) => end(lost(error)))
  socket.on('close', () => {
    if (upSince !== null && why === null) heardUntil = timing.now()
    end(CLOSED)
  })
  const stop = () => {
    if (upSince !== null && why === null && unanswered === 0) heardUntil = timing.now()
    end({ why: 'stopped' })
  }
  const finish = () => void finishing(over.signal).then(stop)
  signal.addEventListener('abort', () => (upSince === null ? stop() : finish()), { once: true, signal: over.signal })
  if (signal.aborted) stop()
  void timing.sleep(SUBSCRIBE_TIMEOUT_MS, over.signal).then(() => {
    if (upSince === null) end(UNANSWERED)
  })

  await closed
  return { ...(why ?? CLOSED), upSince, heardUntil }
}

/** A frame that could not be written makes the socket close, which is where it is noticed. */
const noted = () => undefined

const UNANSWERED = {
  why: 'lost',
  code: 'WECOM_BOT_UNANSWERED',
  hint: '企业微信没有应答长连接的订阅,程序会再试',
} as const
const SILENT = { why: 'lost', code: 'WECOM_BOT_SILENT', hint: '长连接已没有任何应答,视为断开,程序会再连' } as const
const CLOSED = { why: 'lost', code: 'WECOM_BOT_CLOSED', hint: '企业微信关闭了长连接,程序会再连' } as const

const TOO_LONG = {
  why: 'lost',
  code: 'WECOM_BOT_FRAME_TOO_LONG',
  hint: '企业微信发来一条超过 1 MiB 的内容,没有收下,程序会重新连接',
} as const

/** The system's name of the fault, e.g. ECONNREFUSED; its message could quote what was sent. */
function lost(error: Error): Why {
  if (wasTooLong(error)) return TOO_LONG
  const name = 'code' in error && typeof error.code === 'string' ? `(${error.code})` : ''
  const hint = `连不上企业微信长连接${name},请检查出口网络能否访问 openws.work.weixin.qq.com 的 443 端口`
  return { why: 'lost', code: 'WECOM_BOT_UNREACHABLE', hint }
}

const isTakeover = ({ event }: Body): boolean =>
  typeof event === 'object' && event !== null && 'eventtype' in event && event.eventtype === 'disconnected_event'

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8')
