import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./fake-dws-relay.ts', import.meta.url))

/** The platform behind `dws event consume`: what is said while nobody listens is gone. */
export interface DwsRelay {
  /** What to run in the place of dws. */
  command: [string, ...string[]]
  /** A line to everybody who listens; its end is added. */
  say(line: string): void
  readonly listening: number
  /** Cuts everybody off and lets nobody in. */
  down(): void
  up(): void
  close(): Promise<void>
}

export async function startDwsRelay(): Promise<DwsRelay> {
  const sockets = new Set<Socket>()
  let isDown = false
  const server = createServer((socket) => {
    if (isDown) return void socket.destroy()
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
    socket.write('\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    command: [process.execPath, PROGRAM, String(port)],
    say(line) {
      for (const socket of sockets) socket.write(`${line}\n`)
    },
    get listening() {
      return sockets.size
    },
    down() {
      isDown = true
      cut()
    },
    up() {
      isDown = false
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
