import { expect, it, vi } from 'vitest'
import { createWecomLongConnection } from '../../src/adapters/wecom/long-connection.ts'
import { startListening } from '../../src/app/listeners.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Store } from '../../src/store/database.ts'
import { intakeOn } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { type FakeWecomSocket, startFakeWecomSocket } from '../platforms/fake-wecom-socket.ts'
import { feignTiming } from '../platforms/feigned-timing.ts'
import { wecomGroupText } from '../platforms/wecom-wire.ts'

/** The wait of a node that holds the lease. */
const RENEW_MS = 10_000
const until = (check: () => unknown) => vi.waitFor(check, { interval: 5, timeout: 10_000 })

/** A node of the server with a clock of its own; the lease runs by the clock of the store. */
async function startNode(name: string, store: Store, fake: FakeWecomSocket, deliveries = { gate: Promise.resolve() }) {
  const timing = feignTiming(Date.now())
  const { intake } = await intakeOn(store)
  const { listener } = createWecomLongConnection({
    tenantId: 'default',
    channelId: 'main',
    botId: 'AIB1',
    secret: 'bot-secret',
    timing,
    newId: () => crypto.randomUUID(),
    url: fake.url,
  })
  const metrics = createMetrics()
  let delivered = 0
  const stop = startListening([listener], {
    db: store.db,
    intake: {
      ...intake,
      async deliver(from, delivery) {
        const receipts = await intake.deliver(from, delivery)
        if (delivery.messages.length === 0) return receipts
        delivered++
        await deliveries.gate
        return receipts
      },
    },
    tenantId: 'default',
    timing,
    node: name,
    log: createLog('silent'),
    metrics,
  })
  const gaps = async () => (await metrics.gaps.get()).values.reduce((sum, { value }) => sum + value, 0)
  /** Waits for the lease, or asks for it again. */
  const asked = () => until(() => expect(timing.waits.length).toBeGreaterThan(0))
  return { timing, stop, asked, gaps, delivered: () => delivered }
}

const storedIds = async (store: Store) =>
  (await store.db.selectFrom('messages').select('message_id').orderBy('message_id').execute()).map(
    (row) => row.message_id,
  )

onEachStore('the WeCom long connection on several nodes', (stores, kind) => {
  const secondHandle = (store: Store) => (kind === 'server' ? stores.reopen(store) : Promise.resolve(store))

  it('is held by the node with the lease; the other waits and takes over when it stops', async () => {
    const store = await stores.open()
    const fake = await startFakeWecomSocket()
    const first = await startNode('node-1', store, fake)
    await until(() => expect(fake.subscribed).toBe(1))
    const second = await startNode('node-2', await secondHandle(store), fake)
    await second.asked()
    for (let times = 0; times < 5; times++) await second.timing.wakeNext()
    expect([fake.subscribed, fake.attempts]).toEqual([1, 1])

    fake.tell(wecomGroupText('M1', '@清群 请各村周五下午5点前报台账'))
    await until(async () => expect(await storedIds(store)).toEqual(['M1']))
    await first.stop()
    await until(async () => {
      // Once it holds the lease it connects, and its clock stands: nothing may run out of time meanwhile.
      if (!second.timing.waits.includes(RENEW_MS)) await second.timing.wakeNext()
      expect(fake.subscribed).toBe(2)
    })
    fake.tell(wecomGroupText('M2', '@清群 请各村下周一前报名册'))
    await until(async () => expect(await storedIds(store)).toEqual(['M1', 'M2']))
    // What was said to nobody in between is told by the node that goes on.
    expect([await first.gaps(), await second.gaps()]).toEqual([0, 1])
    // Nobody was pushed out by the platform.
    expect(fake.replaced).toBe(0)
    await second.stop()
    await fake.close()
  })

  it('leaves a node that is pushed out to ask for the lease, not to push back', async () => {
    const store = await stores.open()
    const fake = await startFakeWecomSocket()
    const first = await startNode('node-1', store, fake)
    await until(() => expect(fake.subscribed).toBe(1))
    // The first node has been away for longer than its lease.
    await store.db
      .updateTable('leases')
      .set({ until: new Date(0) })
      .execute()
    const second = await startNode('node-2', await secondHandle(store), fake)
    await until(() => expect(fake.subscribed).toBe(2))
    expect(fake.replaced).toBe(1)
    await until(() => expect(fake.open).toBe(1))
    for (let times = 0; times < 10; times++) {
      await first.timing.wakeNext()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(fake.subscribed).toBe(2)
    fake.tell(wecomGroupText('M1', '@清群 请各村周五下午5点前报台账'))
    await until(async () => expect(await storedIds(store)).toEqual(['M1']))
    expect([first.delivered(), second.delivered()]).toEqual([0, 1])
    await first.stop()
    await second.stop()
    await fake.close()
  })

  it('neither loses nor doubles a message where the server stops between storing and answering it', async () => {
    const store = await stores.open()
    const fake = await startFakeWecomSocket()
    const never = Promise.withResolvers<void>()
    const first = await startNode('node-1', store, fake, { gate: never.promise })
    await until(() => expect(fake.subscribed).toBe(1))
    fake.tell(wecomGroupText('M1', '@清群 我的任务'))
    await until(() => expect(first.delivered()).toBe(1))
    // The connection dies with the process; what was to be answered is never said by it.
    fake.drop()
    never.resolve()
    await first.stop()
    expect(await storedIds(store)).toEqual(['M1'])

    const second = await startNode('node-2', await secondHandle(store), fake)
    await until(() => expect(fake.subscribed).toBe(2))
    fake.tell(wecomGroupText('M1', '@清群 我的任务'))
    await until(() => expect(fake.said).toHaveLength(1))
    expect(await storedIds(store)).toEqual(['M1'])
    const entries = await store.db.selectFrom('outbox').select('body').where('purpose', '=', 'answer').execute()
    expect(entries).toHaveLength(1)
    expect(fake.said[0]?.content).toBe(entries[0]?.body)
    await second.stop()
    await fake.close()
  })
})
