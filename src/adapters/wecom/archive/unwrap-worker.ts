import { createPrivateKey } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { unwrapKey } from './unwrap.ts'
import type { UnwrapJob, UnwrapResult, UnwrapSetup } from './unwrap-pool.ts'

/** What was opened lately: a batch that is asked for again after a crash of the SDK costs nothing here. */
const REMEMBERED = 2_000

const keys = new Map((workerData as UnwrapSetup).keys.map(([version, pem]) => [version, createPrivateKey(pem)]))
const opened = new Map<string, string | null>()

function unwrapped(version: number, wrapped: string): string | null {
  const name = `${version} ${wrapped}`
  const known = opened.get(name)
  if (known !== undefined) return known
  const key = keys.get(version)
  const text = key === undefined ? null : unwrapKey(key, wrapped)
  if (opened.size >= REMEMBERED) opened.delete(opened.keys().next().value ?? '')
  opened.set(name, text)
  return text
}

parentPort?.on('message', ({ id, items }: UnwrapJob) => {
  const result: UnwrapResult = { id, texts: items.map(([version, wrapped]) => unwrapped(version, wrapped)) }
  parentPort?.postMessage(result)
})
