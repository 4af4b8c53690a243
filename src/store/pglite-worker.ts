import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite, Results, Transaction } from '@electric-sql/pglite'
import { openPglite } from './pglite.ts'
import type { Question, Reply } from './pglite-thread.ts'

/** A transaction between its begin and its end, which the other thread decides on. */
interface Open {
  trx: Transaction
  commit(): void
  rollback(): void
  ended: Promise<void>
}

const pglite: Promise<PGlite> = openPglite((workerData as { folder: string }).folder)
let open: Open | null = null

async function begin(): Promise<void> {
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<Transaction>()
  const ended = (await pglite).transaction(async (trx) => {
    begun.resolve(trx)
    await held.promise
  })
  ended.catch(begun.reject)
  open = { trx: await begun.promise, commit: held.resolve, rollback: () => held.reject(ROLLBACK), ended }
}

const ROLLBACK = new Error('rolled back')

/** Ends the open transaction; where it has ended already by a failed commit there is nothing to roll back. */
async function end(how: 'commit' | 'rollback'): Promise<void> {
  const ending = open
  open = null
  ending?.[how]()
  await ending?.ended.catch((error: unknown) => {
    if (error !== ROLLBACK) throw error
  })
}

async function answer(question: Question): Promise<Results[]> {
  switch (question.kind) {
    case 'query': {
      const on = question.inside ? open?.trx : await pglite
      if (!on) throw new Error('no transaction is open')
      return [await on.query<Record<string, unknown>>(question.sql, question.values)]
    }
    case 'exec':
      return (await pglite).exec(question.sql)
    case 'begin':
      await begin()
      return []
    case 'commit':
    case 'rollback':
      await end(question.kind)
      return []
    case 'close':
      await (await pglite).close()
      return []
    default:
      await pglite
      return []
  }
}

parentPort?.on('message', async (question: Question) => {
  const { id } = question
  const reply = await answer(question).then(
    (results): Reply => ({ id, results }),
    (error: unknown): Reply => ({
      id,
      failed: { message: error instanceof Error ? error.message : String(error), fields: fieldsOf(error) },
    }),
  )
  parentPort?.postMessage(reply)
})

/** SQLSTATE, detail and their like; only what can be sent. */
const fieldsOf = (error: unknown): object =>
  error instanceof Error
    ? Object.fromEntries(Object.entries(error).filter(([, value]) => ['string', 'number'].includes(typeof value)))
    : {}
