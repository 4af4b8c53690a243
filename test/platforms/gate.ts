import { request as ask, createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FakeAnswer } from './loopback.ts'

/** A request as a gate sees it. */
export interface Passing {
  method: string
  path: string
  query: URLSearchParams
  body: string
}

/** What a platform counts: `of` names whose request this is, null where it is not counted. */
export interface Quota {
  of(request: Passing): string | null
  most: number
  withinMs: number
  /** What the platform answers to one too many. */
  refusal: FakeAnswer
}

/** How a platform is out of order: nobody listens, or something else answers in its place, before or after it obeyed. */
export type Outage = 'unreachable' | { instead: (request: Passing) => FakeAnswer; obeyed?: boolean }

/** What stands before a fake platform: it passes requests on, counts them, and can be out of order. */
export interface Gate {
  url: string
  /** Requests beyond a quota, each as `whose: how many within how long`. */
  excesses: string[]
  /** Requests that were passed on. */
  passed: Passing[]
  down(outage: Outage): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

const bytesOf = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Passes a request on to a platform as it came. */
function pass(to: string, incoming: IncomingMessage, body: Buffer): Promise<FakeAnswer> {
  return new Promise((resolve, reject) => {
    const { host: _, ...headers } = incoming.headers
    const outgoing = ask(`${to}${incoming.url ?? '/'}`, { method: incoming.method ?? 'GET', headers, agent: false })
    outgoing.on('error', reject)
    outgoing.on('response', (answer) => {
      bytesOf(answer).then(
        (bytes) =>
          resolve({
            status: answer.statusCode ?? 500,
            type: answer.headers['content-type'] ?? '',
            body: bytes.toString('utf8'),
          }),
        reject,
      )
    })
    outgoing.end(body)
  })
}

/** Opens a gate before the fake at `to`; `now` is the time by which quotas count. */
export async function openGate(to: string, quotas: readonly Quota[], now: () => number): Promise<Gate> {
  const counted = new Map<string, number[]>()
  let outage: Outage | null = null

  /** The refusal where this request is one too many; otherwise it is counted. */
  function exceeded(request: Passing): FakeAnswer | null {
    for (const [index, { of, most, withinMs, refusal }] of quotas.entries()) {
      const whose = of(request)
      if (whose === null) continue
      const key = `${index}:${whose}`
      const recent = (counted.get(key) ?? []).filter((at) => now() - at < withinMs)
      if (recent.length >= most) {
        gate.excesses.push(`${whose}: more than ${most} within ${withinMs} ms`)
        return refusal
      }
      counted.set(key, [...recent, now()])
    }
    return null
  }

  async function answerTo(incoming: IncomingMessage): Promise<FakeAnswer> {
    const body = await bytesOf(incoming)
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
    const { pathname: path, searchParams: query } = url
    const request = { method: incoming.method ?? '', path, query, body: body.toString('utf8') }
    if (outage !== null && outage !== 'unreachable' && !outage.obeyed) return outage.instead(request)
    const refusal = exceeded(request)
    if (refusal !== null) return refusal
    gate.passed.push(request)
    const usual = await pass(to, incoming, body)
    return outage !== null && outage !== 'unreachable' ? outage.instead(request) : usual
  }

  const server = createServer((incoming, outgoing) => {
    answerTo(incoming).then(
      ({ status = 200, type = 'application/json', headers = {}, body }) => {
        outgoing.writeHead(status, { 'content-type': type, connection: 'close', ...headers })
        outgoing.end(body)
      },
      () => outgoing.destroy(),
    )
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = async () => {
    const stopped = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await stopped
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  const gate: Gate = {
    url: `http://127.0.0.1:${port}`,
    excesses: [],
    passed: [],
    async down(how) {
      outage = how
      if (how === 'unreachable') await stop()
    },
    async up() {
      if (outage === 'unreachable') await listen(port)
      outage = null
    },
    close: async () => void (server.listening && (await stop())),
  }
  return gate
}
