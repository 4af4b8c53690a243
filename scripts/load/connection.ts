import { once } from 'node:events'
import { connect } from 'node:net'

/** One kept-alive HTTP/1.1 connection to a server on this machine, cheap enough to leave the processor to the server. */
export interface Connection {
  /** Sends one whole request and resolves to the status and body of its answer. One request at a time. */
  request(bytes: string): Promise<{ status: number; body: string }>
  close(): void
}

/** Opens a connection to `port` of 127.0.0.1. A broken connection rejects the request that waits on it. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let received = ''
  let waiting: PromiseWithResolvers<{ status: number; body: string }> | null = null
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = null
  }
  socket.setEncoding('latin1')
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  socket.on('data', (chunk: string) => {
    received += chunk
    const headerEnd = received.indexOf('\r\n\r\n')
    if (headerEnd < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, headerEnd))?.[1]
    if (length === undefined) return fail(new Error('an answer came without Content-Length'))
    const end = headerEnd + 4 + Number(length)
    if (received.length < end) return
    const answer = { status: Number(received.slice(9, 12)), body: received.slice(headerEnd + 4, end) }
    received = received.slice(end)
    waiting?.resolve(answer)
    waiting = null
  })
  return {
    request(bytes) {
      if (socket.destroyed) return Promise.reject(new Error('the connection was closed'))
      waiting = Promise.withResolvers()
      socket.write(bytes)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}
