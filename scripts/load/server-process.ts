import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../src/domain/errors.ts'

/** Processor time since the start, and resident memory now. */
export interface Usage {
  cpuMs: number
  residentMb: number
}

/** A server in a process of its own that has answered `/readyz`. */
export interface ServerProcess {
  port: number
  /** What the process uses; null where the system has no `/proc`. */
  usage(): Usage | null
  /** Resolves once the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>
}

const START_LIMIT_MS = 60_000
const MAX_WORDS = 4_000

const ready = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.ok
    },
    () => false,
  )

/** Linux counts processor time in hundredths of a second (proc(5), fields 14 and 15 of `stat`). */
function usageOf(pid: number): Usage | null {
  if (!existsSync('/proc/self/stat')) return null
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, residentMb: Number(resident) / 1024 }
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/**
 * Runs a `.ts` program that listens on `env.PORT`, and waits for it.
 * Throws SERVER_START with the program's last words where it ends or stays silent for a minute.
 */
export async function startServer(program: string, env: Record<string, string>): Promise<ServerProcess> {
  const port = Number(env.PORT)
  const from = performance.now()
  const child = spawn(process.execPath, [program], {
    // Nothing else of this shell's environment, which may hold a DATABASE_URL or a platform's secrets.
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  const hear = (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-MAX_WORDS)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const closed = once(child, 'close')
  const endWithParent = () => child.kill('SIGKILL')
  process.once('exit', endWithParent)
  child.once('close', () => process.off('exit', endWithParent))

  while (!(await ready(port))) {
    if (ended(child) || performance.now() - from > START_LIMIT_MS) {
      child.kill('SIGKILL')
      await closed
      throw new CodedError('SERVER_START', `${program} did not start. Its last words:\n${words.trim()}`)
    }
    await sleep(50)
  }
  return {
    port,
    usage: () => usageOf(child.pid ?? 0),
    async kill(signal) {
      child.kill(signal)
      await closed
    },
  }
}
