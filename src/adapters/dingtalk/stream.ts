import { CodedError } from '../../domain/errors.ts'
import type { EpochMs, GroupMessage } from '../../domain/message.ts'
import type { Channel, Ears, Listener, Receipt, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { createHttpClient, type Fetch, type Refused } from '../http-client.ts'
import { parseJsonObject } from '../json-body.ts'
import { cutToBytes } from '../markdown.ts'
import { type OpenSocket, openSocket as openPlainSocket } from '../open-socket.ts'
import { misconfigured } from '../refusal.ts'
import { DINGTALK_BASE_URL } from './constants.ts'
import { readRobotBody } from './robot-body.ts'
import { readSession, type SessionBook } from './session-book.ts'
import { serveConnection } from './stream-connection.ts'
import { noticed, type StreamFrame, stored, unusable } from './stream-frame.ts'
import { openGateway, ROBOT_TOPIC } from './stream-gateway.ts'

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
  /** Says what the bot answers, since a Stream acknowledgement shows nothing in the conversation. */
  answers?: Channel
  onQuota?: (notice: { channelId: string; errMsg: string }) => void
  /** A frame or message that could not be used; it is refused and costs nothing but itself. Must not throw. */
  onUnusable?: (code: string) => void
  /** An answer that was not said. Must not throw. */
  onUnanswered?: (refused: Refused) => void
}

/**
 * DingTalk's Stream mode: the same robot messages as by HTTP, over a WebSocket of our own opening, without a public
 * address. Several nodes may listen at once; each message goes to one of them.
 */
export function createDingtalkStream(options: DingtalkStreamOptions): Listener {
  const { tenantId, channelId, appKey, appSecret, robotCode, timing } = options
  const { baseUrl = DINGTALK_BASE_URL, openSocket = openPlainSocket, onUnusable = () => {} } = options
  if (appKey === '' || appSecret === '') {
    throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 AppKey 和 AppSecret')
  }

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: timing.random })
    const fetch: Fetch = (input, init) =>
      options.fetch(input, { ...init, signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]) })
    const call = createHttpClient({ fetch, timeoutMs: GATEWAY_TIMEOUT_MS })
    const working = new Set<Promise<unknown>>()
    let storeRefuses = false
    /** The last sign of life before a silence; null while something is heard, and before the first time. */
    let silentSince: EpochMs | null = null

    const keep = <T>(work: Promise<T>): Promise<T> => {
      working.add(work)
      return work.finally(() => working.delete(work))
    }

    async function answer(frame: StreamFrame): Promise<string | null> {
      if (frame.type === 'EVENT') return noticed(frame)
      if (frame.type !== 'CALLBACK' || frame.headers.topic !== ROBOT_TOPIC) return unusable(frame, 404, 'NOT_FOUND')
      let message: GroupMessage | null
      try {
        message = read(frame)
      } catch (error) {
        const code = error instanceof CodedError ? error.code : 'UNEXPECTED'
        onUnusable(code)
        return unusable(frame, 400, code)
      }
      if (message === null) return stored(frame)
      const receipts = await deliver(message)
      if (receipts === null) return null
      void keep(respond(message, receipts))
      return stored(frame)
    }

    /** Null where the store refuses: then the gateway is not told, and pushes it again. */
    async function deliver(message: GroupMessage): Promise<readonly Receipt[] | null> {
      try {
        const receipts = await ears.deliver({ messages: [message] })
        if (storeRefuses) ears.tell({ kind: 'up' })
        storeRefuses = false
        return receipts
      } catch {
        storeRefuses = true
        const hint = '消息暂时存不进数据库,没有向钉钉确认,钉钉会再次推送;请查看数据库是否正常'
        ears.tell({ kind: 'down', code: 'STORE_REFUSED', hint })
        return null
      }
    }

    function read(frame: StreamFrame): GroupMessage | null {
      const body = parseJsonObject(frame.data)
      const receivedAt = timing.now()
      const message = readRobotBody(body, { tenantId, channelId, receivedAt, robotCode, onQuota: options.onQuota })
      const session = message === null ? null : readSession(body)
      if (message !== null && session !== null) options.sessions?.remember(message.groupId, session)
      return message
    }

    /** Says the answers once: a message that comes again is not answered again. */
    async function respond(message: GroupMessage, receipts: readonly Receipt[]): Promise<void> {
      const said = receipts.flatMap(({ duplicate, answers }) => (duplicate ? [] : answers)).join('\n\n')
      if (said === '' || options.answers === undefined) return
      const { groupId, messageId, chat, sender } = message
      const audience =
        chat === 'group' ? ({ kind: 'group' } as const) : ({ kind: 'member', memberId: sender.memberId } as const)
      const body = cutToBytes(said, options.answers.maxBytes)
      const result = await options.answers.send({ groupId, audience, outboxId: `answer-${messageId}`, body })
      if (result.status !== 'sent') options.onUnanswered?.(result)
    }

    function opened(): void {
      ears.tell({ kind: 'up' })
      const now = timing.now()
      if (silentSince !== null && now - silentSince > PUSHED_AGAIN_MS) {
        ears.tell({ kind: 'gap', from: silentSince, to: now })
      }
      silentSince = null
    }

    /** One gateway call and, where it succeeds, one connection to its end. True where the next may follow at once. */
    async function attempt(): Promise<boolean> {
      const gateway = await openGateway(call, { baseUrl, appKey, appSecret })
      if (signal.aborted) return true
      if ('code' in gateway) {
        const { code, hint } = gateway
        if (gateway.lasting) throw new CodedError(code, 'the gateway refuses this application', { hint })
        ears.tell({ kind: 'down', code, hint })
        return false
      }
      const began = timing.now()
      const malformed = () => onUnusable('FRAME_MALFORMED')
      const socket = openSocket(gateway.url)
      const { ending, heardAt } = await serveConnection(socket, {
        timing,
        signal,
        answer: (frame) => keep(answer(frame)),
        opened,
        malformed,
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
    capabilities: capabilitiesOf('mentions', { privateMessage: true, groupPost: true, mention: true }),
    exclusive: false,
    listen,
  }
}

const DOWN = {
  asked: { code: 'DINGTALK_STREAM_ASKED', hint: '钉钉要求换一条连接,正在重连' },
  lost: { code: 'DINGTALK_STREAM_LOST', hint: '与钉钉的长连接断开,正在重连' },
  silent: { code: 'DINGTALK_STREAM_SILENT', hint: '与钉钉的长连接没有回应,已放弃并重连;若反复出现,请检查出口网络' },
  refused: {
    code: 'DINGTALK_STREAM_REFUSED',
    hint: '连不上钉钉的长连接地址,请放行 wss-open-connection.dingtalk.com:443;程序会自己再试',
  },
} as const
