import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A request as a fake platform sees it. */
export interface SeenRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
  /** The same, before it is taken for UTF-8. */
  bytes: Buffer
}

export interface FakeAnswer {
  status?: number
  type?: string
  headers?: Record<string, string>
  body: string
  delayMs?: number
  /** Once the request is read: `reset` instead of an answer, `cut` in the middle of the answer's body. */
  broken?: 'reset' | 'cut'
}

/** What a fake answers next: this, or this instead of what it would have answered after doing what it was asked. */
export type NextAnswer = FakeAnswer | ((usual: FakeAnswer) => FakeAnswer)

export interface Loopback {
  /** `http://127.0.0.1:PORT` */
  url: string
  close(): Promise<void>
}

/** An HTTP server on a free port of the loopback; `close` cuts every connection, so that nothing keeps a run alive. */
export async function startLoopback(answer: (request: SeenRequest) => FakeAnswer): Promise<Loopback> {
  const closing = new AbortController()
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', async () => {
      const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
      const bytes = Buffer.concat(chunks)
      const reply = answer({
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: bytes.toString('utf8'),
        bytes,
      })
      if (reply.delayMs !== undefined) {
        const left = await wait(reply.delayMs, 'late', { ref: false, signal: closing.signal }).catch(() => 'closed')
        if (left === 'closed' || outgoing.destroyed) return
      }
      if (reply.broken === 'reset') return void incoming.socket.resetAndDestroy()
      const headers = { 'content-type': reply.type ?? 'application/json', ...reply.headers }
      if (reply.broken === 'cut') {
        outgoing.writeHead(reply.status ?? 200, { ...headers, 'content-length': Buffer.byteLength(reply.body) })
        outgoing.write(reply.body.slice(0, reply.body.length >> 1), () => incoming.socket.end())
        return
      }
      outgoing.writeHead(reply.status ?? 200, headers)
      outgoing.end(reply.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      closing.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export const json = (value: unknown, status = 200): FakeAnswer => ({ status, body: JSON.stringify(value) })
