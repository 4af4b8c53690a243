import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type App, type AppOptions, startApp } from '../../src/app.ts'
import { readEnv } from '../../src/env.ts'
import { createLog } from '../../src/log.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The real app on a free port of the loopback, everything in memory; `variables` are its environment. */
export const startTestApp = (variables: Record<string, string> = {}, changes: Partial<AppOptions> = {}): Promise<App> =>
  startApp({
    env: readEnv({ PORT: '0', LOG_LEVEL: 'silent', ...variables }),
    log: createLog('silent'),
    root: ROOT,
    now: Date.now,
    fetch: globalThis.fetch,
    random: randomBytes,
    newId: randomUUID,
    inMemory: true,
    ...changes,
  })
