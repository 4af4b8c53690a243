import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { CodedError } from '../domain/errors.ts'
import type { StoreLocation } from './database.ts'
import { lockFolder } from './folder-lock.ts'
import { pendingMigrations } from './migrate.ts'
import { openPglite } from './pglite.ts'
import type { Tables } from './tables.ts'

/** A store as it is found, with nothing of it changed. */
export type StoreState =
  | { kind: 'ready'; pending: number }
  /** Embedded, and not there yet. */
  | { kind: 'new' }
  /** Embedded, and in the hands of a running server. */
  | { kind: 'in-use' }
  | { kind: 'too-old'; version: number }
  | { kind: 'unreachable'; code: string }

const CONNECT_MS = 10_000
const OLDEST_MAJOR = 15

/** SQLSTATE or the system's name of the fault; its message could quote the address. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

async function inspectServer(url: string): Promise<StoreState> {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: CONNECT_MS })
  pool.on('error', () => {})
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    const { rows } = await sql<{ server_version_num: string }>`show server_version_num`.execute(db)
    const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000)
    if (version < OLDEST_MAJOR) return { kind: 'too-old', version }
    return { kind: 'ready', pending: await pendingMigrations(db) }
  } catch (error) {
    return { kind: 'unreachable', code: codeOf(error) }
  } finally {
    await db.destroy()
  }
}

async function inspectFolder(folder: string): Promise<StoreState> {
  if (!existsSync(join(folder, 'pgdata'))) return { kind: 'new' }
  let unlock: () => Promise<void>
  try {
    unlock = await lockFolder(folder)
  } catch (error) {
    const isLocked = error instanceof CodedError && error.code === 'DATA_FOLDER_LOCKED'
    return isLocked ? { kind: 'in-use' } : { kind: 'unreachable', code: codeOf(error) }
  }
  try {
    const pglite = await openPglite(folder)
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
    try {
      return { kind: 'ready', pending: await pendingMigrations(db) }
    } finally {
      await db.destroy()
      if (!pglite.closed) await pglite.close()
    }
  } catch (error) {
    return { kind: 'unreachable', code: codeOf(error) }
  } finally {
    await unlock()
  }
}

/** Looks at the deployment's store without changing it. Never throws for what it finds. */
export const inspectStore = (location: StoreLocation): Promise<StoreState> => {
  if (location.kind === 'server') return inspectServer(location.url)
  return location.folder === null ? Promise.resolve({ kind: 'new' }) : inspectFolder(location.folder)
}
