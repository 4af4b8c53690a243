import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** A listener that answers for a server whose store is still being opened. */
export interface Gate {
  listener: RequestListener
  /** Hands every request from now on to the real listener. */
  open(listener: RequestListener): void
}

/**
 * Until it is opened, `/healthz` says that the process lives and everything else is asked to come again: platforms
 * repeat a callback that is answered 503, and nothing is acknowledged that is not stored.
 */
export function createGate(): Gate {
  let listener: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
    const alive = request.url === '/healthz'
    const body = alive
      ? { status: 'starting' }
      : { error: { code: 'STARTING', message: '服务正在启动', hint: '请几秒后再试。' } }
    response.writeHead(alive ? 200 : 503, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': '2' })
    response.end(JSON.stringify(body))
  }
  return {
    listener: (request, response) => listener(request, response),
    open: (real) => {
      listener = real
    },
  }
}
