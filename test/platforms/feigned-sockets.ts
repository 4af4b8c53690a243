import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import nock from 'nock'

const CONNECTED = 'undici:client:connected'

/**
 * Runs `work` with nock in place of the network. nock replaces how its feigned sockets are destroyed and so leaves the
 * handle beneath each TLS socket open: they are destroyed here the way a real one is.
 */
export async function withNock<T>(work: () => Promise<T>): Promise<T> {
  const sockets: Socket[] = []
  const remember = (message: unknown) => {
    if (isConnected(message)) sockets.push(message.socket)
  }
  subscribe(CONNECTED, remember)
  if (!nock.isActive()) nock.activate()
  try {
    return await work()
  } finally {
    nock.cleanAll()
    nock.restore()
    unsubscribe(CONNECTED, remember)
    await Promise.all(
      sockets.map((socket) => new Promise<void>((done) => Socket.prototype._destroy.call(socket, null, () => done()))),
    )
  }
}

const isConnected = (message: unknown): message is { socket: Socket } =>
  typeof message === 'object' && message !== null && 'socket' in message && message.socket instanceof Socket
