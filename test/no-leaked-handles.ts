import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'

/** Work in progress that ends by itself. */
const TRANSIENT = new Set(['Immediate', 'CloseReq', 'FSReqCallback', 'FSReqPromise', 'WriteWrap', 'ShutdownWrap'])
/** How long sockets and children that are being closed may take, in milliseconds. */
const GRACE_MS = 2_000

function openHandles(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) {
    if (!TRANSIENT.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

const leaked = (before: Map<string, number>): string[] =>
  [...openHandles()].filter(([type, count]) => count > (before.get(type) ?? 0)).map(([type]) => type)

let before = new Map<string, number>()

beforeAll(() => {
  before = openHandles()
})

// Registered before a file's own hooks, so it runs after them: what is still open then was forgotten.
afterAll(async () => {
  const deadline = performance.now() + GRACE_MS
  while (leaked(before).length > 0 && performance.now() < deadline) await sleep(20, undefined, { ref: false })
  const types = leaked(before)
  if (types.length === 0) return
  throw new Error(`left open by this file: ${types.join(', ')} (vitest --detectAsyncLeaks shows where)`)
})
