import type { SendResult } from '../domain/outbound.ts'

export type Fetch = typeof globalThis.fetch
export type Refused = Exclude<SendResult, { status: 'sent' }>

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  /** Sent as `application/json`. */
  json?: unknown
}

/** `json` is undefined where the answer is not JSON: proxies and maintenance pages answer HTML with any status. */
export type HttpOutcome = { status: number; json: unknown } | { refused: Refused }
export type HttpClient = (request: HttpRequest) => Promise<HttpOutcome>

export interface HttpClientOptions {
  fetch: Fetch
  /** For the whole exchange, body included; 10 s. */
  timeoutMs?: number
  /** Longest answer that is read; 1 MiB. */
  maxBytes?: number
}

/**
 * The one place that calls a platform: no redirects, bounded time, bounded answer. It never throws for what the network
 * does, and says nothing of the address, since platforms carry secrets in it.
 */
export function createHttpClient({ fetch, timeoutMs = 10_000, maxBytes = 1 << 20 }: HttpClientOptions): HttpClient {
  return async ({ method, url, headers, json }) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers: { accept: 'application/json', ...(json === undefined ? {} : JSON_TYPE), ...headers },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        redirect: 'manual',
        signal,
      })
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        await response.body?.cancel()
        return refused('HTTP_REDIRECTED', '对方要求跳转,已拒绝;请核对接口地址是否正确')
      }
      const text = await readBounded(response, maxBytes)
      if (text === null) return refused('HTTP_ANSWER_TOO_LARGE', '对方的应答过大,已放弃;请核对接口地址是否正确')
      return { status: response.status, json: parse(text) }
    } catch (error) {
      if (signal.aborted) return UNANSWERED
      return refused('HTTP_UNREACHABLE', `网络不通${causeOf(error)},稍后再试`)
    }
  }
}

/** The same refusal where asking again does no harm, because nothing was said or the platform drops a repetition. */
export const harmlessToRepeat = (refused: Refused): Refused =>
  refused.status === 'uncertain' ? { ...refused, status: 'retry' } : refused

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

const UNANSWERED: HttpOutcome = {
  refused: { status: 'uncertain', code: 'HTTP_TIMEOUT', hint: '对方没有在限定时间内应答,无法确认是否送达' },
}

const refused = (code: string, hint: string): HttpOutcome => ({ refused: { status: 'retry', code, hint } })

async function readBounded(response: Response, maxBytes: number): Promise<string | null> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream and with it the connection.
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The system's name of the fault, e.g. ECONNREFUSED; its message could quote the address. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? `(${code})` : ''
}
