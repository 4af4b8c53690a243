import type { ChildProcess } from 'node:child_process'
import type { EpochMs } from '../../../domain/message.ts'
import type { Ears, Listener, Timing } from '../../adapter.ts'
import { createBackOff } from '../../back-off.ts'
import { capabilitiesOf } from '../../capabilities.ts'
import { misconfigured } from '../../refusal.ts'
import { DEFAULT_CALL_LIMIT_MS, DEFAULT_POLL_MS, KEPT_MS, MAX_RECORDS } from './constants.ts'
import { type ArchiveCursor, readCursor, writeCursor } from './cursor.ts'
import { CRASHED, CRASHING, type Fault, faultError, faultOf, GARBLED, HUNG, STORE_REFUSED } from './faults.ts'
import type { ArchiveNames } from './names.ts'
import type { ArchiveKeys } from './private-keys.ts'
import type { Batch } from './read-batch.ts'
import { createReading } from './reading.ts'
import { createSdkProcess } from './sdk-process.ts'
import { startArchiveChild } from './start-child.ts'
import { openUnwrapPool } from './unwrap-pool.ts'

export interface WecomArchiveOptions {
  tenantId: string
  channelId: string
  corpId: string
  /** Of 会话内容存档, not of an app. */
  secret: string
  /** Path of the customer's libWeWorkFinanceSdk_C.so. */
  library: string
  keys: ArchiveKeys
  /** Of groups and members, which records name by id alone. */
  names?: ArchiveNames
  /** Such as `socks5://host:port` or `http://host:port`. */
  proxy?: string
  /** `user:password` of the proxy. */
  proxyPassword?: string
  /** Between two pulls when all is read, milliseconds. */
  pollMs?: number
  /** How long the SDK may take over one call, milliseconds. */
  callLimitMs?: number
  /** Threads that open random keys. */
  threads?: number
  timing: Timing
  startChild?: () => ChildProcess
}

/** The archive as a way in; `wake` pulls at once, e.g. on the event `msgaudit_notify`. */
export interface WecomArchive extends Listener {
  wake(): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 300_000
/** How often the cursor is moved on where nobody says anything, so that a later gap is told from silence. */
const MARK_EVERY_MS = 3_600_000
/** So many deaths of the process in a row are no accident. */
const CRASHES_TO_ALARM = 5
const DEATHS: ReadonlySet<Fault> = new Set([CRASHED, HUNG, GARBLED])

const UNREADABLE = {
  kind: 'unusable',
  code: 'WECOM_ARCHIVE_UNREADABLE',
  hint: '存档里有记录解不开或无法识别,已跳过;若反复出现,请换用最新的官方 SDK,并核对各版私钥',
} as const

/** Tells how far behind the reading is, where there is something new to tell. */
function createBehind(ears: Ears): (ms: number) => void {
  let last = 0
  return (ms) => {
    const behind = Math.max(0, ms)
    if (behind !== last) ears.tell({ kind: 'behind', ms: behind })
    last = behind
  }
}

/** Reads all groups of the archived members (会话内容存档, page 91774): everything said there, some 15 s late. */
export function createWecomArchive(options: WecomArchiveOptions): WecomArchive {
  const { tenantId, channelId, library, keys, timing } = options
  if (keys.size === 0)
    throw misconfigured('WECOM_ARCHIVE_KEYS_INVALID', '会话内容存档没有配置私钥', '请按公钥版本配置私钥')
  let awake = false
  let wakeUp: () => void = () => undefined

  /** Sleeps until the next pull is due; `wake` and the signal end it early. */
  async function rest(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    wakeUp = () => woken.abort()
    if (!awake) await timing.sleep(ms, AbortSignal.any([signal, woken.signal]))
    awake = false
  }

  /** Tells each thing once until something else is to be told. */
  function teller(ears: Ears) {
    let last = ''
    return (fault: Fault | null): void => {
      if ((fault?.code ?? 'up') === last) return
      last = fault?.code ?? 'up'
      if (fault === null) ears.tell({ kind: 'up' })
      else ears.tell({ kind: fault.lasting ? 'alarm' : 'down', code: fault.code, hint: fault.hint })
    }
  }

  /** Reports what the platform no longer kept when we came back. */
  function tellGap(ears: Ears, { at }: ArchiveCursor): void {
    const oldest = timing.now() - KEPT_MS
    if (at !== null && at < oldest) ears.tell({ kind: 'gap', from: at, to: oldest })
  }

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    let cursor = readCursor(await ears.cursor())
    if (signal.aborted) return
    const sdk = createSdkProcess({
      library,
      corpId: options.corpId,
      secret: options.secret,
      proxy: options.proxy ?? '',
      proxyPassword: options.proxyPassword ?? '',
      callLimitMs: options.callLimitMs ?? DEFAULT_CALL_LIMIT_MS,
      timing,
      startChild: options.startChild ?? startArchiveChild,
    })
    const pool = openUnwrapPool(keys, options.threads ?? 2)
    const stop = () => void sdk.stop()
    signal.addEventListener('abort', stop, { once: true })
    const reader = { tenantId, channelId, names: options.names, sdk, keys, pool }
    const say = teller(ears)
    let limit = MAX_RECORDS
    const backOff = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: timing.random })
    let deaths = 0
    /** Until when everything is read; null where that is not known. */
    let readUntil = cursor.at
    const tellBehind = createBehind(ears)
    const reading = createReading(reader)

    async function take(batch: Batch): Promise<void> {
      const now = timing.now()
      const at: EpochMs = batch.full ? (batch.at ?? cursor.at ?? now) : now
      const moved = batch.seq !== cursor.seq
      const due = !batch.held && now - (cursor.at ?? 0) >= MARK_EVERY_MS
      if (moved || due) {
        const next = { seq: batch.seq, at: batch.held ? (batch.at ?? cursor.at) : at }
        const { messages, amendments } = batch
        await ears.deliver({ messages, amendments, cursor: writeCursor(next) }).catch((error: unknown) => {
          throw faultError(STORE_REFUSED, error)
        })
        if (batch.lost) {
          ears.tell(UNREADABLE)
          ears.tell({ kind: 'gap', from: batch.lost.after ?? cursor.at ?? at, to: batch.lost.before ?? now })
        }
        cursor = next
      }
      if (batch.held) throw batch.held
      readUntil = at
      tellBehind(batch.full ? now - at : 0)
    }

    try {
      tellGap(ears, cursor)
      while (!signal.aborted) {
        try {
          const batch = await reading.next(cursor.seq, limit)
          await take(batch)
          limit = MAX_RECORDS
          backOff.reset()
          deaths = 0
          say(null)
          if (!batch.full) await rest(options.pollMs ?? DEFAULT_POLL_MS, signal)
        } catch (error) {
          await reading.drop()
          if (signal.aborted) return
          const fault = faultOf(error)
          if (fault === null) throw error
          deaths = DEATHS.has(fault) ? deaths + 1 : 0
          if (fault.code === 'WECOM_ARCHIVE_TOO_LONG' && limit > 1) limit = Math.ceil(limit / 2)
          say(deaths >= CRASHES_TO_ALARM ? CRASHING : fault)
          if (readUntil !== null) tellBehind(timing.now() - readUntil)
          await timing.sleep(backOff.next(), signal)
        }
      }
    } finally {
      signal.removeEventListener('abort', stop)
      await sdk.stop()
      await pool.close()
      await reading.drop()
    }
  }

  return {
    // Of its own, since cursor and lease go by it; what it hears belongs to `wecom`, whose channels answer.
    adapter: 'wecom-archive',
    channelId,
    exclusive: true,
    capabilities: capabilitiesOf('all'),
    listen,
    wake() {
      awake = true
      wakeUp()
    },
  }
}
