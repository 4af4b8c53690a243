import { Worker } from 'node:worker_threads'
import type { ArchiveKeys } from './private-keys.ts'

/** Key versions and wrapped keys. */
type Items = readonly (readonly [number, string])[]

export interface UnwrapSetup {
  keys: [number, string][]
}
export interface UnwrapJob {
  id: number
  items: Items
}
export interface UnwrapResult {
  id: number
  texts: (string | null)[]
}

export interface UnwrapPool {
  /** The random key of each item; null where the key of that version does not open it. */
  unwrap(items: Items): Promise<(string | null)[]>
  close(): Promise<void>
}

interface Waiting {
  resolve(texts: (string | null)[]): void
  reject(error: Error): void
}

/** Below this many, handing work over costs more than it saves. */
const SHARE = 16

function openWorker(setup: UnwrapSetup) {
  const worker = new Worker(new URL('./unwrap-worker.ts', import.meta.url), { workerData: setup, env: {} })
  const waiting = new Map<number, Waiting>()
  let serial = 0
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', ({ id, texts }: UnwrapResult) => {
    waiting.get(id)?.resolve(texts)
    waiting.delete(id)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('the thread that opens keys has ended')))
  return {
    unwrap: (items: Items) =>
      new Promise<(string | null)[]>((resolve, reject) => {
        const id = ++serial
        waiting.set(id, { resolve, reject })
        const job: UnwrapJob = { id, items }
        worker.postMessage(job)
      }),
    close: () => worker.terminate(),
  }
}

/**
 * Opens random keys on threads beside the event loop: one takes about a millisecond of a processor with RSA-2048, so a
 * full batch would stop every other channel for a second.
 */
export function openUnwrapPool(keys: ArchiveKeys, threads: number): UnwrapPool {
  const setup: UnwrapSetup = {
    keys: [...keys].map(([version, key]) => [version, key.export({ type: 'pkcs8', format: 'pem' }).toString()]),
  }
  const workers = Array.from({ length: Math.max(1, threads) }, () => openWorker(setup))
  return {
    async unwrap(items) {
      const size = Math.max(SHARE, Math.ceil(items.length / workers.length))
      const shares = workers.flatMap((worker, index) => {
        const share = items.slice(index * size, (index + 1) * size)
        return share.length === 0 ? [] : [worker.unwrap(share)]
      })
      return (await Promise.all(shares)).flat()
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()))
    },
  }
}
