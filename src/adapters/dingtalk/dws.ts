import { CodedError } from '../../domain/errors.ts'
import type { Amendment, EpochMs, GroupMessage } from '../../domain/message.ts'
import type { Delivery, Ears, Listener, Timing } from '../adapter.ts'
import { createBackOff } from '../back-off.ts'
import { capabilitiesOf } from '../capabilities.ts'
import { readHeardUntil, writeHeardUntil } from '../heard-until.ts'
import { createLineCutter } from '../lines.ts'
import { readDwsEvent } from './dws-event.ts'
import type { DwsEnd, DwsSource } from './dws-source.ts'

const FIRST_WAIT_MS = 3_000
const LONGEST_WAIT_MS = 60_000
/** A command that listened this long was a good one. */
const STABLE_MS = 60_000
const MAX_LINE_BYTES = 1 << 20
/** How often it is written down that everything was heard until then. */
const MARK_MS = 30_000
/** So often a message is refused by a store that is well, before it is given up. */
const MAX_BLAMED = 3
const STORE_REFUSED = {
  code: 'STORE_REFUSED',
  hint: '消息暂时存不进数据库,先留在管道里等待;请查看数据库是否正常',
} as const

export interface DwsOptions {
  tenantId: string
  channelId: string
  timing: Timing
  /** Opens the source of lines; again after each end, unless it is `once`. */
  open: () => DwsSource
  /** Nothing follows when the source has ended: standard input. */
  once?: boolean
  /** Messages that call the robot by this name come by its own way in, and are left to it. */
  robotName?: string
  /** An event of no use here came; `type` as dws names it. Must not throw. */
  onUnused?: (type: string) => void
}

/**
 * Hears all of the groups of one logged-in person through `dws event consume` (CLI/0006). Nothing is sent again: what
 * was said while nobody listened is told as a gap, and what cannot be stored at once is held until it can.
 */
export function createDwsListener(options: DwsOptions): Listener {
  const { tenantId, channelId, timing, open, once = false, robotName, onUnused } = options

  function read(
    lines: readonly string[],
    ears: Pick<Ears, 'tell'>,
  ): { messages: GroupMessage[]; amendments: Amendment[] } {
    const found = { messages: [] as GroupMessage[], amendments: [] as Amendment[] }
    for (const line of lines) {
      if (line.trim() === '') continue
      try {
        const event = readDwsEvent(line, { tenantId, channelId, receivedAt: timing.now(), robotName, onUnused })
        if (event !== null && 'message' in event) found.messages.push(event.message)
        if (event !== null && 'amendment' in event) found.amendments.push(event.amendment)
      } catch (error) {
        const { code, hint } = error instanceof CodedError ? error : NOT_UNDERSTOOD
        ears.tell({ kind: 'unusable', code, hint })
      }
    }
    return found
  }

  async function listen(ears: Ears, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff({ firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: timing.random })
    /** Until when everything was heard; null while it is being heard, and before the first time ever. */
    let heardUntil = await readHeardUntil(ears)

    const takes = (delivery: Delivery): Promise<boolean> =>
      ears.deliver(delivery).then(
        () => true,
        () => false,
      )

    /** Holds on to what stands alone until the store takes it; false where we are told to stop before. */
    async function insist(delivery: Delivery): Promise<boolean> {
      const waits = createBackOff({ firstMs: 1_000, longestMs: LONGEST_WAIT_MS, random: timing.random })
      for (let blamed = 0; !(await takes(delivery)); ) {
        // A store that takes a delivery of nothing is well: then it is the message, which may not hold up the others.
        if (await takes({ messages: [] })) blamed++
        if (blamed === MAX_BLAMED) {
          ears.tell(NOT_STORABLE)
          return true
        }
        if (signal.aborted) return false
        await timing.sleep(waits.next(), signal)
      }
      return true
    }

    /** False where some of it was given up because we are told to stop. */
    async function store(messages: readonly GroupMessage[], amendments: readonly Amendment[]): Promise<boolean> {
      const cursor = String(timing.now())
      if (await takes({ messages, amendments, cursor })) return true
      ears.tell({ kind: 'down', ...STORE_REFUSED })
      for (const message of messages) if (!(await insist({ messages: [message], cursor }))) return false
      for (const amendment of amendments) {
        if (!(await insist({ messages: [], amendments: [amendment], cursor }))) return false
      }
      ears.tell({ kind: 'up' })
      return true
    }

    /** Takes all that a source brings. `readyAt` is null where it never listened; `stored` is false where some was given up. */
    async function consume(source: DwsSource): Promise<{ end: DwsEnd; readyAt: EpochMs | null; stored: boolean }> {
      let readyAt: EpochMs | null = null
      let stored = true
      const ready = () => {
        if (readyAt !== null) return
        readyAt = timing.now()
        ears.tell({ kind: 'up' })
        if (heardUntil !== null && heardUntil < readyAt) ears.tell({ kind: 'gap', from: heardUntil, to: readyAt })
        heardUntil = null
      }
      void source.ready.then(ready)
      const stop = () => void source.stop()
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      const cutter = createLineCutter({ maxBytes: MAX_LINE_BYTES, tooLong: () => ears.tell(TOO_LONG) })
      let storing = false
      const take = async (lines: readonly string[]) => {
        const { messages, amendments } = read(lines, ears)
        if (messages.length + amendments.length === 0) return
        storing = true
        stored = (await store(messages, amendments)) && stored
        storing = false
      }
      const over = new AbortController()
      const marking = (async () => {
        for (;;) {
          await timing.sleep(MARK_MS, over.signal)
          if (over.signal.aborted) return
          if (readyAt !== null && !storing && stored) await writeHeardUntil(ears, timing.now())
        }
      })()
      for await (const piece of source.output) {
        ready()
        await take(cutter.take(piece))
      }
      // The last line counts although its end was cut off, if it is whole.
      await take([cutter.rest()])
      const end = await source.ended
      over.abort()
      await marking
      signal.removeEventListener('abort', stop)
      return { end, readyAt, stored }
    }

    while (!signal.aborted) {
      const { end, readyAt, stored } = await consume(open())
      const now = timing.now()
      if (signal.aborted) {
        // Where the next start begins to miss something; not where something is missing already.
        if (readyAt !== null && stored) await takes({ messages: [], cursor: String(now) })
        return
      }
      if (readyAt !== null) heardUntil = now
      if (end.fault !== null) throw notStarted(end.fault)
      if (once) {
        ears.tell({ kind: 'alarm', code: 'DWS_INPUT_ENDED', hint: '标准输入已结束,不会再有消息;请重新接上并重启程序' })
        return aborted(signal)
      }
      if (readyAt !== null && now - readyAt >= STABLE_MS) backOff.reset()
      ears.tell({ kind: 'down', ...whyEnded(end, readyAt !== null) })
      await timing.sleep(backOff.next(), signal)
    }
  }

  return {
    adapter: 'dingtalk',
    channelId,
    capabilities: capabilitiesOf('all'),
    // One person's login, one subscription; what is piped in belongs to this process alone.
    exclusive: !once,
    listen,
  }
}

function whyEnded({ exitCode, reason }: DwsEnd, wasReady: boolean): { code: string; hint: string } {
  const how = `${exitCode === null ? '' : `退出码 ${exitCode}`}${reason === null ? '' : `,原因 ${reason}`}`
  if (wasReady) return { code: 'DWS_ENDED', hint: `dws 已退出(${how || '被终止'}),程序会自己重新启动它` }
  const hint = `dws 没有开始监听就退出了(${how || '被终止'});请确认已登录,且主管理员已开启「允许成员通过 CLI 访问其个人数据」`
  return { code: 'DWS_NOT_READY', hint }
}

const NOT_UNDERSTOOD = { code: 'UNEXPECTED', hint: '收到一行无法识别的输出,已跳过;请反馈给开发者' }
const NOT_STORABLE = {
  kind: 'unusable',
  code: 'MESSAGE_NOT_STORABLE',
  hint: '数据库不接受其中一条消息,已跳过;请把这条记录反馈给开发者',
} as const
const TOO_LONG = {
  kind: 'unusable',
  code: 'LINE_TOO_LONG',
  hint: '有一行超过 1 MiB,已跳过;请确认是 dws event consume … -f ndjson 的输出',
} as const

const notStarted = (fault: string): CodedError =>
  new CodedError('DWS_COMMAND_FAILED', `the dws command could not be started (${fault})`, {
    hint: `无法启动 dws(${fault}),请核对命令的路径和执行权限`,
  })

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
