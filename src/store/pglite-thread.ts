import { Worker } from 'node:worker_threads'
import type { Results } from '@electric-sql/pglite'

/** What the thread is asked to do; `inside` the transaction that is open. */
export type Ask =
  | { kind: 'open' | 'begin' | 'commit' | 'rollback' | 'close' }
  | { kind: 'query'; sql: string; values: unknown[]; inside: boolean }
  | { kind: 'exec'; sql: string }

export type Question = Ask & { id: number }

/** `failed` holds the fields of a database error beside its message, which errors lose on the way between threads. */
export type Reply = { id: number; results: Results[] } | { id: number; failed: { message: string; fields: object } }

type Row = Record<string, unknown>

/** The part of PGlite that Kysely and pg-boss use. */
export interface EmbeddedDatabase {
  readonly ready: boolean
  readonly waitReady: Promise<void>
  readonly closed: boolean
  query<T = Row>(sql: string, values?: unknown[]): Promise<Results<T>>
  exec(sql: string): Promise<Results<Row>[]>
  transaction<T>(work: (trx: EmbeddedTransaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface EmbeddedTransaction {
  query<T = Row>(sql: string, values?: unknown[]): Promise<Results<T>>
  rollback(): Promise<void>
}

interface Waiting {
  resolve(results: Results[]): void
  reject(error: unknown): void
}

/**
 * PGlite on a thread beside the event loop: a statement takes the processor for milliseconds, in which this thread reads
 * sockets, decrypts and judges. It keeps the process alive only while an answer is awaited.
 */
export async function openPgliteThread(folder: string): Promise<EmbeddedDatabase> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { folder }, env: {} })
  const waiting = new Map<number, Waiting>()
  let serial = 0
  let closed = false

  const settle = (id: number): Waiting | undefined => {
    const found = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) worker.unref()
    return found
  }
  const failAll = (error: unknown): void => {
    closed = true
    for (const id of [...waiting.keys()]) settle(id)?.reject(error)
  }
  worker.on('message', (reply: Reply) => {
    const asked = settle(reply.id)
    if ('results' in reply) asked?.resolve(reply.results)
    else asked?.reject(Object.assign(new Error(reply.failed.message), reply.failed.fields))
  })
  worker.on('error', failAll)
  worker.on('exit', () => failAll(ended()))

  const ask = (question: Ask): Promise<Results[]> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(ended())
      const id = ++serial
      waiting.set(id, { resolve, reject })
      worker.ref()
      const message: Question = { ...question, id }
      worker.postMessage(message)
    })
  const query =
    (inside: boolean) =>
    async <T = Row>(sql: string, values: unknown[] = []): Promise<Results<T>> => {
      const [result] = await ask({ kind: 'query', sql, values, inside })
      return result as Results<T>
    }

  await ask({ kind: 'open' }).catch(async (error: unknown) => {
    await worker.terminate()
    throw error
  })
  return {
    ready: true,
    waitReady: Promise.resolve(),
    get closed() {
      return closed
    },
    query: query(false),
    exec: async (sql) => (await ask({ kind: 'exec', sql })) as Results<Row>[],
    async transaction(work) {
      await ask({ kind: 'begin' })
      const rollback = async () => void (await ask({ kind: 'rollback' }))
      try {
        const result = await work({ query: query(true), rollback })
        await ask({ kind: 'commit' })
        return result
      } catch (error) {
        await rollback()
        throw error
      }
    },
    async close() {
      await ask({ kind: 'close' })
      closed = true
      await worker.terminate()
    },
  }
}

const ended = (): Error => Object.assign(new Error('the embedded database is closed'), { code: 'STORE_ENDED' })
