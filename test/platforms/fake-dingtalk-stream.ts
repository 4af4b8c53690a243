import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { type FakeAnswer, json, type Loopback, type NextAnswer, type SeenRequest, startLoopback } from './loopback.ts'

export interface StreamAck {
  code: number
  message: string
  headers: Record<string, unknown> & { messageId?: string }
  data: unknown
}

export interface FakeDingtalkStream extends Loopback {
  /** Every gateway call: its body. */
  opened: Record<string, unknown>[]
  /** The most gateway calls that were ever under way at once. */
  mostAtOnce: number
  /** Connections that were let in, ever. */
  connections: number
  /** Every well-formed answer, in order. */
  acks: StreamAck[]
  /** Anything else that a client sent. */
  strange: string[]
  /** Answers the next gateway calls with these. */
  next(...answers: NextAnswer[]): void
  /** Turns away the next dials with HTTP 503. */
  turnAway(dials: number): void
  /** Sends text to every connection that is open. */
  raw(text: string): void
  /** Sends a frame; gives its messageId. */
  push(type: string, topic: string, data: unknown, messageId?: string): string
  /** A robot message. */
  tell(body: unknown, messageId?: string): string
  /** Asks clients to leave, as the platform does before it closes. */
  askToLeave(): string
  /** Cuts every connection without a word. */
  cut(): void
  /** Leaves every connection open and deaf. */
  freeze(): void
  readonly open: number
}

const ANSWER_MS = 4

/** The Stream gateway of DingTalk: connections/open and the socket it names (the official clients, 2026-07). */
export async function startFakeDingtalkStream(
  options: { appKey?: string; appSecret?: string; ticketOf?: (serial: number) => string } = {},
): Promise<FakeDingtalkStream> {
  const { appKey = 'ding-key', appSecret = 'ding-secret', ticketOf = (serial: number) => `T-${serial}` } = options
  const queued: NextAnswer[] = []
  const tickets = new Set<string>()
  let serial = 0
  let underWay = 0
  let toTurnAway = 0

  const sockets = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient({ req }, done) {
      const url = new URL(req.url ?? '', 'http://127.0.0.1')
      if (toTurnAway > 0) {
        toTurnAway--
        return done(false, 503)
      }
      // A ticket is good for one connection.
      if (url.pathname !== '/connect' || !tickets.delete(url.searchParams.get('ticket') ?? '')) return done(false, 401)
      done(true)
    },
  })
  await new Promise((resolve) => sockets.once('listening', resolve))
  const { port } = sockets.address() as AddressInfo

  sockets.on('connection', (socket) => {
    fake.connections++
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      const text = data.toString()
      const ack = readAck(text)
      if (ack === null) fake.strange.push(text)
      else fake.acks.push(ack)
    })
    send(socket, 'SYSTEM', 'CONNECTED', {}, `c-${fake.connections}`)
  })

  function obey(request: SeenRequest): FakeAnswer {
    const body: Record<string, unknown> = JSON.parse(request.body)
    fake.opened.push(body)
    if (body.clientId !== appKey || body.clientSecret !== appSecret) {
      return json({ code: 'invalidClientIdOrSecret', message: 'refused', requestid: 'A1B2' }, 400)
    }
    // Without Accept the real server answers XML.
    if (request.headers.accept !== 'application/json') return { type: 'application/xml', body: '<xml/>' }
    serial++
    const ticket = ticketOf(serial)
    tickets.add(ticket)
    return json({ endpoint: `ws://127.0.0.1:${port}/connect`, ticket })
  }

  const server = await startLoopback((request) => {
    if (request.path !== '/v1.0/gateway/connections/open') return { status: 404, type: 'text/html', body: '<html/>' }
    underWay++
    fake.mostAtOnce = Math.max(fake.mostAtOnce, underWay)
    // Under way until just before it is answered: a client that asks one after the other never has two.
    setTimeout(() => underWay--, ANSWER_MS - 1).unref()
    const prepared = queued.shift()
    const usual = obey(request)
    const answer = typeof prepared === 'function' ? prepared(usual) : (prepared ?? usual)
    return { delayMs: ANSWER_MS, ...answer }
  })

  const each = (work: (socket: WebSocket) => void) => {
    for (const socket of sockets.clients) if (socket.readyState === socket.OPEN) work(socket)
  }
  const send = (socket: WebSocket, type: string, topic: string, data: unknown, messageId: string) =>
    socket.send(JSON.stringify(streamFrame(type, topic, data, messageId)))

  const fake: FakeDingtalkStream = {
    url: server.url,
    opened: [],
    mostAtOnce: 0,
    connections: 0,
    acks: [],
    strange: [],
    next: (...answers) => void queued.push(...answers),
    turnAway: (dials) => {
      toTurnAway = dials
    },
    raw: (text) => each((socket) => socket.send(text)),
    push(type, topic, data, messageId = `f-${++serial}`) {
      each((socket) => send(socket, type, topic, data, messageId))
      return messageId
    },
    tell: (body, messageId) => fake.push('CALLBACK', '/v1.0/im/bot/messages/get', body, messageId),
    askToLeave: () => fake.push('SYSTEM', 'disconnect', { reason: 'server upgrade' }),
    cut: () => each((socket) => socket.terminate()),
    freeze: () => each((socket) => socket.pause()),
    get open() {
      return [...sockets.clients].filter((socket) => socket.readyState === socket.OPEN).length
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await Promise.all([server.close(), new Promise((resolve) => sockets.close(resolve))])
    },
  }
  return fake
}

/** A frame as a log of the real server shows it: `data` is JSON text. */
const streamFrame = (type: string, topic: string, data: unknown, messageId: string) => ({
  specVersion: '1.0',
  type,
  headers: {
    appId: 'bbb381b6-0000',
    connectionId: '98d1ea6f-0000',
    contentType: 'application/json',
    messageId,
    time: '1707286661313',
    topic,
  },
  data: typeof data === 'string' ? data : JSON.stringify(data),
})

function readAck(text: string): StreamAck | null {
  try {
    const value: unknown = JSON.parse(text)
    const whole = typeof value === 'object' && value !== null && 'code' in value && 'headers' in value
    return whole ? (value as StreamAck) : null
  } catch {
    return null
  }
}
