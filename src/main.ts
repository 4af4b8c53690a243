import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startApp } from './app.ts'
import { CodedError } from './domain/errors.ts'
import { readEnv } from './env.ts'
import { createLog, errorFields } from './log.ts'

/** Two exits: 2 where the call or its configuration was wrong, 1 where the work failed. */
const exitCode = (error: unknown): number => (error instanceof CodedError && error.status < 500 ? 2 : 1)

async function main(): Promise<void> {
  const env = readEnv(process.env)
  const log = createLog(env.LOG_LEVEL)
  const app = await startApp({
    env,
    log,
    root: join(import.meta.dirname, '..'),
    now: Date.now,
    fetch: globalThis.fetch,
    random: randomBytes,
    newId: randomUUID,
  })
  process.stdout.write(
    app.sandboxOpen
      ? `清群已启动,请用浏览器打开 ${app.url}/sandbox 体验 (open it in a browser to try)\n`
      : `清群已启动: ${app.url} (serving)\n`,
  )

  let stopping = false
  const shutDown = async (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    await app.stop().catch((error) => log.error(errorFields(error), 'stopping failed'))
    process.exit(0)
  }
  process.on('SIGTERM', shutDown)
  process.on('SIGINT', shutDown)
}

main().catch((error) => {
  const coded = error instanceof CodedError ? error : null
  process.stderr.write(
    coded ? `${coded.message}\n${coded.hint}\n` : `启动失败 (start failed): ${error?.stack ?? error}\n`,
  )
  process.exitCode = exitCode(error)
})
