import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** A frame of a client. */
export interface SocketFrame {
  cmd: string
  headers: { req_id: string }
  body?: Record<string, unknown>
}

/** What reached people. */
export interface SocketSaid {
  by: 'answer' | 'push' | 'card'
  chatid: string
  /** Of a card its `sub_title_text`. */
  content: string
  /** Of a card, as it stands now: an update replaces it. */
  card?: Record<string, unknown>
  streamId?: string
}

/** What the fake does with the acknowledgement of a command. `held`: until `release`. */
export type Acknowledging = 'usual' | 'never' | 'held'

export interface FakeWecomSocket {
  /** `ws://127.0.0.1:PORT` */
  url: string
  /** Every well-formed frame, in order. */
  frames: SocketFrame[]
  /** Every attempt to connect, those turned away counted. */
  attempts: number
  subscribed: number
  said: SocketSaid[]
  /** How many older connections were told that another took their place. */
  replaced: number
  readonly open: number
  /** The frames of one command. */
  of(cmd: string): SocketFrame[]
  /** Delivers a message; gives its req_id. */
  tell(body: object, how?: 'whole' | 'fragments' | 'halves'): string
  /** Presses a button of a card that was pushed; gives the req_id of the event. `flat` as the type of the SDK has it. */
  press(userid: string, key: string, taskId: string, shape?: 'nested' | 'flat'): string
  /** Delivers an event. */
  event(eventtype: string, more?: object): string
  raw(data: string | Buffer): void
  /** How acknowledgements of a command are given from now on. */
  acknowledge(cmd: string, how: Acknowledging): void
  release(): void
  /** The next frames of a command are refused with these codes. */
  refuse(cmd: string, ...codes: number[]): void
  /** The next attempts to connect: HTTP 503, or no answer at all. */
  turnAway(attempts: number, how?: 'status' | 'silence'): void
  /** Cuts every connection without a word. */
  drop(): void
  /** Leaves every connection open and says nothing any more. */
  freeze(): void
  close(): Promise<void>
}

export interface FakeWecomSocketOptions {
  bots?: Readonly<Record<string, string>>
  now?: () => number
}

/** Page 101463 (2026): a stream answer has six minutes, a conversation 30 messages a minute. */
const STREAM_MS = 6 * 60_000
const MOST_A_MINUTE = 30
/** The same: a card can be replaced so long after it was pressed. */
const UPDATE_MS = 5_000

/** The long connection of WeCom's 智能机器人 (page 101463, `@wecom/aibot-node-sdk` 1.0.7). */
export async function startFakeWecomSocket(options: FakeWecomSocketOptions = {}): Promise<FakeWecomSocket> {
  const { bots = { AIB1: 'bot-secret' }, now = Date.now } = options
  const live = new Map<string, WebSocket>()
  const wires = new Map<WebSocket, IncomingMessage['socket']>()
  const occasions = new Map<string, { chatid: string; at: number }>()
  const presses = new Map<string, { taskId: string; at: number }>()
  const talkedIn = new Set<string>()
  const groups = new Set<string>()
  const sentAt = new Map<string, number[]>()
  const acknowledging = new Map<string, Acknowledging>()
  const refusals = new Map<string, number[]>()
  const held: (() => void)[] = []
  const frozen = new WeakSet<WebSocket>()
  const hanging = new Set<IncomingMessage['socket']>()
  let away: { attempts: number; how: 'status' | 'silence' } = { attempts: 0, how: 'status' }
  let serial = 0

  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient({ req }, done) {
      fake.attempts++
      const { socket } = req
      hanging.add(socket)
      socket.once('close', () => hanging.delete(socket))
      if (away.attempts === 0) return done(true)
      away.attempts--
      if (away.how === 'status') done(false, 503)
    },
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  server.on('connection', (socket, request) => {
    wires.set(socket, request.socket)
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      if (frozen.has(socket)) return
      const frame: SocketFrame = JSON.parse(data.toString())
      fake.frames.push(frame)
      acknowledge(socket, frame, refusals.get(frame.cmd)?.shift() ?? obey(socket, frame))
    })
  })

  function acknowledge(socket: WebSocket, { cmd, headers }: SocketFrame, errcode: number): void {
    const say = () => {
      if (frozen.has(socket) || socket.readyState !== socket.OPEN) return
      socket.send(JSON.stringify({ headers, errcode, errmsg: errcode === 0 ? 'ok' : `error ${errcode}` }))
      // A client whose subscription is refused is shown the door.
      if (cmd === 'aibot_subscribe' && errcode !== 0) socket.close()
    }
    const how = acknowledging.get(cmd) ?? 'usual'
    if (how === 'usual') say()
    else if (how === 'held') held.push(say)
  }

  function obey(socket: WebSocket, { cmd, headers, body = {} }: SocketFrame): number {
    switch (cmd) {
      case 'aibot_subscribe':
        return subscribe(socket, String(body.bot_id), String(body.secret))
      case 'ping':
        return 0
      case 'aibot_respond_msg': {
        const occasion = occasions.get(headers.req_id)
        const stream = body.stream as { id?: string; finish?: boolean; content?: string } | undefined
        if (occasion === undefined) return 846605
        if (body.msgtype !== 'stream' || typeof stream?.content !== 'string') return 40058
        if (now() - occasion.at > STREAM_MS) return 846608
        return say({ by: 'answer', chatid: occasion.chatid, content: stream.content, streamId: stream.id ?? '' })
      }
      case 'aibot_send_msg': {
        const chatid = String(body.chatid)
        const markdown = body.markdown as { content?: unknown } | undefined
        if (!talkedIn.has(chatid)) return 93006
        const card = body.template_card as Record<string, unknown> | undefined
        if (body.msgtype === 'template_card')
          return card === undefined || groups.has(chatid)
            ? 40058
            : say({ by: 'card', chatid, content: String(card.sub_title_text ?? ''), card })
        if (body.msgtype !== 'markdown' || typeof markdown?.content !== 'string') return 40058
        return say({ by: 'push', chatid, content: markdown.content })
      }
      case 'aibot_respond_update_msg': {
        const press = presses.get(headers.req_id)
        const card = body.template_card as Record<string, unknown> | undefined
        if (press === undefined || now() - press.at > UPDATE_MS) return 846605
        if (body.response_type !== 'update_template_card' || card?.task_id !== press.taskId) return 40058
        const shown = fake.said.find((said) => said.card?.task_id === press.taskId)
        if (shown === undefined) return 40058
        shown.card = card
        shown.content = String(card.sub_title_text ?? '')
        return 0
      }
      default:
        return 40058
    }
  }

  function subscribe(socket: WebSocket, botId: string, secret: string): number {
    if (bots[botId] === undefined || bots[botId] !== secret) return 853000
    const older = live.get(botId)
    if (older !== undefined && older.readyState === older.OPEN) {
      fake.replaced++
      older.send(JSON.stringify(callback('aibot_event_callback', eventBody('disconnected_event'), `D${++serial}`)))
      older.close()
    }
    live.set(botId, socket)
    fake.subscribed++
    return 0
  }

  function say(said: SocketSaid): number {
    if (Buffer.byteLength(said.content) > 20_480) return 40058
    const lately = (sentAt.get(said.chatid) ?? []).filter((at) => now() - at < 60_000)
    if (lately.length >= MOST_A_MINUTE) return 45009
    sentAt.set(said.chatid, [...lately, now()])
    // An answer replaces what its stream has shown before.
    const before = said.streamId === undefined ? -1 : fake.said.findIndex((one) => one.streamId === said.streamId)
    if (before >= 0) fake.said[before] = said
    else fake.said.push(said)
    return 0
  }

  const connected = () => [...live.values()].filter((socket) => socket.readyState === socket.OPEN)

  function send(frame: object, how: 'whole' | 'fragments' | 'halves'): void {
    const text = JSON.stringify(frame)
    for (const socket of connected()) {
      if (how === 'whole') socket.send(text)
      else if (how === 'fragments') {
        socket.send(text.slice(0, 20), { fin: false })
        socket.send(text.slice(20), { fin: true })
      } else inHalves(wires.get(socket), text)
    }
  }

  const fake: FakeWecomSocket = {
    url: `ws://127.0.0.1:${port}`,
    frames: [],
    attempts: 0,
    subscribed: 0,
    said: [],
    replaced: 0,
    get open() {
      return [...server.clients].filter((socket) => socket.readyState === socket.OPEN).length
    },
    of: (cmd) => fake.frames.filter((frame) => frame.cmd === cmd),
    tell(body, how = 'whole') {
      const { chatid, from } = body as { chatid?: string; from?: { userid: string } }
      const conversation = chatid ?? from?.userid ?? ''
      const requestId = `SRV${++serial}`
      occasions.set(requestId, { chatid: conversation, at: now() })
      talkedIn.add(conversation)
      if (chatid !== undefined) groups.add(chatid)
      send(callback('aibot_msg_callback', body, requestId), how)
      return requestId
    },
    press(userid, key, taskId, shape = 'nested') {
      const requestId = `EVT${++serial}`
      presses.set(requestId, { taskId, at: now() })
      const pressed = { card_type: 'button_interaction', event_key: key, task_id: taskId }
      const event = { eventtype: 'template_card_event' }
      const inEvent = shape === 'flat' ? { ...event, ...pressed } : { ...event, template_card_event: pressed }
      const body = { ...eventBody('x'), msgid: `press-${serial}`, chattype: 'single', from: { userid }, event: inEvent }
      send(callback('aibot_event_callback', body, requestId), 'whole')
      return requestId
    },
    event(eventtype, more = {}) {
      const requestId = `EVT${++serial}`
      send(callback('aibot_event_callback', { ...eventBody(eventtype), ...more }, requestId), 'whole')
      return requestId
    },
    raw(data) {
      for (const socket of connected()) socket.send(data)
    },
    acknowledge: (cmd, how) => void acknowledging.set(cmd, how),
    release() {
      for (const say of held.splice(0)) say()
    },
    refuse: (cmd, ...codes) => void refusals.set(cmd, [...(refusals.get(cmd) ?? []), ...codes]),
    turnAway: (attempts, how = 'status') => {
      away = { attempts, how }
    },
    drop() {
      for (const socket of server.clients) socket.terminate()
    },
    freeze() {
      for (const socket of server.clients) frozen.add(socket)
    },
    async close() {
      for (const socket of hanging) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

const callback = (cmd: string, body: object, requestId: string) => ({ cmd, headers: { req_id: requestId }, body })

const eventBody = (eventtype: string) => ({
  msgid: `event-${eventtype}`,
  create_time: 1_700_000_000,
  aibotid: 'AIB1',
  msgtype: 'event',
  event: { eventtype },
})

/** Writes one frame as two packets, cut in the middle of a character where it can be. */
function inHalves(wire: IncomingMessage['socket'] | undefined, text: string): void {
  if (wire === undefined) throw new Error('no wire')
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
  const frame = Buffer.concat([head, payload])
  const character = payload.findIndex((byte) => byte > 127)
  const middle = character < 0 ? frame.length >> 1 : head.length + character + 1
  wire.setNoDelay(true)
  wire.write(frame.subarray(0, middle), () => void setImmediate(() => wire.write(frame.subarray(middle))))
}
