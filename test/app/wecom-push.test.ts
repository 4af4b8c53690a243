import { expect, it, vi } from 'vitest'
import { SUBSCRIBE_TIMEOUT_MS } from '../../src/adapters/wecom/constants.ts'
import { createWecomLongConnection } from '../../src/adapters/wecom/long-connection.ts'
import { startListening } from '../../src/app/listeners.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import type { Store } from '../../src/store/database.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { intakeOn, MORNING, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, stored } from '../outbox/outbox-fixtures.ts'
import { type FakeWecomSocket, startFakeWecomSocket } from '../platforms/fake-wecom-socket.ts'
import { feignTiming } from '../platforms/feigned-timing.ts'
import { wecomGroupText } from '../platforms/wecom-wire.ts'

const until = (check: () => unknown) => vi.waitFor(check, { interval: 5, timeout: 10_000 })

/** A node with its way in, its way out and its courier; the lease runs by the clock of the store. */
async function startNode(name: string, store: Store, fake: FakeWecomSocket, clock: { at: number }) {
  const timing = feignTiming(MORNING)
  const { intake } = await intakeOn(store)
  const { listener, channel } = createWecomLongConnection({
    tenantId: 'default',
    channelId: 'main',
    botId: 'AIB1',
    secret: 'bot-secret',
    timing,
    newId: () => crypto.randomUUID(),
    url: fake.url,
    limiterOf: () => ({ schedule: (job) => job() }),
  })
  const stop = startListening([listener], {
    db: store.db,
    intake,
    tenantId: 'default',
    timing,
    node: name,
    log: createLog('silent'),
    metrics: createMetrics(),
  })
  const jobs = rememberedJobs()
  const channels = new Map([[channel.name, channel]])
  const courier = createCourier({ db: store.db, jobs, channels, now: () => clock.at })
  return { timing, stop, courier, channel, jobs }
}

/** Two nodes, of which the first holds the connection, and a group in which somebody has talked to the bot. */
async function twoNodes(store: Store, other: Store) {
  const clock = { at: MORNING }
  const fake = await startFakeWecomSocket()
  const holder = await startNode('node-1', store, fake, clock)
  await until(() => expect(fake.subscribed).toBe(1))
  const waiting = await startNode('node-2', other, fake, clock)
  fake.tell(wecomGroupText('M1', '@清群 今天天气不错'))
  const group = async () => (await store.db.selectFrom('messages').select('group_id').execute())[0]?.group_id
  await until(async () => expect(await group()).toBeDefined())
  const push = async (body: string) => {
    const entry = outboxEntry({
      groupId: (await group()) ?? '',
      audience: { kind: 'group' },
      channel: 'wecom-bot:main',
      body,
    })
    await insertOutbox(store.db, [entry])
    return entry
  }
  const end = async () => {
    await holder.stop()
    await waiting.stop()
    await fake.close()
  }
  const pushed = () => fake.said.flatMap(({ by, content }) => (by === 'push' ? content : []))
  return { clock, fake, holder, waiting, push, pushed, end }
}

onEachStore('words over the one WeCom connection of several nodes', (stores, kind) => {
  const secondHandle = (store: Store) => (kind === 'server' ? stores.reopen(store) : Promise.resolve(store))

  it('are put back by a node that does not listen, as no attempt, and said by the one that does', async () => {
    const store = await stores.open()
    const { clock, holder, waiting, push, pushed, end } = await twoNodes(store, await secondHandle(store))
    const entry = await push('本周清单 3 项')
    for (let times = 1; times <= 20; times++) {
      expect(await waiting.courier.deliver(entry)).toMatchObject({
        state: 'queued',
        code: 'WECOM_BOT_NOT_LISTENING_HERE',
      })
      const row = await stored(store, entry)
      const wait = row.not_before.getTime() - clock.at
      expect(row.attempts).toBe(0)
      expect(wait).toBeGreaterThanOrEqual(1000)
      expect(wait).toBeLessThanOrEqual(2000)
      // Each time it is seen to that somebody is woken for it.
      expect(waiting.jobs.refs).toHaveLength(times)
      clock.at += wait
    }
    expect(pushed()).toEqual([])
    expect(await holder.courier.deliver(entry)).toMatchObject({ state: 'sent' })
    expect(pushed()).toEqual(['本周清单 3 项'])
    await end()
  })

  it('are said once each, in order, whichever node is woken and however often', async () => {
    const store = await stores.open()
    const { clock, holder, waiting, push, pushed, end } = await twoNodes(store, await secondHandle(store))
    const entries = []
    for (let n = 0; n < 5; n++) entries.push(await push(`第 ${n} 项`))
    for (let round = 0; pushed().length < entries.length && round < 400; round++) {
      await Promise.all(entries.flatMap((entry) => [waiting.courier.deliver(entry), holder.courier.deliver(entry)]))
      clock.at += 2000
    }
    expect(pushed()).toEqual(entries.map(({ body }) => body))
    const states = await Promise.all(entries.map((entry) => stored(store, entry)))
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['sent']))
    await end()
  })

  it('wait through a hand-over, and are said by the node that listens then', async () => {
    const store = await stores.open()
    const { clock, fake, holder, waiting, push, pushed, end } = await twoNodes(store, await secondHandle(store))
    await holder.stop()
    const entry = await push('本周清单 3 项')
    for (const node of [holder, waiting, holder]) {
      expect(await node.courier.deliver(entry)).toMatchObject({
        state: 'queued',
        code: 'WECOM_BOT_NOT_LISTENING_HERE',
      })
      clock.at += 2000
    }
    await until(async () => {
      // Once it holds the lease it connects, and its clock stands: nothing may run out of time meanwhile.
      if (!waiting.timing.waits.includes(SUBSCRIBE_TIMEOUT_MS)) await waiting.timing.wakeNext()
      expect(fake.subscribed).toBe(2)
    })
    await until(async () => {
      expect(await holder.courier.deliver(entry)).toMatchObject({ state: 'queued' })
      clock.at += 2000
      expect(await waiting.courier.deliver(entry)).toMatchObject({ state: 'sent' })
    })
    expect(pushed()).toEqual(['本周清单 3 项'])
    expect(await holder.courier.deliver(entry)).toBeNull()
    expect(pushed()).toEqual(['本周清单 3 项'])
    await end()
  })

  it('count the attempts of the node that listens, while its connection is down', async () => {
    const store = await stores.open()
    const { fake, holder, push, end } = await twoNodes(store, await secondHandle(store))
    const entry = await push('本周清单 3 项')
    fake.turnAway(100)
    fake.drop()
    const probe = { groupId: entry.groupId, audience: entry.audience, outboxId: 'probe', body: '在吗' }
    await until(async () => expect(await holder.channel.send(probe)).toMatchObject({ code: 'WECOM_BOT_NOT_CONNECTED' }))
    expect(await holder.courier.deliver(entry)).toMatchObject({ state: 'queued', code: 'WECOM_BOT_NOT_CONNECTED' })
    expect(await stored(store, entry)).toMatchObject({ state: 'queued', attempts: 1 })
    await end()
  })
})
