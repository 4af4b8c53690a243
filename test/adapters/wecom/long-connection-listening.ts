import { afterEach, expect, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Limiter } from '../../../src/adapters/limiter.ts'
import { openSocket } from '../../../src/adapters/open-socket.ts'
import {
  createWecomLongConnection,
  type WecomLongConnectionOptions,
} from '../../../src/adapters/wecom/long-connection.ts'
import type { SendResult } from '../../../src/domain/outbound.ts'
import { createEars } from '../../platforms/ears.ts'
import { type FakeWecomSocket, startFakeWecomSocket } from '../../platforms/fake-wecom-socket.ts'
import { type FeignedTiming, feignTiming } from '../../platforms/feigned-timing.ts'

export const NOW = 1_700_000_002_000
export const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 })

/** A limiter that takes no time of its own: Bottleneck's timers are real. */
export const UNLIMITED: Limiter = { schedule: (job) => job() }

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** A fake platform on a clock of its own, closed after the test. */
export async function startPlatform() {
  const timing = feignTiming(NOW)
  const fake = await startFakeWecomSocket({ now: timing.now })
  ending.push(() => fake.close())
  return { timing, fake }
}

/** The long connection, listening to a fake platform. */
export async function startListening(
  changes: Partial<WecomLongConnectionOptions> = {},
  before: (fake: FakeWecomSocket, timing: FeignedTiming) => void = () => undefined,
  ears = createEars(),
) {
  const { timing, fake } = await startPlatform()
  before(fake, timing)
  const unsaid: SendResult[] = []
  let ids = 0
  const sockets: WebSocket[] = []
  let mostAtOnce = 0
  let received = 0
  const open = (url: string) => {
    const socket = openSocket(url)
    sockets.push(socket)
    socket.on('message', () => received++)
    mostAtOnce = Math.max(mostAtOnce, sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED).length)
    return socket
  }
  const { listener, channel } = createWecomLongConnection({
    tenantId: 'default',
    channelId: 'main',
    botId: 'AIB1',
    secret: 'bot-secret',
    botName: '清群',
    timing,
    newId: () => String(++ids),
    url: fake.url,
    open,
    onUnsaid: (result) => void unsaid.push(result),
    ...changes,
  })
  const kinds = () => ears.notes.map((note) => ('code' in note ? note.code : note.kind))
  let aborter = new AbortController()
  let listening: Promise<void> = Promise.resolve()
  const listen = () => {
    aborter = new AbortController()
    listening = listener.listen(ears, aborter.signal)
  }
  const stop = () => {
    aborter.abort()
    return listening
  }
  const up = (times = 1) => until(() => expect(kinds().filter((kind) => kind === 'up')).toHaveLength(times))
  listen()
  ending.push(stop)
  return {
    mostAtOnce: () => mostAtOnce,
    /** Frames that have arrived. */
    received: () => received,
    timing,
    fake,
    ears,
    unsaid,
    listener,
    channel,
    kinds,
    listen,
    stop,
    up,
    listening: () => listening,
  }
}
