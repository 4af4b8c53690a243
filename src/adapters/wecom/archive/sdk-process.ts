import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import type { Timing } from '../../adapter.ts'
import { createLineCutter } from '../../lines.ts'
import { CALL_SECONDS, MAX_LINE_BYTES } from './constants.ts'
import { CRASHED, type Fault, faultError, GARBLED, HUNG, refusalFault, STOPPED } from './faults.ts'
import { type Answer, CHANNEL_FD, type Request, readAnswer } from './protocol.ts'

export interface SdkProcessOptions {
  /** Path of the customer's libWeWorkFinanceSdk_C.so. */
  library: string
  corpId: string
  secret: string
  /** Such as `socks5://host:port`, and `user:password`; empty without. */
  proxy: string
  proxyPassword: string
  /** How long one call may take, milliseconds; then the process is killed. */
  callLimitMs: number
  timing: Timing
  /** Starts the child program with a pipe on `CHANNEL_FD`. */
  startChild(): ChildProcess
}

/** The SDK in its process, which is started when it is needed and again after it died. Calls wait for each other. */
export interface SdkProcess {
  /** The text of GetChatData for at most `limit` records after `seq`. */
  pull(seq: bigint, limit: number): Promise<string>
  /** For each pair of random key and message the text, or the error code of the SDK. */
  decrypt(items: readonly (readonly [string, string])[]): Promise<(string | number)[]>
  /** Ends the process for good: whatever is under way rejects. */
  stop(): Promise<void>
}

interface Running {
  ask(request: Request): Promise<Answer>
  kill(because: Fault): void
  closed: Promise<unknown>
}

function attach(child: ChildProcess): Running {
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null
  let ended: Fault | null = null
  const end = (fault: Fault): void => {
    ended ??= fault
    waiting?.reject(faultError(ended))
    waiting = null
  }
  const kill = (because: Fault): void => {
    end(because)
    child.kill('SIGKILL')
  }
  const closed = once(child, 'close').catch(() => undefined)
  child.on('error', () => end(CRASHED))
  child.on('exit', () => end(CRASHED))
  const channel = child.stdio[CHANNEL_FD]
  if (channel instanceof Duplex) {
    channel.on('error', () => end(CRASHED))
    const onLine = (line: string): void => {
      const answer = readAnswer(line)
      if (answer === null || waiting === null) kill(GARBLED)
      else waiting.resolve(answer)
      waiting = null
    }
    const cutter = createLineCutter({ maxBytes: MAX_LINE_BYTES, tooLong: () => kill(GARBLED) })
    channel.on('data', (piece: Buffer) => cutter.take(piece).forEach(onLine))
  } else end(CRASHED)
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null || !(channel instanceof Duplex)) return reject(faultError(ended ?? CRASHED))
        waiting = { resolve, reject }
        channel.write(`${JSON.stringify(request)}\n`)
      }),
    kill,
    closed,
  }
}

/** Throws the errors of `faultError` for all that SDK and process can do wrong; the next call starts afresh. */
export function createSdkProcess(options: SdkProcessOptions): SdkProcess {
  const { library, corpId, secret, proxy, proxyPassword: password, callLimitMs, timing } = options
  let running: Running | null = null
  let stopped = false
  let before: Promise<void> = Promise.resolve()
  let failures = 0
  let lastFailure: unknown = null

  async function ask<K extends Answer['kind']>(
    process: Running,
    request: Request,
    kind: K,
  ): Promise<Extract<Answer, { kind: K }>> {
    const over = new AbortController()
    const expiry = timing.sleep(callLimitMs, over.signal).then(() => {
      if (!over.signal.aborted) process.kill(HUNG)
    })
    try {
      const answer = await process.ask(request)
      if (answer.kind === 'refused') throw faultError(refusalFault(answer, library))
      if (answer.kind !== kind) throw faultError(GARBLED)
      return answer as Extract<Answer, { kind: K }>
    } finally {
      over.abort()
      await expiry
    }
  }

  /** Each call after the one before; where that fails, those that wait behind it fail with it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const asked = failures
    const turn = before.then(() => {
      if (lastFailure !== null && asked !== failures) throw lastFailure
      return work()
    })
    before = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  async function call<K extends Answer['kind']>(request: Request, kind: K) {
    if (stopped) throw faultError(STOPPED)
    try {
      if (running === null) {
        running = attach(options.startChild())
        await ask(running, { call: 'open', library, corpId, secret }, 'opened')
      }
      return await ask(running, request, kind)
    } catch (error) {
      // Whatever went wrong, a fresh process and a fresh session are the surest way back.
      const broken = running
      running = null
      broken?.kill(stopped ? STOPPED : CRASHED)
      await broken?.closed
      failures++
      lastFailure = error
      throw error
    }
  }

  return {
    pull: (seq, limit) =>
      inTurn(async () => {
        const request: Request = { call: 'pull', seq: String(seq), limit, proxy, password, seconds: CALL_SECONDS }
        return (await call(request, 'pulled')).text
      }),
    decrypt: (items) =>
      inTurn(async () => {
        const { texts } = await call({ call: 'decrypt', items: items.map(([key, text]) => [key, text]) }, 'decrypted')
        if (texts.length !== items.length) throw faultError(GARBLED)
        return texts
      }),
    async stop() {
      stopped = true
      const last = running
      last?.kill(STOPPED)
      await last?.closed
    },
  }
}
