import { mkdir } from 'node:fs/promises'
import { Kysely, PGliteDialect, PGliteDriver, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type BackendProfile, type Db, fromPglite } from 'pg-boss'
import { CodedError } from '../domain/errors.ts'
import { lockFolder } from './folder-lock.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { type EmbeddedDatabase, openPgliteThread } from './pglite-thread.ts'
import type { Tables } from './tables.ts'

/** One open database: typed queries for the rooms, and the same connection as pg-boss wants it. */
export interface Store {
  readonly db: Kysely<Tables>
  readonly kind: 'embedded' | 'server'
  /** What pg-boss runs on; the caller of `close` stops pg-boss first. */
  readonly queue: { db: Db; backend: BackendProfile }
  close(): Promise<void>
}

export type StoreLocation =
  | { kind: 'server'; url: string; maxConnections?: number }
  /** `folder: null` keeps everything in memory. */
  | { kind: 'embedded'; folder: string | null }

/**
 * Kysely 0.29.9 hands the one PGlite connection to every caller at once: a query from outside runs inside whatever
 * transaction is open, and a second `begin` overwrites the first one's commit. Callers queue for it here instead.
 */
class QueueingPGliteDriver extends PGliteDriver {
  #tail: Promise<void> = Promise.resolve()
  #release: () => void = () => {}

  override async acquireConnection() {
    const before = this.#tail
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#tail = promise
    await before
    this.#release = resolve
    return super.acquireConnection()
  }

  override async releaseConnection() {
    this.#release()
  }
}

class QueueingPGliteDialect extends PGliteDialect {
  readonly #pglite: EmbeddedDatabase

  constructor(pglite: EmbeddedDatabase) {
    super({ pglite })
    this.#pglite = pglite
  }

  override createDriver() {
    return new QueueingPGliteDriver({ pglite: this.#pglite })
  }
}

async function openEmbedded(folder: string | null): Promise<Store> {
  let unlock = async () => {}
  if (folder !== null) {
    await mkdir(folder, { recursive: true }).catch((cause) => {
      throw unreadable(folder, cause)
    })
    unlock = await lockFolder(folder)
  }
  try {
    // What lives in memory is short-lived: a thread would take longer to start than it would save.
    const pglite: EmbeddedDatabase = await (folder === null ? openPglite(null) : openPgliteThread(folder))
    const db = new Kysely<Tables>({ dialect: new QueueingPGliteDialect(pglite) })
    await migrate(db)
    return {
      db,
      kind: 'embedded',
      queue: { db: fromPglite(pglite), backend: 'pglite' },
      close: async () => {
        await db.destroy()
        if (!pglite.closed) await pglite.close()
        await unlock()
      },
    }
  } catch (cause) {
    await unlock()
    if (cause instanceof CodedError) throw cause
    throw unreadable(folder ?? '', cause)
  }
}

const unreadable = (folder: string, cause: unknown) =>
  new CodedError('DATA_FOLDER_UNREADABLE', `数据目录 ${folder} 打不开 (the data folder cannot be opened)`, {
    hint: '请检查目录的读写权限和磁盘空间;如目录已损坏,请从备份恢复,或用 DATA_DIR 指定新目录。',
    cause,
  })

/** A host that drops packets silently is given up after this. */
const CONNECT_MS = 10_000

async function openServer(url: string, maxConnections: number): Promise<Store> {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, connectionTimeoutMillis: CONNECT_MS })
  // An idle connection that breaks is replaced by the pool at its next use; without a listener it would end the process.
  pool.on('error', () => {})
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(db)
  } catch (cause) {
    await db.destroy()
    if (cause instanceof CodedError) throw cause
    throw new CodedError('DATABASE_UNREACHABLE', '连不上 DATABASE_URL 指定的 PostgreSQL (cannot reach PostgreSQL)', {
      hint: '请确认地址、账号和网络,并确认服务器版本不低于 15。',
      cause,
    })
  }
  return {
    db,
    kind: 'server',
    queue: { db: { executeSql: (text, values) => pool.query(text, values as unknown[]) }, backend: 'postgres' },
    close: () => db.destroy(),
  }
}

/**
 * Opens the store and brings its schema up to date.
 * Throws CodedError DATA_FOLDER_LOCKED, DATA_FOLDER_UNREADABLE, DATABASE_UNREACHABLE or SCHEMA_TOO_NEW.
 */
export const openStore = (location: StoreLocation): Promise<Store> =>
  location.kind === 'embedded' ? openEmbedded(location.folder) : openServer(location.url, location.maxConnections ?? 10)
