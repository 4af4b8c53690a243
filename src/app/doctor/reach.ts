import type { Fetch } from '../../adapters/http-client.ts'
import { neverLeft } from '../../adapters/never-left.ts'

const TIMEOUT_MS = 10_000
/** A connection that is kept from before may be dead, which says nothing of the server. */
const FRESH = { connection: 'close' }

/** Whether a server answers at an address, whatever it says; asked by OPTIONS, which changes nothing. */
export type Reached = { answered: number } | { fault: string }

export async function reach(fetch: Fetch, url: string): Promise<Reached> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(url, { method: 'OPTIONS', headers: FRESH, redirect: 'manual', signal })
    await response.body?.cancel()
    return { answered: response.status }
  } catch (error) {
    if (signal.aborted) return { fault: '超时' }
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    // Anything but a connection that never stood is an answer of a kind, a protocol other than HTTP for instance.
    return neverLeft(cause) || code === '' ? { fault: code || '网络不通' } : { answered: 0 }
  }
}
