import type WebSocket from 'ws'
import { parseJson } from '../../net/parse-json.ts'
import type { Timing } from '../adapter.ts'
import { type OpenSocket, wasTooLong } from '../open-socket.ts'
import { type ClientConfig, clientConfigSchema, type Endpoint } from './endpoint.ts'
import { ackFrame, decodeFrame, encodeFrame, type Frame, headerOf, pingFrame } from './frame.ts'
import { createParts } from './parts.ts'

/** After a ping, how long nothing at all may come before the connection counts as half open. */
const SILENCE_MS = 20_000
/** Name resolution, connection and handshake together. */
const OPENING_MS = 15_000
const CONTROL = 0

export interface ConnectionOptions {
  timing: Timing
  openSocket: OpenSocket
  /** What an event, as JSON, leads to. It is acknowledged with what it resolves with, and refused where it rejects. */
  onEvent: (event: Buffer) => Promise<unknown>
  /** The first answer came: events arrive from now on. */
  onUp: () => void
}

export type Ended = {
  code: 'FEISHU_UNREACHABLE' | 'FEISHU_CLOSED' | 'FEISHU_SILENT' | 'FEISHU_FRAME_TOO_LONG'
  hint: string
}

/** Holds one long connection until it ends or the signal aborts. Resolves when its socket is closed for good. */
export async function holdConnection(
  endpoint: Endpoint,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Ended> {
  const { timing, openSocket, onEvent, onUp } = options
  const socket = openSocket(endpoint.url)
  const ended = new AbortController()
  const over = AbortSignal.any([signal, ended.signal])
  const addPart = createParts(timing.now)
  const running = new Set<Promise<void>>()
  let config: ClientConfig = endpoint.config
  let frames = 0
  let opened = false
  let silent = false
  let tooLong = false

  const send = (frame: Frame) => {
    if (socket.readyState === socket.OPEN) socket.send(encodeFrame(frame))
  }

  async function takeEvent(frame: Frame): Promise<void> {
    const payload = addPart(frame)
    if (payload === null) return
    const began = timing.now()
    await onEvent(payload).then(
      (answer) => send(ackFrame(frame, 200, timing.now() - began, answer)),
      () => send(ackFrame(frame, 500, timing.now() - began)),
    )
  }

  function take(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes)
    if (frame === null) return
    frames++
    if (frames === 1) onUp()
    const type = headerOf(frame, 'type')
    if (frame.method === CONTROL) {
      const wished = type === 'pong' ? parseJson(Buffer.from(frame.payload ?? []).toString('utf8')) : undefined
      config = clientConfigSchema.safeParse(wished).data ?? config
      return
    }
    if (type !== 'event') return
    const work = takeEvent(frame).finally(() => running.delete(work))
    running.add(work)
  }

  async function keepAlive(): Promise<void> {
    while (!over.aborted) {
      const before = frames
      send(pingFrame(endpoint.service))
      await timing.sleep(SILENCE_MS, over)
      if (over.aborted) return
      if (frames === before) {
        silent = true
        return socket.terminate()
      }
      await timing.sleep(Math.max(0, config.PingInterval * 1000 - SILENCE_MS), over)
    }
  }

  const closed = new Promise<void>((resolve) => {
    socket.on('error', (error) => {
      tooLong = wasTooLong(error)
      ended.abort()
    })
    socket.on('close', () => resolve())
  })
  const opening = new AbortController()
  const bounded = (async () => {
    await timing.sleep(OPENING_MS, AbortSignal.any([over, opening.signal]))
    if (!opened) socket.terminate()
  })()
  let living = Promise.resolve()
  socket.on('open', () => {
    opened = true
    opening.abort()
    living = keepAlive()
  })
  socket.on('message', (data) => take(bytesOf(data)))
  const stop = () => socket.terminate()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  await closed
  ended.abort()
  signal.removeEventListener('abort', stop)
  await Promise.all([bounded, living, ...running])
  if (tooLong) return { code: 'FEISHU_FRAME_TOO_LONG', hint: '飞书推来一帧超过 1 MiB,没有收下,正在重新连接' }
  if (silent) return { code: 'FEISHU_SILENT', hint: '长连接没有回应,正在重新连接' }
  if (!opened) return { code: 'FEISHU_UNREACHABLE', hint: '连不上飞书的长连接地址,请检查出口网络是否放行 WebSocket' }
  return { code: 'FEISHU_CLOSED', hint: '长连接被飞书断开,正在重新连接' }
}

function bytesOf(data: WebSocket.RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
