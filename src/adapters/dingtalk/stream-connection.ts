import type { WebSocket } from 'ws'
import type { EpochMs } from '../../domain/message.ts'
import type { Timing } from '../adapter.ts'
import { wasTooLong } from '../open-socket.ts'
import { echoed, readFrame, type StreamFrame } from './stream-frame.ts'

/** A link that says nothing for twice this long is dead, whatever the system believes of it. */
const PING_MS = 20_000
/** For what is being stored when the connection is to end, and for the other side to close. */
const DRAIN_MS = 5_000

/**
 * `asked`: the gateway is about to close it. `too-long`: a frame was more than we take. `silent`: half open. `refused`:
 * it never stood. `stopped`: by our signal.
 */
export type Ending = 'asked' | 'too-long' | 'lost' | 'silent' | 'refused' | 'stopped'

export interface ConnectionOptions {
  timing: Timing
  signal: AbortSignal
  /** The answer to an event or callback; null where none may be given, so that the gateway sends it again. Never rejects. */
  answer(frame: StreamFrame): Promise<string | null>
  opened(): void
  /** Told every 20 s while the other side shows signs of life: the last of them. */
  alive(heardAt: EpochMs): void
  /** A frame that is none; it costs nothing but itself. */
  malformed(): void
}

/** Serves one connection until it ends, and leaves nothing of it open. `heardAt`: its last sign of life. */
export async function serveConnection(
  socket: WebSocket,
  { timing, signal, answer, opened, alive: tellAlive, malformed }: ConnectionOptions,
): Promise<{ ending: Ending; heardAt: EpochMs }> {
  const over = new AbortController()
  const pending = new Set<Promise<void>>()
  let ending: Ending | null = null
  let stands = false
  let alive = true
  let heardAt = timing.now()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))

  const end = (why: Ending) => {
    ending ??= why
    over.abort()
  }
  const heard = () => {
    alive = true
    heardAt = timing.now()
  }
  const say = (text: string) => {
    // A failing send ends in `close`; what is not answered comes again.
    if (socket.readyState === socket.OPEN) socket.send(text, () => {})
  }
  const take = (text: string) => {
    const frame = readFrame(text)
    if (frame === null) return malformed()
    if (frame.type === 'SYSTEM') {
      const { topic } = frame.headers
      if (topic === 'ping' || topic === 'disconnect') say(echoed(frame))
      if (topic === 'disconnect') end('asked')
      return
    }
    const work = answer(frame).then((reply) => {
      if (reply !== null) say(reply)
    })
    pending.add(work)
    void work.finally(() => pending.delete(work))
  }

  socket.on('open', () => {
    stands = true
    heard()
    opened()
  })
  socket.on('message', (data) => {
    heard()
    if (ending === null) take(data.toString())
  })
  socket.on('pong', heard)
  socket.on('ping', heard)
  socket.on('error', (error) => end(!stands ? 'refused' : wasTooLong(error) ? 'too-long' : 'lost'))
  socket.on('close', () => end(stands ? 'lost' : 'refused'))
  signal.addEventListener('abort', () => end('stopped'), { signal: over.signal })
  if (signal.aborted) end('stopped')

  while (!over.signal.aborted) {
    await timing.sleep(PING_MS, over.signal)
    if (over.signal.aborted) break
    if (alive) tellAlive(heardAt)
    else end('silent')
    alive = false
    if (socket.readyState === socket.OPEN) socket.ping()
  }

  const drained = new AbortController()
  const within = async (work: Promise<unknown>) => {
    await Promise.race([work, timing.sleep(DRAIN_MS, drained.signal)])
  }
  if (ending === 'asked' || ending === 'stopped') {
    await within(Promise.all(pending))
    socket.close(1000)
    await within(closed)
  }
  drained.abort()
  socket.terminate()
  await closed
  return { ending: ending ?? 'lost', heardAt }
}
