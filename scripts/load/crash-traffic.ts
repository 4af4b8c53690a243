import type { WecomSecrets } from '../../test/platforms/wecom-wire.ts'
import { callbackRequest } from './callback-request.ts'
import type { Connection } from './connection.ts'
import { openConnection } from './connection.ts'
import { type BotMessage, corpusLines } from './corpus-messages.ts'

const GROUPS = 12
const SENDERS = 60
const BOAST_SHARE = 0.1
const REPEAT_SHARE = 0.05

/** Members of a company that write to a bot, and a platform that repeats what was not acknowledged. */
export interface CrashTraffic {
  readonly acknowledged: ReadonlySet<string>
  /** Deliveries that had to be made again, and acknowledged ones that were repeated all the same. */
  readonly repeats: number
  /** Statuses other than 200, with how often they came. */
  readonly refused: ReadonlyMap<number, number>
  /** Writes over this many connections until the server is gone. */
  flood(port: number, connections: number): Promise<void>
  /** Delivers once more what was never acknowledged. */
  deliverRest(port: number): Promise<void>
}

/** Every boast has a sender of its own, `boaster<n>`, so that who is reminded twice is reminded twice for one cause. */
export function createCrashTraffic(secrets: WecomSecrets, path: string, random: () => number): CrashTraffic {
  const below = (limit: number) => Math.floor(random() * limit)
  const lines = corpusLines()
  const boasts = lines.filter((line) => line.label === 'boast')
  const others = lines.filter((line) => line.label !== 'boast')
  const acknowledged = new Map<string, BotMessage>()
  const backlog: BotMessage[] = []
  const refused = new Map<number, number>()
  let written = 0
  let repeats = 0
  let nonce = 0

  function write(): BotMessage {
    const number = ++written
    const boasting = random() < BOAST_SHARE
    const pool = boasting ? boasts : others
    return {
      msgid: `m${number}`,
      chatid: `wrGroup${below(GROUPS)}`,
      userid: boasting ? `boaster${number}` : `member${below(SENDERS)}`,
      text: `@清群 ${pool[below(pool.length)]?.text}`,
    }
  }

  function nextMessage(): BotMessage {
    const owed = backlog.shift()
    if (owed !== undefined) {
      repeats++
      return owed
    }
    const repeated = random() < REPEAT_SHARE ? acknowledged.get(`m${1 + below(written)}`) : undefined
    if (repeated === undefined) return write()
    repeats++
    return repeated
  }

  /** False where the connection broke before an answer came. */
  async function deliver(connection: Connection, message: BotMessage): Promise<boolean> {
    const request = callbackRequest(secrets, path, message, Date.now(), `n${++nonce}`)
    const answer = await connection.request(request).catch(() => null)
    if (answer?.status === 200) acknowledged.set(message.msgid, message)
    else if (!acknowledged.has(message.msgid)) backlog.push(message)
    if (answer !== null && answer.status !== 200) refused.set(answer.status, (refused.get(answer.status) ?? 0) + 1)
    return answer !== null
  }

  return {
    get acknowledged() {
      return new Set(acknowledged.keys())
    },
    get repeats() {
      return repeats
    },
    refused,
    async flood(port, connections) {
      const writer = async () => {
        const connection = await openConnection(port)
        while (await deliver(connection, nextMessage()));
        connection.close()
      }
      await Promise.all(Array.from({ length: connections }, writer))
    },
    async deliverRest(port) {
      const connection = await openConnection(port)
      for (let count = backlog.length; count > 0; count--) {
        if (!(await deliver(connection, nextMessage()))) break
      }
      connection.close()
    },
  }
}
