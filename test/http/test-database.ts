import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** A database of its own on the test server, which a running app and its test look into side by side. */
export interface TestDatabase {
  url: string
  query<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]>
  /** A connection of its own, for a transaction that stands in the app's way. */
  connect(): Promise<pg.PoolClient>
  drop(): Promise<void>
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

export async function testDatabase(): Promise<TestDatabase> {
  const admin = process.env.TEST_DATABASE_URL
  if (!admin) throw new Error('TEST_DATABASE_URL is not set: run the suite by `npm test`, which brings up a PostgreSQL')
  const name = `t_${randomUUID().replaceAll('-', '')}`
  await administer(admin, `create database ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 3 })
  return {
    url: url.href,
    query: async <Row extends pg.QueryResultRow>(statement: string) => (await pool.query<Row>(statement)).rows,
    connect: () => pool.connect(),
    drop: async () => {
      await pool.end()
      // Without force: connections that are just closing are waited for, and one that was forgotten fails the test.
      await administer(admin, `drop database ${name}`)
    },
  }
}
