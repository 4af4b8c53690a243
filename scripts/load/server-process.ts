import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../src/domain/errors.ts'

/** A server in a process of its own that has answered `/readyz`. */
export interface ServerProcess {
  port: number
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
    async kill(signal) {
      child.kill(signal)
      await closed
    },
  }
}
