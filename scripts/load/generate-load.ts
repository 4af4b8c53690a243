import type { WecomSecrets } from '../../test/platforms/wecom-wire.ts'
import { callbackRequest } from './callback-request.ts'
import { openConnection } from './connection.ts'
import { corpusMessages } from './corpus-messages.ts'

/** The one argument of this program, as JSON. */
export interface LoadOrder {
  port: number
  path: string
  secrets: WecomSecrets
  connections: number
  /** Requests are started for this long; the load also ends with the last of the prepared messages. */
  seconds: number
  messages: number
  prefix: string
  seed: number
}

/** What this program prints, as one line of JSON. Latencies in milliseconds. */
export interface LoadReport {
  seconds: number
  perSecond: number
  p50: number
  p99: number
  max: number
  /** Ids of the messages answered with 200. */
  acknowledged: string[]
  /** How often every other answer came, by status; `broken` where the connection ended first. */
  refused: Record<string, number>
}

function prepare(order: LoadOrder): { msgid: string; bytes: string }[] {
  const now = Date.now()
  return corpusMessages(order.messages, order.prefix, order.seed).map((message) => ({
    msgid: message.msgid,
    bytes: callbackRequest(order.secrets, order.path, message, now, `n${message.msgid}`),
  }))
}

async function generate(order: LoadOrder): Promise<LoadReport> {
  const requests = prepare(order)
  const connections = await Promise.all(Array.from({ length: order.connections }, () => openConnection(order.port)))
  const acknowledged: string[] = []
  const latencies: number[] = []
  const refused: Record<string, number> = {}
  const from = performance.now()
  const until = from + order.seconds * 1000
  let next = 0

  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < until) {
        const request = requests[next++]
        if (request === undefined) return
        const sent = performance.now()
        const status = await connection.request(request.bytes).then(
          (answer) => String(answer.status),
          () => 'broken',
        )
        latencies.push(performance.now() - sent)
        if (status === '200') acknowledged.push(request.msgid)
        else refused[status] = (refused[status] ?? 0) + 1
        if (status === 'broken') return
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  for (const connection of connections) connection.close()
  latencies.sort((a, b) => a - b)
  const quantile = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0
  return {
    seconds,
    perSecond: acknowledged.length / seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: quantile(1),
    acknowledged,
    refused,
  }
}

console.log(JSON.stringify(await generate(JSON.parse(process.argv[2] ?? '{}') as LoadOrder)))
