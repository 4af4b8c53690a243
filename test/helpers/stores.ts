import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, describe } from 'vitest'
import { openStore, type Store } from '../../src/store/database.ts'

/** Opens stores of one kind, each on a database of its own, and takes them down after each test. */
export interface Stores {
  open(): Promise<Store>
  /** Opens the same database again, as a second node would; servers only. */
  reopen(store: Store): Promise<Store>
}

const adminUrl = (): string => {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the suite by `npm test`, which brings up a PostgreSQL')
  return url
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl() })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Runs a suite on the embedded store and on a PostgreSQL server: one schema, one set of queries. */
export function onEachStore(name: string, suite: (stores: Stores, kind: Store['kind']) => void): void {
  for (const kind of ['embedded', 'server'] as const) {
    describe(`${name} (${kind})`, () => {
      const undo: (() => Promise<void>)[] = []
      const urls = new Map<Store, string>()
      afterEach(async () => {
        for (const step of undo.splice(0).reverse()) await step()
      })

      async function openServer(url: string): Promise<Store> {
        const store = await openStore({ kind: 'server', url, maxConnections: 4 })
        undo.push(() => store.close())
        urls.set(store, url)
        return store
      }

      suite(
        {
          open: async () => {
            if (kind === 'embedded') {
              const store = await openStore({ kind: 'embedded', folder: null })
              undo.push(() => store.close())
              return store
            }
            const database = `t_${randomUUID().replaceAll('-', '')}`
            await administer(`create database ${database}`)
            undo.push(() => administer(`drop database ${database} with (force)`))
            const url = new URL(adminUrl())
            url.pathname = `/${database}`
            return openServer(url.href)
          },
          reopen: (store) => openServer(urls.get(store) ?? ''),
        },
        kind,
      )
    })
  }
}
