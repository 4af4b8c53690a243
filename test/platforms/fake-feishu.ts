import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { decodeFrame, encodeFrame, type Frame, headerOf } from '../../src/adapters/feishu/frame.ts'
import { FEISHU_APP } from './feishu-wire.ts'
import { formFields } from './form-fields.ts'
import { type FakeAnswer, json, type Loopback, type NextAnswer, type SeenRequest, startLoopback } from './loopback.ts'

/** What the fake took for delivered. */
export interface FeishuSent {
  /** Group, person, message replied to, or token of a custom bot. */
  to: string
  msgType: string
  content: Record<string, unknown>
  uuid?: string
}

export interface FakeFeishu extends Loopback {
  /** Every request, refused ones too. */
  seen: SeenRequest[]
  sent: FeishuSent[]
  recalled: string[]
  /** Pictures by their key. */
  images: Map<string, Buffer>
  tokensIssued: number
  /** Calls of the endpoint of the long connection that are under way, at most at any time. */
  mostAtOnce: number
  /** Histories: of groups by chat_id, of threads by thread_id. */
  history: Map<string, { create_time: string }[]>
  /** What clients answered to events, by `message_id` of the frame. */
  acks: { id: string; code: number; hasBizRt: boolean; data?: unknown }[]
  /** Connections that were let in, ever. */
  connections: number
  pings: number
  /** Whether pings are answered. */
  pongs: boolean
  readonly open: number
  expireToken(): void
  /** Answers the next requests of that path with these, in order. */
  next(path: string, ...answers: NextAnswer[]): void
  /** Sends an event to one connection, in that many parts, in the order given. */
  push(event: unknown, options?: { id?: string; parts?: number; order?: readonly number[]; type?: string }): void
  raw(bytes: Uint8Array): void
  /** Cuts every connection without a word. */
  cut(): void
}

export const refused = (code: number, status = 400): FakeAnswer => json({ code, msg: 'refused' }, status)
const ok = (data: unknown): FakeAnswer => json({ code: 0, msg: 'ok', data })

/** The server API and the long connection of Feishu as far as they are used here. */
export async function startFakeFeishu(options: { hooks?: Record<string, string> } = {}): Promise<FakeFeishu> {
  const { hooks = {} } = options
  const queued = new Map<string, NextAnswer[]>()
  const said = new Map<string, string>()
  let token: string | null = null
  let serial = 0
  let underWay = 0
  let turn = 0

  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => sockets.once('listening', resolve))
  const socketPort = (sockets.address() as AddressInfo).port
  const config = { PingInterval: 120, ReconnectCount: -1, ReconnectInterval: 120, ReconnectNonce: 30 }

  sockets.on('connection', (socket) => {
    fake.connections++
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      const frame = decodeFrame(data as Buffer)
      if (frame === null) return
      if (headerOf(frame, 'type') === 'ping') {
        fake.pings++
        if (!fake.pongs) return
        const payload = Buffer.from(JSON.stringify(config))
        return socket.send(encodeFrame({ ...frame, headers: [{ key: 'type', value: 'pong' }], payload }))
      }
      const answer: { code: number; data?: string } = JSON.parse(Buffer.from(frame.payload ?? []).toString('utf8'))
      const hasBizRt = headerOf(frame, 'biz_rt') !== undefined
      const told = answer.data === undefined ? {} : { data: JSON.parse(Buffer.from(answer.data, 'base64').toString()) }
      fake.acks.push({ id: headerOf(frame, 'message_id') ?? '', code: answer.code, hasBizRt, ...told })
    })
  })

  function handle(request: SeenRequest): FakeAnswer {
    fake.seen.push(request)
    const prepared = queued.get(request.path)?.shift()
    if (typeof prepared === 'function') return prepared(obey(request))
    return prepared ?? obey(request)
  }

  function obey(request: SeenRequest): FakeAnswer {
    if (request.path === '/open-apis/im/v1/images') return upload(request)
    const body: Record<string, unknown> = request.body === '' ? {} : JSON.parse(request.body)
    if (request.path === '/callback/ws/endpoint') {
      underWay++
      fake.mostAtOnce = Math.max(fake.mostAtOnce, underWay)
      setTimeout(() => underWay--, ENDPOINT_MS - 1).unref()
      if (body.AppID !== FEISHU_APP.appId || body.AppSecret !== FEISHU_APP.appSecret)
        return { ...json({ code: 514, msg: 'auth failed', data: {} }), delayMs: ENDPOINT_MS }
      const URL = `ws://127.0.0.1:${socketPort}/ws?device_id=7&service_id=33`
      return { ...ok({ URL, ClientConfig: config }), delayMs: ENDPOINT_MS }
    }
    if (request.path === '/open-apis/auth/v3/tenant_access_token/internal') {
      if (body.app_id !== FEISHU_APP.appId || body.app_secret !== FEISHU_APP.appSecret) return refused(10014, 200)
      if (token === null) token = `t-${++fake.tokensIssued}`
      return json({ code: 0, msg: 'ok', tenant_access_token: token, expire: 7200 })
    }
    const hook = /^\/open-apis\/bot\/v2\/hook\/(.+)$/.exec(request.path)?.[1]
    if (hook !== undefined) return post(hook, body)
    if (request.headers.authorization !== `Bearer ${token}`) return refused(99991663)
    return asApp(request, body)
  }

  /** im-v1/image/create.md */
  function upload(request: SeenRequest): FakeAnswer {
    if (request.headers.authorization !== `Bearer ${token}`) return refused(99991663)
    const fields = formFields(request)
    const image = fields.get('image')
    if (fields.get('image_type')?.value.toString() !== 'message' || !image?.filename) return refused(234001)
    const key = `img_v3_${fake.images.size + 1}`
    fake.images.set(key, image.value)
    return ok({ image_key: key })
  }

  function post(hook: string, body: Record<string, unknown>): FakeAnswer {
    const secret = hooks[hook]
    if (secret === undefined) return refused(19001, 200)
    const expected = createHmac('sha256', `${body.timestamp}\n${secret}`).digest('base64')
    if (secret !== '' && body.sign !== expected) return refused(19021, 200)
    fake.sent.push({ to: hook, msgType: String(body.msg_type), content: body.card as Record<string, unknown> })
    return json({ code: 0, msg: 'success', data: {}, StatusCode: 0, StatusMessage: 'success' })
  }

  function say(to: string, body: Record<string, unknown>): FakeAnswer {
    const uuid = body.uuid as string | undefined
    const before = uuid === undefined ? undefined : said.get(uuid)
    if (before !== undefined) return ok({ message_id: before })
    if (Buffer.byteLength(JSON.stringify(body)) > 30_000) return refused(230025)
    const messageId = `om_sent${++serial}`
    if (uuid !== undefined) said.set(uuid, messageId)
    fake.sent.push({
      to,
      msgType: String(body.msg_type),
      content: JSON.parse(String(body.content)),
      ...(uuid === undefined ? {} : { uuid }),
    })
    return ok({ message_id: messageId })
  }

  function asApp({ method, path, query }: SeenRequest, body: Record<string, unknown>): FakeAnswer {
    const under = path.replace('/open-apis', '')
    const [, messageId, action] = /^\/im\/v1\/messages\/([^/]+)(\/reply)?$/.exec(under) ?? []
    if (method === 'POST' && under === '/im/v1/messages') return say(String(body.receive_id), body)
    if (method === 'POST' && messageId !== undefined && action !== undefined) return say(messageId, body)
    if (method === 'DELETE' && messageId !== undefined) {
      fake.recalled.push(messageId)
      return ok({})
    }
    if (under === '/im/v1/messages') return list(query)
    if (under === '/bot/v3/info') return json({ code: 0, msg: 'ok', bot: { open_id: 'ou_bot', app_name: '清群' } })
    if (under === '/im/v1/chats') {
      const items = [...fake.history.keys()].filter((id) => id.startsWith('oc_')).map((chat_id) => ({ chat_id }))
      return ok({ items, has_more: false })
    }
    if (under.endsWith('/members'))
      return ok({ items: [{ member_id: 'ou_zhang', member_id_type: 'open_id', name: '张三' }], has_more: false })
    if (under.startsWith('/im/v1/chats/'))
      return ok({ name: '项目群', owner_id: 'ou_zhang', user_manager_id_list: ['ou_li'] })
    return { status: 404, type: 'text/html', body: '<html>404</html>' }
  }

  function list(query: URLSearchParams): FakeAnswer {
    const from = Number(query.get('start_time') ?? 0) * 1000
    const all = (fake.history.get(query.get('container_id') ?? '') ?? []).filter(
      (item) => Number(item.create_time) >= from,
    )
    const start = Number(query.get('page_token') ?? 0)
    const end = start + Number(query.get('page_size'))
    return ok({ items: all.slice(start, end), has_more: end < all.length, page_token: String(end) })
  }

  const server = await startLoopback(handle)
  const live = () => [...sockets.clients].filter((socket) => socket.readyState === socket.OPEN)
  const each = (work: (socket: WebSocket) => void) => live().forEach(work)
  const fake: FakeFeishu = {
    url: server.url,
    seen: [],
    sent: [],
    recalled: [],
    images: new Map(),
    tokensIssued: 0,
    mostAtOnce: 0,
    history: new Map(),
    acks: [],
    connections: 0,
    pings: 0,
    pongs: true,
    get open() {
      return live().length
    },
    expireToken() {
      token = null
    },
    next(path, ...answers) {
      queued.set(path, [...(queued.get(path) ?? []), ...answers])
    },
    push(event, { id = `f-${++serial}`, parts = 1, order, type = 'event' } = {}) {
      const sockets = live()
      const socket = sockets[turn++ % sockets.length]
      const payload = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event))
      const size = Math.ceil(payload.length / parts)
      for (const seq of order ?? Array.from({ length: parts }, (_, index) => index)) {
        const headers = Object.entries({ type, message_id: id, sum: parts, seq, trace_id: 'trace' })
        const frame: Frame = {
          SeqID: '18446744073709551615',
          LogID: '9007199254740993',
          service: 33,
          method: 1,
          headers: headers.map(([key, value]) => ({ key, value: String(value) })),
          payload: payload.subarray(seq * size, (seq + 1) * size),
        }
        socket?.send(encodeFrame(frame))
      }
    },
    raw: (bytes) => each((socket) => socket.send(bytes)),
    cut: () => each((socket) => socket.terminate()),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await Promise.all([server.close(), new Promise((resolve) => sockets.close(resolve))])
    },
  }
  return fake
}

const ENDPOINT_MS = 4
