import { CodedError } from '../../domain/errors.ts'
import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import type { Channel, Ears, Listener, Receipt, Timing } from '../adapter.ts'
import { createAnswered } from '../answered.ts'
import { createBackOff } from '../back-off.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { readHeardUntil, writeHeardUntil } from '../heard-until.ts'
import { createHttpClient, type Fetch, type Refused } from '../http-client.ts'
import { parseJsonObject } from '../json-body.ts'
import { cutToBytes } from '../markdown.ts'
import { memberMark } from '../member-marks.ts'
import { type OpenSocket, openSocket as openPlainSocket } from '../open-socket.ts'
import type { PressSeal } from '../press-seal.ts'
import { misconfigured } from '../refusal.ts'
import { tellingOfRefusal } from '../store-refusal.ts'
import { type DingtalkPress, readCardPress } from './card-press.ts'
import { DINGTALK_BASE_URL } from './constants.ts'
import { readRobotBody } from './robot-body.ts'
import { readSession, type Session, type SessionBook } from './session-book.ts'
import { serveConnection } from './stream-connection.ts'
import { noticed, type StreamFrame, stored, unusable } from './stream-frame.ts'
import { CARD_TOPIC, openGateway, ROBOT_TOPIC } from './stream-gateway.ts'

/** As the official Go client waits. */
const FIRST_WAIT_MS = 3_000
const LONGEST_WAIT_MS = 60_000
/** A connection that stood this long was a good one. */
const STABLE_MS = 60_000
/** What is not answered is pushed again within about a minute; what was said in a longer silence may be lost. */
const PUSHED_AGAIN_MS = 60_000
const GATEWAY_TIMEOUT_MS = 10_000

export interface DingtalkStreamOptions {
  tenantId: string
  channelId: string
  appKey: string
  appSecret: string
  robotCode?: string
  fetch: Fetch
  timing: Timing
  baseUrl?: string
  openSocket?: OpenSocket
  /** Where the addresses are kept by which a conversation can be answered. */
  sessions?: SessionBook
  /** Opens what buttons of cards bring back; presses are not asked for without it. */
  seal?: PressSeal
  /** Says what the bot answers, since a Stream acknowledgement shows nothing in the conversation. */
  answers?: Channel
  onQuota?: (notice: { channelId: string; errMsg: string }) => void
  /** An event of no use here came; `type` as the platform names it. Must not throw. */
  onUnused?: (type: string) => void
  /** An answer that was not said. Must not throw. */
  onUnanswered?: (refused: Refused) => void
}

/**
 * DingTalk's Stream mode: the same robot messages as by HTTP, over a WebSocket of our own opening, without a public
 * address. Several nodes may listen at once; each message goes to one of them.
 */
export function createDingtalkStream(options: DingtalkStreamOptions): Listener {
  const { tenantId, channelId, appKey, appSecret, robotCode, timing } = options
  const { baseUrl = DINGTALK_BASE_URL, openSocket = openPlainSocket, seal } = options
  const topics = seal === undefined ? [ROBOT_TOPIC] : [ROBOT_TOPIC, CARD_TOPIC]
  if (appKey === '' || appSecret === '') {
    throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 AppKey 和 AppSecret')
  }

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: timing.random })
    const fetch: Fetch = (input, init) =>
      options.fetch(input, { ...init, signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]) })
    const call = createHttpClient({ fetch, timeoutMs: GATEWAY_TIMEOUT_MS })
    const working = new Set<Promise<unknown>>()
    const answered = createAnswered()
    const toStore = tellingOfRefusal(ears, '没有向钉钉确认,钉钉会再次推送')
    /** The last sign of life before a silence; null while something is heard, and before the first time. */
    let silentSince: EpochMs | null = null

    const keep = <T>(work: Promise<T>): Promise<T> => {
      working.add(work)
      return work.finally(() => working.delete(work))
    }

    async function answer(frame: StreamFrame): Promise<string | null> {
      if (frame.type === 'EVENT') {
        options.onUnused?.(frame.headers.eventType ?? frame.headers.topic)
        return noticed(frame)
      }
      const { topic } = frame.headers
      if (frame.type === 'CALLBACK' && topic === CARD_TOPIC && seal !== undefined) return pressed(frame, seal)
      if (frame.type !== 'CALLBACK' || topic !== ROBOT_TOPIC) return unusable(frame, 404, 'NOT_FOUND')
      let heard: { message: GroupMessage | null; session: Session | null }
      try {
        heard = read(frame)
      } catch (error) {
        return refused(frame, error)
      }
      const { message, session } = heard
      if (message === null) return stored(frame)
      const [receipts] = await Promise.all([deliver(message), remember(message.groupId, session)])
      if (receipts === null) return null
      void keep(respond(message, receipts))
      return stored(frame)
    }

    function refused(frame: StreamFrame, error: unknown): string {
      const { code, hint } = error instanceof CodedError ? error : NOT_UNDERSTOOD
      ears.tell({ kind: 'unusable', code, hint })
      return unusable(frame, 400, code)
    }

    /** The answer to a press is the card as it looks then. */
    async function pressed(frame: StreamFrame, seal: PressSeal): Promise<string | null> {
      let press: DingtalkPress
      try {
        const body = parseJsonObject(frame.data)
        press = readCardPress(body, { tenantId, channelId, receivedAt: timing.now(), seal })
      } catch (error) {
        return refused(frame, error)
      }
      const receipts = press.message === null ? [] : await deliver(press.message)
      return receipts === null ? null : stored(frame, press.respond(receipts))
    }

    /** Null where the store refuses: then the gateway is not told, and pushes it again. */
    async function deliver(message: GroupMessage): Promise<readonly Receipt[] | null> {
      return toStore({ messages: [message] }).catch(() => null)
    }

    function read(frame: StreamFrame): { message: GroupMessage | null; session: Session | null } {
      const body = parseJsonObject(frame.data)
      const receivedAt = timing.now()
      const message = readRobotBody(body, { tenantId, channelId, receivedAt, robotCode, onQuota: options.onQuota })
      return { message, session: readSession(body) }
    }

    /** Other ways out serve where it is not kept; a store that refuses is told of by `deliver`. */
    async function remember(groupId: string, session: Session | null): Promise<void> {
      if (session !== null) await options.sessions?.remember(groupId, session).catch(ignored)
    }

    /** Says the answers once. A message that comes again is answered where this process has not answered it. */
    async function respond(message: GroupMessage, receipts: readonly Receipt[]): Promise<void> {
      const said = receipts.flatMap(({ answers }) => answers).join('\n\n')
      const { groupId, messageId, chat, sender } = message
      if (said === '' || options.answers === undefined || answered.has(messageId)) return
      answered.add(messageId)
      const audience =
        chat === 'group' ? ({ kind: 'group' } as const) : ({ kind: 'member', memberId: sender.memberId } as const)
      // An answer stands by itself in the group: the mention tells whom it is for, and rings for nobody else.
      const body = cutToBytes(
        chat === 'group' ? `${memberMark(sender.memberId)}${said}` : said,
        options.answers.maxBytes,
      )
      const answer = { groupId, audience, outboxId: `answer-${messageId}`, body }
      let result = await options.answers.send(answer)
      while (result.status === 'retry' && result.paced && !signal.aborted) {
        await timing.sleep(result.afterMs ?? 0, signal)
        result = await options.answers.send(answer)
      }
      if (result.status === 'sent') return
      if (result.status !== 'uncertain') answered.delete(messageId)
      options.onUnanswered?.(result)
    }

    function opened(): void {
      ears.tell({ kind: 'up' })
      void keep(tellGap(silentSince, timing.now()))
      silentSince = null
    }

    /** Other nodes, and this one before its last start, may have heard longer than this connection. */
    async function tellGap(own: EpochMs | null, now: EpochMs): Promise<void> {
      const known = await readHeardUntil(ears).catch(() => null)
      const from = own === null || known === null ? (own ?? known ?? now) : Math.max(own, known)
      if (now - from > PUSHED_AGAIN_MS) ears.tell({ kind: 'gap', from, to: now })
    }

    /** One gateway call and, where it succeeds, one connection to its end. True where the next may follow at once. */
    async function attempt(): Promise<boolean> {
      const gateway = await openGateway(call, { baseUrl, appKey, appSecret, topics })
      if (signal.aborted) return true
      if ('code' in gateway) {
        const { code, hint } = gateway
        if (gateway.lasting) throw new CodedError(code, 'the gateway refuses this application', { hint })
        ears.tell({ kind: 'down', code, hint })
        return false
      }
      const began = timing.now()
      const socket = openSocket(gateway.url)
      const { ending, heardAt } = await serveConnection(socket, {
        timing,
        signal,
        answer: (frame) => keep(answer(frame)),
        opened,
        alive: (heardAt) => void keep(writeHeardUntil(ears, heardAt)),
        malformed: () => ears.tell(MALFORMED),
      })
      if (ending === 'stopped') return true
      if (ending !== 'refused') silentSince ??= heardAt
      ears.tell({ kind: 'down', ...DOWN[ending] })
      if (heardAt - began < STABLE_MS) return false
      backOff.reset()
      return ending === 'asked'
    }

    try {
      while (!signal.aborted) {
        if (!(await attempt())) await timing.sleep(backOff.next(), signal)
      }
    } finally {
      await Promise.allSettled(working)
    }
  }

  return {
    adapter: 'dingtalk',
    channelId,
    capabilities: capabilitiesOf('mentions', {
      privateMessage: true,
      groupPost: true,
      mention: true,
      card: seal !== undefined,
      recallOwn: true,
    }),
    exclusive: false,
    listen,
  }
}

const ignored = (): undefined => undefined

const DOWN = {
  asked: { code: 'DINGTALK_STREAM_ASKED', hint: '钉钉要求换一条连接,正在重连' },
  'too-long': {
    code: 'DINGTALK_STREAM_FRAME_TOO_LONG',
    hint: '钉钉推来一帧超过 1 MiB,没有收下,正在重连;若反复出现,请让发送人把这条消息拆短',
  },
  lost: { code: 'DINGTALK_STREAM_LOST', hint: '与钉钉的长连接断开,正在重连' },
  silent: { code: 'DINGTALK_STREAM_SILENT', hint: '与钉钉的长连接没有回应,已放弃并重连;若反复出现,请检查出口网络' },
  refused: {
    code: 'DINGTALK_STREAM_REFUSED',
    hint: '连不上钉钉的长连接地址,请放行 wss-open-connection.dingtalk.com:443;程序会自己再试',
  },
} as const

const NOT_UNDERSTOOD = { code: 'UNEXPECTED', hint: '收到一条无法识别的消息,已跳过;请反馈给开发者' }
const MALFORMED = {
  kind: 'unusable',
  code: 'FRAME_MALFORMED',
  hint: '钉钉长连接里有一帧无法识别,已跳过;若反复出现,请检查代理',
} as const
