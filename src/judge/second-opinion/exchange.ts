import type { EpochMs } from '../../domain/message.ts'
import { parseJson } from '../../net/parse-json.ts'
import { readBounded } from '../../net/read-bounded.ts'

export type Fetch = typeof globalThis.fetch

/** The longest answer that is read, in bytes after decompression. */
const MAX_BYTES = 256 * 1024

/** What came of one request. `retryAfterMs` is the server's wish, null where it has none that can be read. */
export type Outcome =
  | { answered: true; status: number; retryAfterMs: number | null; json: unknown }
  | { answered: false; code: 'TIMEOUT' | 'UNREACHABLE' | 'REDIRECTED' | 'TOO_LARGE' | 'GARBLED' }

export interface Exchange {
  fetch: Fetch
  url: string
  /** Sent as a bearer token; a server on loopback may want none. */
  apiKey?: string
  body: unknown
  /** Ends the whole exchange, reading included. */
  signal: AbortSignal
  now: EpochMs
}

/** Posts JSON and reads JSON: no redirects, a bounded answer. Never throws for what the network does. */
export async function exchange({ fetch, url, apiKey, body, signal, now }: Exchange): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json; charset=utf-8',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    })
    const { status } = response
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now)
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      await response.body?.cancel()
      return { answered: false, code: 'REDIRECTED' }
    }
    if (status !== 200) {
      await response.body?.cancel()
      return { answered: true, status, retryAfterMs, json: undefined }
    }
    const text = await readBounded(response, MAX_BYTES)
    if (text === null) return { answered: false, code: 'TOO_LARGE' }
    const json = parseJson(text)
    return json === undefined ? { answered: false, code: 'GARBLED' } : { answered: true, status, retryAfterMs, json }
  } catch {
    // What is thrown may quote the address; whether the time was up is all that is told.
    return { answered: false, code: signal.aborted ? 'TIMEOUT' : 'UNREACHABLE' }
  }
}

/** Retry-After of RFC 9110, 10.2.3: whole seconds or a date; in milliseconds from `now`. */
export function readRetryAfter(value: string | null, now: EpochMs): number | null {
  if (value === null) return null
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
