import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Transaction,
} from 'kysely'
import type { Tables } from './tables.ts'

const NAME = 'within'

/** Lends out one connection, to one caller after another. */
function lend(connection: DatabaseConnection): Driver {
  let tail: Promise<void> = Promise.resolve()
  let giveBack = () => {}
  const run = async (statement: string) => void (await connection.executeQuery(CompiledQuery.raw(statement)))
  return {
    init: async () => {},
    destroy: async () => {},
    async acquireConnection() {
      const before = tail
      const { promise, resolve } = Promise.withResolvers<void>()
      tail = promise
      await before
      giveBack = resolve
      return connection
    },
    releaseConnection: async () => giveBack(),
    beginTransaction: () => run(`savepoint ${NAME}`),
    commitTransaction: () => run(`release savepoint ${NAME}`),
    async rollbackTransaction() {
      await run(`rollback to savepoint ${NAME}`)
      await run(`release savepoint ${NAME}`)
    },
  }
}

/**
 * Works inside one transaction with what opens transactions of its own: each of those becomes a savepoint, and all of
 * them are kept or lost together with `trx`.
 */
export function withSavepoints<T>(trx: Transaction<Tables>, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  return trx.getExecutor().provideConnection((connection) =>
    work(
      new Kysely<Tables>({
        dialect: {
          createDriver: () => lend(connection),
          createAdapter: () => new PostgresAdapter(),
          createIntrospector: (db) => new PostgresIntrospector(db),
          createQueryCompiler: () => new PostgresQueryCompiler(),
        },
      }),
    ),
  )
}
