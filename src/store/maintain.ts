import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

const GROWTH = 1.25
const VACUUM_EVERY = 60

/**
 * The upkeep that autovacuum does on a server and nobody does in the embedded store: statistics once the tables have
 * grown by a quarter, so that the planner takes the right index, and dead rows cleared away every sixtieth call.
 * Call it about once a minute; a call with nothing to do costs two milliseconds.
 */
export function createUpkeep(db: Kysely<Tables>): () => Promise<void> {
  let analysedSize = 0
  let calls = 0
  return async () => {
    const { rows } = await sql<{ size: string }>`
      select sum(pg_relation_size(oid)) as size from pg_class
      where relname in ('messages', 'outbox', 'decisions', 'ledger_items', 'ledger_events')`.execute(db)
    const size = Number(rows[0]?.size ?? 0)
    if (size > analysedSize * GROWTH) {
      await sql`analyze`.execute(db)
      analysedSize = size
    }
    calls++
    if (calls % VACUUM_EVERY === 0) await sql`vacuum`.execute(db)
  }
}
