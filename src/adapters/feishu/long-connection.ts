import { CodedError } from '../../domain/errors.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Ears, Listener, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import { createHttpClient, type Fetch } from '../http-client.ts'
import { decodeUtf8, parseJsonObject } from '../json-body.ts'
import type { OpenSocket } from '../open-socket.ts'
import { tellingOfRefusal } from '../store-refusal.ts'
import type { Answer } from './answers.ts'
import { feishuCapabilities, type Hears } from './capabilities.ts'
import { holdConnection } from './connection.ts'
import { FEISHU_BASE_URL } from './constants.ts'
import { askEndpoint } from './endpoint.ts'
import { envelopeOf } from './envelope.ts'
import { readEvent } from './event.ts'
import type { Backfill } from './history.ts'
import type { Reading } from './message.ts'

export interface FeishuConnectionOptions {
  reading: Reading
  appId: string
  appSecret: string
  fetch: Fetch
  timing: Timing
  openSocket: OpenSocket
  baseUrl?: string
  hears: Hears
  answer: Answer
  /** Null where the app may not read histories: gaps are reported then. */
  backfill: Backfill | null
}

const FIRST_WAIT_MS = 1_000
/** A connection that lasted this long was a good one. */
const HELD_MS = 60_000
/** Messages may arrive out of order, and the first moment is by our own clock. */
const OVERLAP_MS = 30 * 60_000
/** What is older is not worth reminding of; a gap before that is reported. */
const LONGEST_FILL_MS = 7 * 24 * 3_600_000

/**
 * The long connection of a Feishu app (SDK; request-url-configuration-case.md). An app may have 50 and each event goes
 * to one of them, so every node listens. The cursor is the time, by the platform's clock, of the latest message heard:
 * what was said since is read from the history after each interruption.
 */
export function createFeishuConnection(options: FeishuConnectionOptions): Listener {
  const { reading, appId, appSecret, fetch, timing, openSocket, baseUrl = FEISHU_BASE_URL, hears, answer } = options
  const { backfill } = options
  const call = createHttpClient({ fetch })

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: 120_000, random: timing.random })
    /** The latest message heard; null before the first connection of all. */
    let latest = cursorOf(await ears.cursor())
    /** From where the history is still to be read; the cursor stays there meanwhile. */
    let owed: EpochMs | null = latest
    /** When the last connection ended, by our own clock; null before. */
    let deafSince: EpochMs | null = null

    const deliver = tellingOfRefusal(ears, '没有向飞书确认,飞书会再次推送')

    /** Resolves with what the acknowledgement carries: undefined, save for a pressed button. */
    async function take(event: Buffer): Promise<unknown> {
      const envelope = envelopeOf(parseJsonObject(decodeUtf8(event)))
      if (envelope.appId !== '' && envelope.appId !== appId) return undefined
      const { messages, amendments, respond } = readEvent(envelope, reading)
      if (messages.length + amendments.length === 0) return respond?.([])
      const heard = messages.reduce((at, { sentAt }) => Math.max(at, sentAt), latest ?? 0)
      const cursor = owed === null && heard > (latest ?? 0) ? { cursor: String(heard) } : {}
      const receipts = await deliver({ messages, amendments, ...cursor })
      latest = Math.max(latest ?? 0, heard)
      if (respond !== undefined) return respond(receipts)
      for (const [index, message] of messages.entries()) answer(message, receipts[index])
      return undefined
    }

    /** The platform is told, and may deliver the event again. */
    function refuse(error: unknown): never {
      if (error instanceof CodedError) ears.tell({ kind: 'unusable', code: error.code, hint: error.hint })
      throw error
    }

    /** Reads what was missed; what cannot be had is reported. */
    async function catchUp(from: EpochMs, during: AbortSignal): Promise<void> {
      const now = timing.now()
      const since = Math.max(from, now - LONGEST_FILL_MS)
      if (since > from) ears.tell({ kind: 'gap', from, to: since })
      const whole = backfill === null ? false : await backfill(since - OVERLAP_MS, ears, during)
      if (during.aborted) return
      if (!whole) ears.tell({ kind: 'gap', from: deafSince ?? since, to: now })
      deafSince = null
      owed = null
      await ears.deliver({ messages: [], cursor: String(latest) })
    }

    /** Brings the cursor to where the listening is; tried again where the store refuses. */
    async function settle(during: AbortSignal): Promise<void> {
      const waits = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: 120_000, random: timing.random })
      while (!during.aborted) {
        try {
          if (owed !== null) await catchUp(owed, during)
          else {
            latest ??= timing.now()
            await ears.deliver({ messages: [], cursor: String(latest) })
          }
          return
        } catch {
          // What the store refuses it has reported itself; the cursor has not moved.
          await timing.sleep(waits.next(), during)
        }
      }
    }

    while (!signal.aborted) {
      const endpoint = await askEndpoint(call, { baseUrl, appId, appSecret })
      if (signal.aborted) return
      if ('refused' in endpoint) {
        const { code, hint } = endpoint.refused
        const alarming = code === 'FEISHU_TOO_MANY_CONNECTIONS'
        ears.tell({ kind: alarming ? 'alarm' : 'down', code, hint })
        await timing.sleep(backOff.next(), signal)
        continue
      }
      const lost = new AbortController()
      const during = AbortSignal.any([signal, lost.signal])
      let upAt: EpochMs | null = null
      let catching: Promise<void> = Promise.resolve()
      const ended = await holdConnection(
        endpoint,
        {
          timing,
          openSocket,
          onEvent: (event) => take(event).catch(refuse),
          onUp() {
            upAt = timing.now()
            ears.tell({ kind: 'up' })
            catching = settle(during)
          },
        },
        during,
      )
      lost.abort()
      await catching
      if (signal.aborted) return
      if (upAt !== null) deafSince ??= timing.now()
      owed ??= latest
      if (upAt !== null && timing.now() - upAt >= HELD_MS) backOff.reset()
      ears.tell({ kind: 'down', ...ended })
      await timing.sleep(backOff.next(), signal)
    }
  }

  return {
    adapter: 'feishu',
    channelId: reading.channelId,
    capabilities: feishuCapabilities(hears),
    exclusive: false,
    listen,
  }
}

function cursorOf(cursor: string | null): EpochMs | null {
  if (cursor === null) return null
  const at = Number(cursor)
  if (Number.isSafeInteger(at) && at > 0) return at
  throw new CodedError('CURSOR_INVALID', '长连接的读取位置无法识别', { hint: '请把这条记录反馈给开发者' })
}
