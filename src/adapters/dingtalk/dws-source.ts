import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Timing } from '../adapter.ts'
import { createLineCutter } from '../lines.ts'

/** Why a source ended; nothing in it is anybody's text. */
export interface DwsEnd {
  exitCode: number | null
  /** The system's name of the fault where the command could not be started, e.g. ENOENT. */
  fault: string | null
  /** dws's own word: limit, timeout, signal, bus_shutdown. */
  reason: string | null
}

/** Where event lines come from. */
export interface DwsSource {
  output: AsyncIterable<Buffer>
  /** Resolves when events are being listened for; never where that is not known. */
  ready: Promise<void>
  ended: Promise<DwsEnd>
  /** Asks it to end, then insists. Resolves when nothing of it is left. */
  stop(): Promise<void>
}

/** From asking to insisting, and from insisting to force: a killed dws leaves its subscription behind. */
const GRACE_MS = 5_000
/** What the command needs of this process's environment; our own secrets are none of its business. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|XDG_\w+|DWS_\w+|HTTPS?_PROXY|NO_PROXY|SSL_CERT_\w+|DBUS_SESSION_BUS_ADDRESS)$/i

/**
 * Runs `dws event consume … -f ndjson` as a child, without a shell. Its contract (dws, event-subprocess-contract,
 * 2026-07): `[event] ready` on standard error before the first event, an end of standard input asks it to leave.
 */
export function spawnDws(options: {
  command: readonly [string, ...string[]]
  environment: Readonly<Record<string, string | undefined>>
  timing: Timing
}): DwsSource {
  const [file, ...args] = options.command
  const env = Object.fromEntries(Object.entries(options.environment).filter(([name]) => PASSED_ON.test(name)))
  const child = spawn(file, args, { env, shell: false, windowsHide: true, stdio: ['pipe', 'pipe', 'pipe'] })
  let reason: string | null = null
  let fault: string | null = null

  const cutter = createLineCutter({ maxBytes: 4096, tooLong: () => {} })
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (piece: Buffer) => {
      for (const line of cutter.take(piece)) {
        if (line.startsWith('[event] ready')) resolve()
        reason = /^\[event\] exited\b.*\(reason: (\w{1,32})\)/.exec(line)?.[1] ?? reason
      }
    })
  })
  // The command may end before it reads what it is told.
  child.stdin.on('error', () => child.stdin.destroy())
  const ended = new Promise<DwsEnd>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      fault ??= error.code ?? 'UNKNOWN'
      if (child.pid === undefined) resolve({ exitCode: null, fault, reason })
    })
    child.on('close', (exitCode) => resolve({ exitCode, fault, reason }))
  })

  async function endsWithin(ms: number): Promise<boolean> {
    const waiting = new AbortController()
    const first = await Promise.race([ended, options.timing.sleep(ms, waiting.signal)])
    waiting.abort()
    return first !== undefined
  }

  return {
    output: quietly(child.stdout),
    ready,
    ended,
    async stop() {
      child.stdin.end()
      if (await endsWithin(GRACE_MS)) return
      child.kill('SIGTERM')
      if (await endsWithin(GRACE_MS)) return
      child.kill('SIGKILL')
      // A child of the child may hold the pipes.
      child.stdout.destroy()
      child.stderr.destroy()
      await ended
    },
  }
}

/** Lines that somebody else pipes in; once they end, nothing follows. */
export function pipedDws(input: Readable): DwsSource {
  const ended = new Promise<DwsEnd>((resolve) => {
    for (const event of ['end', 'close', 'error']) {
      input.once(event, () => resolve({ exitCode: null, fault: null, reason: null }))
    }
  })
  return {
    output: quietly(input),
    ready: Promise.resolve(),
    ended,
    async stop() {
      input.destroy()
      await ended
    },
  }
}

/** A pipe that breaks has ended; why is told by its process. */
async function* quietly(stream: Readable): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  for (;;) {
    const piece = await pieces.next().catch(() => ({ done: true, value: undefined }) as const)
    if (piece.done) return
    yield Buffer.from(piece.value)
  }
}
