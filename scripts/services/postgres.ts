import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CodedError } from '../../src/domain/errors.ts'
import type { Log } from '../lib/log.ts'
import { run } from '../lib/run.ts'
import { freePort } from './free-port.ts'
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts'

/** A database server for tests. `stop` takes it down and removes its folder. */
export interface TestPostgres {
  url: string
  stop(): Promise<void>
}

/**
 * Keeps the server for as long as its own standard input is open. The system closes that pipe when the parent ends,
 * `kill -9` included, so a server never outlives the run it belongs to, nor does its folder.
 */
const GUARD = 'folder=$1; shift; "$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf "$folder"'

const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'shared_buffers=64MB',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'lc_messages=C',
]
const ATTEMPTS = 3

/** PostgreSQL refuses to run as root: another user that exists, or nothing where this process is not root. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const [user, group] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    if (user.code === 0 && group.code === 0) return { uid: Number(user.output), gid: Number(group.output) }
  }
  throw new CodedError('POSTGRES_USER', 'PostgreSQL does not run as root, and neither postgres nor nobody exists here.')
}

/** Resolves once the server accepts connections, rejects with its last words where it ends before. */
function ready(guard: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const words: string[] = []
    let accepting = false
    if (guard.stderr === null) throw new TypeError('the guard writes to a pipe')
    const lines = createInterface({ input: guard.stderr })
    lines.on('line', (line) => {
      words.splice(0, Math.max(0, words.length - 20))
      words.push(line)
      if (line.includes('database system is ready to accept connections')) {
        accepting = true
        resolve()
      }
      // A server that cannot start ends, and its guard waits for its input all the same.
      if (!accepting && line.includes('FATAL:')) guard.stdin?.end()
    })
    guard.once('error', reject)
    guard.once('close', () => reject(new CodedError('POSTGRES_START', `PostgreSQL ended:\n${words.join('\n')}`)))
  })
}

async function launch(binaries: PostgresBinaries): Promise<TestPostgres> {
  const user = await unprivileged()
  const folder = await mkdtemp(join(tmpdir(), 'qingqun-postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const initArgs = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
  const init = await run(binaries.initdb, initArgs, { ...user, cwd: folder })
  if (init.code !== 0) {
    await rm(folder, { recursive: true, force: true })
    throw new CodedError('POSTGRES_START', `initdb ended with code ${init.code}:\n${init.output.trim()}`)
  }
  const port = await freePort()
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  const command = [binaries.postgres, '-D', data, '-p', String(port), ...settings]
  // A process group of its own: Ctrl-C reaches the tests first, the server goes when they have gone.
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder, ...command], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const closed = once(guard, 'close')
  await ready(guard)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      guard.stdin?.end()
      await closed
    },
  }
}

/**
 * A PostgreSQL for tests: `TEST_DATABASE_URL` as it is, else an own server in a temporary folder on a free port of
 * 127.0.0.1. It ends with `stop` or with this process, however that ends.
 * Throws POSTGRES_MISSING where there is none and none may be installed, POSTGRES_START with the server's last words.
 */
export async function startPostgres({ log }: { log: Log }): Promise<TestPostgres> {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined }
  const binaries = await findPostgres({ log })
  for (let attempt = 1; ; attempt++) {
    try {
      const server = await launch(binaries)
      log(`PostgreSQL ${binaries.version} for this run: ${server.url}`)
      return server
    } catch (error) {
      // Another process may take the free port before the server binds it.
      const portTaken = error instanceof CodedError && error.message.includes('Address already in use')
      if (!portTaken || attempt === ATTEMPTS) throw error
    }
  }
}
