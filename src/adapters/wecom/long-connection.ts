import type { EpochMs } from '../../domain/message.ts'
import type { SendResult } from '../../domain/outbound.ts'
import type { Channel, Ears, Listener, ListenerNote, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { readHeardUntil, writeHeardUntil } from '../heard-until.ts'
import type { Limiter } from '../limiter.ts'
import { type OpenSocket, openSocket } from '../open-socket.ts'
import { misconfigured } from '../refusal.ts'
import { LONG_CONNECTION_URL } from './constants.ts'
import { refusedBy } from './errcode.ts'
import { createLongConnectionChannel } from './long-connection-channel.ts'
import { createHearing } from './long-connection-hearing.ts'
import { createConversationLimiter } from './long-connection-limiter.ts'
import { holdSession, type SessionEnd } from './long-connection-session.ts'
import { createVoice } from './long-connection-voice.ts'
import { normaliseWecom } from './message.ts'

export interface WecomLongConnectionOptions {
  tenantId: string
  channelId: string
  botId: string
  /** The secret of the long connection, which is another than Token and EncodingAESKey of the callback. */
  secret: string
  /** The name members mention it by; without it the first `@word` of a group message is taken for it. */
  botName?: string
  timing: Timing
  newId(): string
  url?: string
  open?: OpenSocket
  /** The limiter of a conversation: the same one for the same name. */
  limiterOf?: (conversation: string) => Limiter
  /**
   * True where somebody is known to have talked to the bot in that conversation, besides those it has heard itself.
   * By default all groups: it is asked only about groups that the store knows from the bot.
   */
  knows?(groupId: string): boolean
  /** An answer that was not said, or of which nobody knows whether it was. */
  onUnsaid?(result: Exclude<SendResult, { status: 'sent' }>): void
}

const WAITS = { firstMs: 1000, longestMs: 60_000 }
/** A refused secret does not get better by itself, and subscribing is rate-protected (page 101463, 2026). */
const REFUSED_WAITS = { firstMs: 300_000, longestMs: 3_600_000 }
const TAKEN_OVER_WAITS = { firstMs: 10_000, longestMs: 600_000 }
/** A connection that lives this long has recovered: the next failure is the first again. */
const RECOVERED_MS = 60_000
/** Two takeovers within this time are no change of nodes: somebody else uses the bot. */
const CONTESTED_MS = 600_000
/** What is on the way when the server stops is given so long. */
const FINISHING_MS = 3000

/**
 * A WeCom 智能机器人 by its long connection (page 101463, 2026): the way in and the way out share the one socket that
 * the platform allows a bot.
 */
export function createWecomLongConnection(options: WecomLongConnectionOptions): {
  listener: Listener
  channel: Channel
} {
  const { tenantId, channelId, botId, secret, botName, timing, newId } = options
  const { url = LONG_CONNECTION_URL, open = openSocket, limiterOf = createConversationLimiter() } = options
  const { knows = (groupId) => !groupId.startsWith('single:'), onUnsaid = () => undefined } = options
  checkConfiguration(options, url)
  const heard = new Set<string>()
  const voice = createVoice({ channelId, newId, random: timing.random, limiterOf })
  const takeovers = createBackOff({ ...TAKEN_OVER_WAITS, random: timing.random })
  let lastTakeover = Number.NEGATIVE_INFINITY
  let notBefore = Number.NEGATIVE_INFINITY

  function takenOver(): ListenerNote {
    const contested = timing.now() - lastTakeover < CONTESTED_MS
    if (!contested) takeovers.reset()
    lastTakeover = timing.now()
    notBefore = lastTakeover + takeovers.next()
    const code = 'WECOM_BOT_TAKEN_OVER'
    return contested
      ? { kind: 'alarm', code, hint: '另有程序在用同一个机器人的长连接,两边互相挤下线;请停掉其中一个' }
      : { kind: 'down', code, hint: '同一个机器人在别处建立了长连接,本节点让出' }
  }

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff({ ...WAITS, random: timing.random })
    const refusals = createBackOff({ ...REFUSED_WAITS, random: timing.random })
    const hearing = createHearing({
      ears,
      timing,
      voice,
      signal,
      normalise: (body, receivedAt) => normaliseWecom(body, { tenantId, channelId, receivedAt, botName }),
      onHeard: ({ groupId }) => heard.add(groupId),
      onUnsaid,
    })
    /** Until when everything was heard; null while it is being heard, and before the first time ever. */
    let deafSince: EpochMs | null = null
    let marked: Promise<void> = Promise.resolve()

    const mark = (heardUntil: EpochMs) => {
      const until = hearing.storedUntil(heardUntil)
      marked = marked.then(() => writeHeardUntil(ears, until))
    }

    /** One connection from its beginning to its end. */
    async function connect(): Promise<SessionEnd> {
      const socket = open(url)
      const end = await holdSession(
        {
          socket,
          botId,
          secret,
          newId,
          timing,
          onUp(session) {
            voice.use(session)
            const now = timing.now()
            if (deafSince !== null && deafSince < now) ears.tell({ kind: 'gap', from: deafSince, to: now })
            deafSince = null
            ears.tell({ kind: 'up' })
          },
          onCallback: (callback, session) => hearing.take(callback, session, socket),
          onAlive: mark,
          finishing: (given) => Promise.race([hearing.idle(), timing.sleep(FINISHING_MS, given)]),
        },
        signal,
      )
      voice.use(null)
      if (end.heardUntil !== null) mark(end.heardUntil)
      return end
    }

    /** Tells how a connection failed, and says how long to wait before the next. */
    function failed(end: Extract<SessionEnd, { why: 'lost' | 'refused' }>): number {
      if (end.upSince !== null && timing.now() - end.upSince >= RECOVERED_MS) backOff.reset()
      if (end.why === 'lost') {
        ears.tell({ kind: 'down', code: end.code, hint: end.hint })
        return backOff.next()
      }
      const refused = refusedBy(end.answer)
      const { code, hint } = refused
      ears.tell({ kind: refused.status === 'retry' ? 'down' : 'alarm', code, hint })
      return refused.status === 'retry' ? Math.max(backOff.next(), refused.afterMs ?? 0) : refusals.next()
    }

    if (notBefore > timing.now()) await timing.sleep(notBefore - timing.now(), signal)
    deafSince = await readHeardUntil(ears)
    while (!signal.aborted) {
      const began = timing.now()
      const end = await connect()
      if (end.why === 'stopped') break
      if (end.why === 'taken-over') {
        ears.tell(takenOver())
        break
      }
      deafSince ??= end.heardUntil ?? began
      await timing.sleep(failed(end), signal)
    }
    await hearing.idle()
    await marked
  }

  return {
    listener: {
      adapter: 'wecom',
      channelId,
      // In private only with members who have talked to the bot before.
      capabilities: capabilitiesOf('mentions', { privateMessage: true, groupPost: true, card: true }),
      exclusive: true,
      async listen(ears, signal) {
        voice.hold(true)
        await listen(ears, signal).finally(() => voice.hold(false))
      },
    },
    channel: createLongConnectionChannel({
      channelId,
      voice,
      knows: (groupId) => heard.has(groupId) || knows(groupId),
    }),
  }
}

function checkConfiguration({ botId, secret, botName }: WecomLongConnectionOptions, url: string): void {
  if (botId === '' || secret === '') {
    const hint = '请填写智能机器人「长连接」方式下的 Bot ID 和 Secret'
    throw misconfigured('WECOM_BOT_INVALID', '智能机器人长连接的配置不完整', hint)
  }
  if (botName === '') throw misconfigured('WECOM_BOT_NAME_INVALID', '机器人名称为空', '请填写名称,或整项去掉')
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
    throw misconfigured('WECOM_BOT_URL_INVALID', '长连接地址无效', '地址以 wss:// 开头;使用公有云时不用填写')
  }
}
