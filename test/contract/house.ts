import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { Channel } from '../../src/adapters/adapter.ts'
import { startListening } from '../../src/app/listeners.ts'
import { openWays } from '../../src/app/ways.ts'
import { readEnv } from '../../src/env.ts'
import { callbackRoutes } from '../../src/http/callbacks/callbacks.ts'
import { createListener } from '../../src/http/koa.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Store } from '../../src/store/database.ts'
import { ENFORCED, intakeOn, MORNING } from '../helpers/intake.ts'
import { type FeignedTiming, feignTiming } from '../platforms/feigned-timing.ts'
import { fragileDb } from './fragile-db.ts'
import { openPlatforms, type Platforms, SANDBOX_SECRET } from './platforms.ts'
import { type Comings, createWatch } from './watched-intake.ts'
import type { Told, Wire } from './way.ts'

interface LogLine {
  level: number
  msg: string
  channel?: string
  code?: string
  hint?: string
}

/** What the store says of a message. */
export interface Row {
  tenant_id: string
  group_id: string
  sender_id: string
  text: string
  sent_at: Date
}

/** The server with every way in open, on a clock that stands until it is moved, and all platforms around it. */
export interface House {
  timing: FeignedTiming
  platforms: Platforms
  /** The ways out, by their names. */
  channels: ReadonlyMap<string, Channel>
  /** The log so far. */
  lines: LogLine[]
  post(callback: Exclude<Wire, () => void>): Promise<Told>
  comings(messageId: string): Readonly<Comings>
  /** Holds what comes before the intake, until the function that is given is called. */
  hold(): () => void
  /** Takes the store out of reach, or back. */
  storeDown(isDown: boolean): void
  rows(messageId: string): Promise<Row[]>
  count(table: 'messages' | 'outbox'): Promise<number>
  metric(name: string, labels: Readonly<Record<string, string>>): Promise<number>
  isListening(channel: string): Promise<boolean>
  /** Waits for it; `pressing` moves the clock meanwhile. */
  until(check: () => boolean | Promise<boolean>, options?: { pressing?: boolean; withinMs?: number }): Promise<void>
  /** Lets time pass in which everything goes its way. */
  pass(ms: number): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 25_000
/** By so much the clock moves at each look: far less than any limit, so that nothing seems to hang that only works. */
const STEP_MS = 100
const STRIDE_MS = 1_000

/** What a callback's response tells. */
async function toldBy(response: Response): Promise<Told> {
  const text = await response.text()
  if (response.ok) return { taken: true, answer: text, code: null, hint: null }
  const { error }: { error: { code: string; hint: string } } = JSON.parse(text)
  return { taken: false, answer: null, code: error.code, hint: error.hint }
}

/** Opens everything on a store. `vary` changes the environment; what it makes undefined is left out. */
export async function openHouse(
  store: Store,
  vary: (platforms: Platforms) => Record<string, string | undefined> = () => ({}),
): Promise<House> {
  const timing = feignTiming(MORNING)
  const platforms = await openPlatforms(timing)
  try {
    return await build(store, timing, platforms, vary)
  } catch (error) {
    await platforms.close()
    throw error
  }
}

async function build(
  store: Store,
  timing: FeignedTiming,
  platforms: Platforms,
  vary: (platforms: Platforms) => Record<string, string | undefined>,
): Promise<House> {
  const all = Object.entries({ ...platforms.variables, ...vary(platforms) })
  const env = readEnv(Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))))
  const { db, down } = fragileDb(store.db)
  const watch = createWatch()
  const metrics = createMetrics()
  const lines: LogLine[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  let end: () => Promise<void> = async () => undefined
  let url = ''
  let channels: ReadonlyMap<string, Channel> = new Map()

  /** As a process starts: nothing is remembered but what is in the store. */
  async function start(): Promise<void> {
    const ending = new AbortController()
    const ways = openWays({
      env,
      now: timing.now,
      fetch: platforms.fetch,
      timing,
      random: randomBytes,
      newId: randomUUID,
      sandboxSecret: SANDBOX_SECRET,
      log,
      db: Promise.resolve(db),
      onUnused: (channel) => metrics.unusedEvents.inc({ channel }),
      onQuota: ({ channelId }) => metrics.quotaExhausted.set({ channel: `dingtalk:${channelId}` }, 1),
      signal: ending.signal,
    })
    channels = ways.channels
    const { intake: own, policies } = await intakeOn({ ...store, db }, { rooms: { now: timing.now } })
    await policies.set({ tenantId: 'sandbox', groupId: '' }, ENFORCED, { author: 'test', reason: 'test' })
    const intake = watch.watch(own)
    const server = createServer(
      createListener([callbackRoutes({ adapters: ways.adapters, intake, tenantId: 'default', log, metrics })], log),
    )
    url = await open(server)
    const stopListening = startListening(ways.listeners, {
      db,
      intake,
      tenantId: 'default',
      timing,
      node: randomUUID(),
      log,
      metrics,
    })
    end = async () => {
      end = async () => undefined
      ending.abort()
      await Promise.all([stopListening(), closed(server)])
      await intake.idle()
    }
  }

  const house: House = {
    timing,
    platforms,
    lines,
    get channels() {
      return channels
    },
    async post({ path, request: { method, query, headers, body } }) {
      const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      )
      const posted = method === 'POST' ? { body: new Uint8Array(body) } : {}
      return toldBy(await fetch(`${url}/callbacks/${path}?${query}`, { method, headers: sent, ...posted }))
    },
    comings: watch.of,
    hold: watch.hold,
    storeDown: down,
    rows: async (messageId) =>
      (
        await sql<Row>`select tenant_id, group_id, sender_id, text, sent_at from messages
          where message_id = ${messageId}`.execute(store.db)
      ).rows,
    async count(table) {
      const { rows } = await sql<{ count: string }>`select count(*) from ${sql.table(table)}`.execute(store.db)
      return Number(rows[0]?.count)
    },
    async metric(name, labels) {
      const values = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? []
      const wanted = Object.entries(labels)
      const found = values.filter((one) => wanted.every(([label, value]) => one.labels[label] === value))
      return found.reduce((sum, { value }) => sum + value, 0)
    },
    isListening: async (channel) => (await house.metric('qingqun_listening', { channel })) === 1,
    async until(check, { pressing = false, withinMs = PATIENCE_MS } = {}) {
      const deadline = performance.now() + withinMs
      while (!(await check())) {
        if (performance.now() > deadline) throw new Error(`waited in vain; the last of the log: ${tail(lines)}`)
        if (pressing) await timing.advance(STEP_MS)
        await wait(2)
      }
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= STRIDE_MS) {
        await timing.advance(Math.min(left, STRIDE_MS))
        await wait(1)
      }
    },
    stop: () => end(),
    start,
    async close() {
      await end()
      await platforms.close()
    },
  }
  await start()
  return house
}

const tail = (lines: readonly LogLine[]): string => JSON.stringify(lines.slice(-5))

async function open(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve))
  // Clients keep their connections, those too whose answer is still on its way.
  const looking = setInterval(() => server.closeIdleConnections(), 10)
  await done
  clearInterval(looking)
}
