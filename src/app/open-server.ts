import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { CodedError } from '../domain/errors.ts'
import type { Env } from '../env.ts'
import { createGate } from '../http/gate.ts'

/** How long requests that are under way may take when the server stops. */
const DRAIN_MS = 5_000

/** A listening server behind a gate: it says that it lives before it can work. */
export interface OpenServer {
  /** `http://host:port`. */
  url: string
  serve(listener: RequestListener): void
  /** Waits for the requests at work; a second call does nothing. */
  close(): Promise<void>
}

function listen(server: Server, { PORT, HOST }: Pick<Env, 'PORT' | 'HOST'>): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      const message = taken
        ? `端口 ${PORT} 已被占用 (the port is taken)`
        : `无法监听 ${HOST}:${PORT} (cannot listen on this address)`
      const hint = taken ? '请停掉占用它的程序,或用 PORT 指定另一个端口。' : '请检查 HOST 和 PORT。'
      reject(new CodedError(taken ? 'PORT_TAKEN' : 'LISTEN_FAILED', message, { hint, cause }))
    })
    server.listen(PORT, HOST, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : PORT
      resolve(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`)
    })
  })
}

/** Listens. Throws CodedError PORT_TAKEN or LISTEN_FAILED. */
export async function openServer(env: Pick<Env, 'PORT' | 'HOST'>): Promise<OpenServer> {
  const gate = createGate()
  const server = createServer(gate.listener)
  const url = await listen(server, env)
  return {
    url,
    serve: gate.open,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      // After its last answer a connection stays open for a next request: it is closed as soon as it is idle.
      const sweep = setInterval(() => server.closeIdleConnections(), 50)
      const drained = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await closed
      clearInterval(sweep)
      clearTimeout(drained)
    },
  }
}
