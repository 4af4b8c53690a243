import type { SendResult } from '../domain/outbound.ts'
import { parseJson } from '../net/parse-json.ts'
import { readBounded } from '../net/read-bounded.ts'
import { neverLeft } from './never-left.ts'

export type Fetch = typeof globalThis.fetch
export type Refused = Exclude<SendResult, { status: 'sent' }>

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  /** Sent as `application/json`. */
  json?: unknown
  /** Sent as `multipart/form-data`, instead of `json`. */
  form?: FormData
}

/** `json` is undefined where the answer is not JSON: proxies and maintenance pages answer HTML with any status. */
export type HttpOutcome =
  | {
      status: number
      json: unknown
      /** How long the answer asks to wait before the next request. */
      waitMs?: number
    }
  | { refused: Refused }
export type HttpClient = (request: HttpRequest) => Promise<HttpOutcome>

export interface HttpClientOptions {
  fetch: Fetch
  /** For the whole exchange, body included; 15 s: longer than the 10 s after which `fetch` itself gives up connecting. */
  timeoutMs?: number
  /** Longest answer that is read; 1 MiB. */
  maxBytes?: number
}

/**
 * The one place that calls a platform: no redirects, bounded time, bounded answer. It never throws for what the network
 * does, and says nothing of the address, since platforms carry secrets in it. `retry` means that the request certainly
 * did not go out; whatever goes wrong later is `uncertain`.
 */
export function createHttpClient({ fetch, timeoutMs = 15_000, maxBytes = 1 << 20 }: HttpClientOptions): HttpClient {
  return async ({ method, url, headers, json, form }) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers: { accept: 'application/json', ...(method === 'POST' ? POSTED : {}), ...typed(json), ...headers },
        ...bodyOf(json, form),
        redirect: 'manual',
        signal,
      })
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        await response.body?.cancel()
        return uncertain('HTTP_REDIRECTED', '对方要求跳转,已拒绝,无法确认是否送达;请核对接口地址是否正确')
      }
      const text = await readBounded(response, maxBytes)
      if (text === null) return uncertain('HTTP_ANSWER_TOO_LARGE', '对方的应答过大,已放弃,无法确认是否送达')
      return { status: response.status, json: parseJson(text), ...waitOf(response.headers) }
    } catch (error) {
      if (signal.aborted) return uncertain('HTTP_TIMEOUT', '对方没有在限定时间内应答,无法确认是否送达')
      const cause = error instanceof Error ? error.cause : undefined
      if (!neverLeft(cause)) return uncertain('HTTP_INTERRUPTED', `连接中断${nameOf(cause)},无法确认是否送达`)
      const hint = `网络不通${nameOf(cause)},稍后再试`
      return { refused: { status: 'retry', code: 'HTTP_UNREACHABLE', hint } }
    }
  }
}

/** The same refusal where asking again does no harm, because nothing was said or the platform drops a repetition. */
export const harmlessToRepeat = (refused: Refused): Refused =>
  refused.status === 'uncertain' ? { ...refused, status: 'retry' } : refused

/**
 * A kept connection may be closed by the other side at the very moment it is used again, and nobody knows then whether
 * the request was read. What is said goes over a fresh one.
 */
const POSTED = { connection: 'close' }

/** `fetch` itself names the type and boundary of a form. */
const bodyOf = (json: unknown, form?: FormData): { body?: string | FormData } => {
  if (form !== undefined) return { body: form }
  return json === undefined ? {} : { body: JSON.stringify(json) }
}

const typed = (json: unknown) => (json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' })

/** Seconds in `Retry-After` (RFC 9110), or in Feishu's header of a rate limit (uUzN04SN3QjL1cDN). */
function waitOf(headers: Headers): { waitMs?: number } {
  const seconds = headers.get('retry-after') ?? headers.get('x-ogw-ratelimit-reset') ?? ''
  return /^\d{1,5}$/.test(seconds) ? { waitMs: Number(seconds) * 1000 } : {}
}

const uncertain = (code: string, hint: string): HttpOutcome => ({ refused: { status: 'uncertain', code, hint } })

/** The system's name of the fault, e.g. ECONNREFUSED; its message could quote the address. */
function nameOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? `(${code})` : ''
}
