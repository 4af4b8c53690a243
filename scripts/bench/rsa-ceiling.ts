import type { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RsaOrder } from './rsa-thread.ts'

const SECONDS = 2

/**
 * Private-key operations a second with nothing else going on, on one thread a processor: more messages than that nobody
 * opens here where each has a random key of its own.
 */
export async function rsaCeiling(privateKey: KeyObject, wrapped: string[]) {
  const threads = availableParallelism()
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const order: RsaOrder = { pem, wrapped, seconds: SECONDS }
  const opened = await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('./rsa-thread.ts', import.meta.url), { workerData: order, env: {} })
      const [count] = (await once(worker, 'message')) as [number]
      return count
    }),
  )
  return { threads, perSecond: opened.reduce((sum, count) => sum + count, 0) / SECONDS }
}
