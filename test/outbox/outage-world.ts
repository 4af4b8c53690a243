import { randomBytes, randomUUID } from 'node:crypto'
import type { Channel } from '../../src/adapters/adapter.ts'
import { openWays } from '../../src/app/ways.ts'
import { readEnv } from '../../src/env.ts'
import { createLog } from '../../src/log.ts'
import { type Courier, createCourier } from '../../src/outbox/courier.ts'
import type { OutboxJobs } from '../../src/outbox/jobs.ts'
import type { Store } from '../../src/store/database.ts'
import { groupKey } from '../../src/store/groups.ts'
import { insertOutbox, type OutboxEntry, type OutboxRef } from '../../src/store/outbox.ts'
import { keepSession } from '../../src/store/sessions.ts'
import { createEars } from '../platforms/ears.ts'
import { startFakeDingtalk } from '../platforms/fake-dingtalk.ts'
import { startFakeFeishu } from '../platforms/fake-feishu.ts'
import { startFakeWecom } from '../platforms/fake-wecom.ts'
import { startFakeWecomSocket } from '../platforms/fake-wecom-socket.ts'
import { type Gate, type Outage, openGate } from '../platforms/gate.ts'
import { json, startLoopback } from '../platforms/loopback.ts'
import { BUSY, DINGTALK_QUOTAS, FEISHU_QUOTAS, WECOM_QUOTAS } from '../platforms/quotas.ts'
import { type SimulatedTime, simulateTime } from '../platforms/simulated-time.ts'
import { wecomGroupText } from '../platforms/wecom-wire.ts'
import { type Destination, HOOK, ROBOT, variablesFor, WEBHOOK_KEY } from './outage-ways.ts'
import { outboxEntry } from './outbox-fixtures.ts'

/** `unreachable`, rate-limited, or answering a page of its own; `swallowed` does so after it obeyed. */
export type Trouble = 'unreachable' | 'busy' | 'broken' | 'swallowed'

/** Two nodes on one store, every way out of the real program, and the platforms, on a clock of their own. */
export interface OutageWorld {
  time: SimulatedTime
  channels: ReadonlyMap<string, Channel>
  jobs: OutboxJobs
  say(destination: Destination, changes?: Partial<OutboxEntry>): Promise<OutboxEntry>
  /** Lets the nodes work until a moment; without one, until nothing waits any more. */
  work(until?: number): Promise<void>
  down(trouble: Trouble): Promise<void>
  up(): Promise<void>
  /** The bodies that reached people, in order, those that a platform drops as repeated left out. */
  arrived(): string[]
  /** What any platform counted beyond its limits. */
  excesses(): string[]
  close(): Promise<void>
}

const PAGE = { status: 502, type: 'text/html', body: '<html>502 Bad Gateway</html>' }

function outageOf(trouble: Trouble, platform: keyof typeof BUSY): Outage {
  if (trouble === 'unreachable') return trouble
  if (trouble === 'busy') return { instead: BUSY[platform] }
  return { instead: () => PAGE, obeyed: trouble === 'swallowed' }
}

async function openPlatforms(now: () => number) {
  const socket = await startFakeWecomSocket({ now })
  const wecom = await startFakeWecom({ webhookKeys: [WEBHOOK_KEY], chatIds: ['chat-0001', 'chat-0002'] })
  const dingtalk = await startFakeDingtalk({ robots: { [ROBOT.token]: ROBOT.secret }, now })
  const feishu = await startFakeFeishu({ hooks: { [HOOK]: '' } })
  const bridged = new Map<string, string>()
  const bridge = await startLoopback(({ headers, body }) => {
    const id = String(headers['webhook-id'])
    if (!bridged.has(id)) bridged.set(id, JSON.parse(body).markdown)
    return json({})
  })
  const gates = {
    wecom: await openGate(wecom.url, WECOM_QUOTAS, now),
    dingtalk: await openGate(dingtalk.url, DINGTALK_QUOTAS, now),
    feishu: await openGate(feishu.url, FEISHU_QUOTAS, now),
    bridge: await openGate(bridge.url, [], now),
  } satisfies Record<keyof typeof BUSY, Gate>

  /** WeCom drops the same words to the same member for as long as it was asked to (page 90236). */
  const byApp = () => new Set(wecom.sent.filter((one) => one.kind === 'app').map((one) => `${one.to} ${one.content}`))
  return {
    socket,
    gates,
    arrived: () => [
      ...wecom.sent.filter((one) => one.kind !== 'app').map((one) => one.content),
      ...byApp(),
      ...socket.said.map((one) => one.content),
      ...dingtalk.sent.map((one) => one.text),
      ...feishu.sent.map((one) => JSON.stringify(one.content)),
      ...bridged.values(),
    ],
    close: () =>
      Promise.all([...Object.values(gates), socket, wecom, dingtalk, feishu, bridge].map((one) => one.close())),
  }
}

/** Wakes at their moments, in an order of its own: pg-boss promises none. */
function createAgenda(random: () => number) {
  const waiting: { ref: OutboxRef; at: number }[] = []
  const jobs: OutboxJobs = {
    enqueue: async (_trx, entries) => {
      for (const { tenantId, groupId, outboxId, notBefore } of entries)
        waiting.push({ ref: { tenantId, groupId, outboxId }, at: notBefore })
    },
  }
  return {
    jobs,
    next: () => (waiting.length === 0 ? null : Math.min(...waiting.map(({ at }) => at))),
    /** A batch of what is due. */
    take(now: number): OutboxRef[] {
      const due = waiting.filter(({ at }) => at <= now).sort(() => random() - 0.5)
      const batch = due.slice(0, 50)
      for (const job of batch) waiting.splice(waiting.indexOf(job), 1)
      return batch.map(({ ref }) => ref)
    },
  }
}

/** Small and repeatable (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export async function openOutageWorld(store: Store, start: number): Promise<OutageWorld> {
  const time = simulateTime(start)
  const now = time.timing.now
  const platforms = await openPlatforms(now)
  const { gates, socket } = platforms
  const ending = new AbortController()
  const random = seeded(20_261_125)
  const at = {
    wecom: gates.wecom.url,
    socket: socket.url,
    dingtalk: gates.dingtalk.url,
    feishu: gates.feishu.url,
    bridge: gates.bridge.url,
  }
  const ways = openWays({
    env: readEnv(variablesFor(at)),
    now,
    fetch: globalThis.fetch,
    timing: time.timing,
    random: randomBytes,
    newId: randomUUID,
    sandboxSecret: 'sandbox-secret-of-the-tests',
    log: createLog('silent'),
    db: Promise.resolve(store.db),
    onUnused: () => undefined,
    onQuota: () => undefined,
    signal: ending.signal,
  })
  const session = { url: `${at.dingtalk}/robot/sendBySession?session=c610`, expiresAt: start + 90 * 60_000 }
  await keepSession(store.db, { tenantId: 'default', groupId: 'cidsession' }, session, start)
  const listening = ways.listeners.map((listener) => listener.listen(createEars(), ending.signal))
  while (socket.subscribed === 0) await time.pass(100)
  socket.tell(wecomGroupText('M0', '@清群 在吗', 'limei', 'wrBot'))
  await time.pass(1000)

  const agenda = createAgenda(random)
  const nodes = [1, 2].map(() => createCourier({ db: store.db, jobs: agenda.jobs, channels: ways.channels, now }))

  /** As the queue does it: entries of one group one after another, groups side by side; here on whichever node. */
  async function deliver(refs: readonly OutboxRef[]): Promise<void> {
    const byGroup = Map.groupBy(refs, (ref) => `${groupKey(ref)}${random() < 0.5}`)
    await Promise.all(
      [...byGroup.values()].map(async (ofGroup) => {
        const node = nodes[random() < 0.5 ? 0 : 1] as Courier
        for (const ref of ofGroup) await node.deliver(ref)
      }),
    )
  }

  return {
    time,
    channels: ways.channels,
    jobs: agenda.jobs,
    async say(destination, changes = {}) {
      const { adapter, groupId, audience } = destination
      const channel = ways.route({ tenantId: 'default', groupId, adapter }, audience) ?? 'none'
      const moment = { createdAt: now(), notBefore: now(), expiresAt: now() + 24 * 3_600_000 }
      const entry = outboxEntry({ groupId, audience, channel, ...moment, ...changes })
      await store.db.transaction().execute(async (trx) => {
        await insertOutbox(trx, [entry])
        await agenda.jobs.enqueue(trx, [entry])
      })
      return entry
    },
    async work(until) {
      for (;;) {
        const next = agenda.next()
        if (until === undefined ? next === null : now() >= until) return
        const refs = agenda.take(now())
        if (refs.length > 0) await time.during(deliver(refs))
        else await time.pass(Math.min(next ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY) - now())
      }
    },
    async down(trouble) {
      socket.turnAway(Number.POSITIVE_INFINITY)
      socket.drop()
      for (const [platform, gate] of Object.entries(gates)) {
        await gate.down(outageOf(trouble, platform as keyof typeof gates))
      }
      await time.pass(500)
    },
    async up() {
      socket.turnAway(0)
      for (const gate of Object.values(gates)) await gate.up()
    },
    arrived: platforms.arrived,
    excesses: () => Object.values(gates).flatMap((gate) => gate.excesses),
    async close() {
      ending.abort()
      await time.during(Promise.all(listening))
      time.end()
      await platforms.close()
    },
  }
}
