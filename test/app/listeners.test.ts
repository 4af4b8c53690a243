import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Listener } from '../../src/adapters/adapter.ts'
import { startListening } from '../../src/app/listeners.ts'
import { holdLease, LEASE_MS } from '../../src/app/listening/hold-lease.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { intakeOn, messageOf } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { type FeignedTiming, feignTiming } from '../platforms/feigned-timing.ts'
import { scriptListener } from '../platforms/scripted-listener.ts'

const CHANNEL = { tenantId: 'default', channel: 'scripted:main' }
const until = (check: () => unknown) => vi.waitFor(check, { interval: 2, timeout: 5_000 })

const stopping: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop()
})

/** A node of the server with a clock of its own; the lease runs by the clock of the store. */
async function startNode(store: Store, node: string, listeners: readonly Listener[], random = () => 0) {
  const timing = feignTiming(Date.now(), random)
  const metrics = createMetrics()
  const { intake } = await intakeOn(store)
  const options = { db: store.db, intake, tenantId: 'default', timing, node, log: createLog('silent'), metrics }
  const stop = startListening(listeners, options)
  stopping.push(stop)
  const listening = async () =>
    Object.fromEntries((await metrics.listening.get()).values.map(({ labels, value }) => [labels.channel, value]))
  const faults = async () =>
    Object.fromEntries((await metrics.listenerFaults.get()).values.map(({ labels, value }) => [labels.code, value]))
  return { timing, metrics, stop, listening, faults }
}

/** The lease has run out by the clock of the store. */
const expire = (store: Store) =>
  store.db
    .updateTable('leases')
    .set({ until: new Date(0) })
    .execute()

/** The waits that were asked for, without those for renewing the lease. */
const waitsOf = (timing: FeignedTiming) => timing.waits.filter((wait) => wait !== 10_000)

onEachStore('listeners', (stores, kind) => {
  const another = (store: Store) => (kind === 'server' ? stores.reopen(store) : Promise.resolve(store))

  describe('of which one node at a time may listen', () => {
    it('leave it to the node with the lease, however often the others ask', async () => {
      const store = await stores.open()
      const [first, second] = [scriptListener(), scriptListener()]
      await startNode(store, 'node-1', [first])
      await until(() => expect(first.turns).toHaveLength(1))
      const { timing, listening } = await startNode(await another(store), 'node-2', [second])
      for (let times = 1; times <= 5; times++) {
        await until(() => expect(timing.waits).toHaveLength(times))
        await timing.wakeNext()
      }
      expect([first.open, second.turns]).toEqual([1, []])
      expect(await listening()).toEqual({ 'scripted:main': 0 })
      expect(new Set(timing.waits)).toEqual(new Set([2_000]))
    })

    it('go over to another node when the lease of one that died has run out', async () => {
      const store = await stores.open()
      const [first, second] = [scriptListener(), scriptListener()]
      // Its clock stands: it renews nothing any more.
      await startNode(store, 'node-1', [first])
      await until(() => expect(first.turns).toHaveLength(1))
      const { timing } = await startNode(await another(store), 'node-2', [second])
      await until(() => expect(timing.waits).toHaveLength(1))
      await timing.wakeNext()
      await until(() => expect(timing.waits).toHaveLength(2))
      expect(second.turns).toEqual([])
      const [lease] = await store.db.selectFrom('leases').selectAll().execute()
      expect(lease?.until.getTime()).toBeLessThanOrEqual(Date.now() + 30_000)
      await expire(store)
      await timing.wakeNext()
      await until(() => expect(second.turns).toHaveLength(1))
    })

    it('are handed over by a node that stops, at the next time another asks', async () => {
      const store = await stores.open()
      const [first, second] = [scriptListener(), scriptListener()]
      const closed = Promise.withResolvers<void>()
      first.closing = closed.promise
      const one = await startNode(store, 'node-1', [first])
      await until(() => expect(first.turns).toHaveLength(1))
      const two = await startNode(await another(store), 'node-2', [second])
      const stopped = one.stop()
      for (let times = 1; times <= 3; times++) {
        await until(() => expect(two.timing.waits).toHaveLength(times))
        await two.timing.wakeNext()
      }
      // Not before the first has really ended.
      expect([first.open, second.turns]).toEqual([1, []])
      closed.resolve()
      await stopped
      await two.timing.advance(2_000)
      await until(() => expect(second.turns).toHaveLength(1))
      expect(first.open).toBe(0)
    })

    it('keep listening for hours while the lease can be renewed', async () => {
      const store = await stores.open()
      const listener = scriptListener()
      const { timing } = await startNode(store, 'node-1', [listener])
      for (let times = 0; times < 20; times++) {
        // One until the next renewal, and one that bounds each renewal.
        await until(() => expect(timing.waits).toHaveLength(1 + 2 * times))
        await timing.advance(10_000)
      }
      expect([listener.turns.length, listener.turns[0]?.signal.aborted]).toEqual([1, false])
    })

    it('end at once where another node has the lease after all', async () => {
      const store = await stores.open()
      const listener = scriptListener()
      const { timing } = await startNode(store, 'node-1', [listener])
      await until(() => expect(timing.waits).toEqual([10_000]))
      await store.db.updateTable('leases').set({ holder: 'node-2' }).execute()
      await timing.advance(10_000)
      await until(() => expect(listener.open).toBe(0))
      expect(listener.turns[0]?.signal.aborted).toBe(true)
      expect(await store.db.selectFrom('leases').select('holder').execute()).toEqual([{ holder: 'node-2' }])
    })
  })

  it('keep the cursor from one time to the next, on every node', async () => {
    const store = await stores.open()
    const [first, second] = [scriptListener(), scriptListener()]
    const one = await startNode(store, 'node-1', [first])
    await until(() => expect(first.turns).toHaveLength(1))
    const ears = first.turns[0]?.ears
    expect(await ears?.cursor()).toBeNull()
    const receipts = await ears?.deliver({ messages: [messageOf('请周五前报台账')], cursor: 'page-7' })
    expect(receipts).toMatchObject([{ duplicate: false }])
    await one.stop()
    await startNode(await another(store), 'node-2', [second])
    await until(() => expect(second.turns).toHaveLength(1))
    expect(await second.turns[0]?.ears.cursor()).toBe('page-7')
    const row = await store.db.selectFrom('cursors').selectAll().execute()
    expect(row).toMatchObject([{ tenant_id: CHANNEL.tenantId, channel: CHANNEL.channel }])
  })
})

/** A store that answers, refuses or says nothing at all. */
function leaseOf(timing: FeignedTiming) {
  const state = { answers: 'yes' as 'yes' | 'error' | 'nothing', asked: 0, released: 0, until: 0 }
  return {
    state,
    leases: {
      take: () => {
        state.asked++
        if (state.answers === 'nothing') return new Promise<boolean>(() => {})
        if (state.answers === 'error') return Promise.reject(new Error('ECONNREFUSED'))
        state.until = timing.now() + LEASE_MS
        return Promise.resolve(true)
      },
      release: async () => void state.released++,
    },
  }
}

describe('a lease that cannot be renewed', () => {
  it.each(['error', 'nothing'] as const)('ends the work ten seconds before it runs out (%s)', async (answers) => {
    const timing = feignTiming()
    const { state, leases } = leaseOf(timing)
    let endedAt = 0
    const holding = holdLease(
      leases,
      timing,
      new AbortController().signal,
      (signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            endedAt = timing.now()
            resolve()
          })
        }),
    )
    await timing.advance(0)
    await timing.advance(15_000)
    expect(state.asked).toBe(2)
    state.answers = answers
    await timing.advance(60_000)
    expect(await holding).toBe(true)
    expect(endedAt).toBe(state.until - 10_000)
    expect(state.released).toBe(1)
  })

  it('outlives a short silence of the store', async () => {
    const timing = feignTiming()
    const { state, leases } = leaseOf(timing)
    const stopping = new AbortController()
    let ended = false
    const holding = holdLease(
      leases,
      timing,
      stopping.signal,
      (signal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            ended = true
            resolve()
          })
        }),
    )
    await timing.advance(0)
    for (let times = 0; times < 20; times++) {
      await timing.advance(9_000)
      state.answers = 'error'
      await timing.advance(5_000)
      state.answers = 'yes'
      await timing.advance(6_000)
    }
    expect(ended).toBe(false)
    expect(state.asked).toBeGreaterThan(40)
    stopping.abort()
    expect(await holding).toBe(true)
  })

  it('is not worked under where the store says only after it has run out that it is held', async () => {
    const timing = feignTiming()
    const answer = Promise.withResolvers<boolean>()
    let released = 0
    const leases = { take: () => answer.promise, release: async () => void released++ }
    const holding = holdLease(leases, timing, new AbortController().signal, async () => expect.unreachable())
    await timing.advance(20_000)
    answer.resolve(true)
    expect([await holding, released]).toEqual([false, 1])
  })
})

describe('listeners on one node', () => {
  const open: Store[] = []
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close()
  })
  async function embedded(): Promise<Store> {
    const store = await openStore({ kind: 'embedded', folder: null })
    open.unshift(store)
    return store
  }

  it('are set to listen again after growing waits with jitter, and after a long good time from the start', async () => {
    const listener = scriptListener({ exclusive: false })
    const { timing, faults } = await startNode(await embedded(), 'node-1', [listener], () => 0.5)
    for (let times = 1; times <= 9; times++) {
      await until(() => expect(listener.turns).toHaveLength(times))
      listener.turns.at(-1)?.end(new Error('it broke'))
      await until(() => expect(waitsOf(timing)).toHaveLength(times))
      await timing.wakeNext()
    }
    expect(waitsOf(timing)).toEqual([4_500, 9_000, 18_000, 36_000, 72_000, 144_000, 270_000, 270_000, 270_000])
    expect(await faults()).toEqual({ UNEXPECTED: 9 })
    await until(() => expect(listener.turns).toHaveLength(10))
    await timing.advance(300_000)
    listener.turns.at(-1)?.end(new Error('it broke'))
    await until(() => expect(waitsOf(timing).at(-1)).toBe(4_500))
  })

  it('are not held up by one that raises an alarm or cannot ask for its lease', async () => {
    const store = await embedded()
    const [good, bad] = [scriptListener({ exclusive: false, channelId: 'good' }), scriptListener({ channelId: 'bad' })]
    const { listening, faults } = await startNode(store, 'node-1', [bad, good])
    await until(() => expect([bad.turns.length, good.turns.length]).toEqual([1, 1]))
    good.turns[0]?.ears.tell({ kind: 'up' })
    bad.turns[0]?.end(new CodedError('SECRET_WRONG', 'refused', { hint: '请核对 Secret' }))
    await until(async () => expect(await faults()).toEqual({ SECRET_WRONG: 1 }))
    expect(await listening()).toEqual({ 'scripted:good': 1, 'scripted:bad': 0 })
    const receipts = await good.turns[0]?.ears.deliver({ messages: [messageOf('请周五前报台账')] })
    expect(receipts).toHaveLength(1)
  })

  it('say that the store is away, and listen as soon as it is back', async () => {
    const store = await embedded()
    await store.db.schema.alterTable('leases').renameTo('elsewhere').execute()
    const listener = scriptListener()
    const { timing, faults } = await startNode(store, 'node-1', [listener])
    await until(async () => expect(await faults()).toEqual({ STORE_UNREACHABLE: 1 }))
    expect(listener.turns).toEqual([])
    await store.db.schema.alterTable('elsewhere').renameTo('leases').execute()
    await timing.wakeNext()
    await until(() => expect(listener.turns).toHaveLength(1))
  })

  it('end with nothing left open, in whatever state they are', async () => {
    const store = await embedded()
    const [exclusive, shared] = [scriptListener(), scriptListener({ exclusive: false, channelId: 'b' })]
    const [failing, waiting] = [scriptListener({ channelId: 'c' }), scriptListener()]
    const one = await startNode(store, 'node-1', [exclusive, shared, failing])
    await until(() => expect(failing.turns).toHaveLength(1))
    failing.turns[0]?.end(new Error('it broke'))
    await until(() => expect([exclusive.open, shared.open, failing.open]).toEqual([1, 1, 0]))
    const two = await startNode(store, 'node-2', [waiting])
    await until(() => expect(two.timing.waits).toEqual([2_000]))
    await Promise.all([one.stop(), two.stop()])
    expect([exclusive.open, shared.open, failing.open, waiting.turns]).toEqual([0, 0, 0, []])
    expect(await store.db.selectFrom('leases').selectAll().execute()).toEqual([])
    expect(await one.timing.wakeNext()).toBe(false)
    expect(await two.timing.wakeNext()).toBe(false)
    expect([...new Set(Object.values(await one.listening()))]).toEqual([0])
  })

  it('turn what they tell into metrics', async () => {
    const listener = scriptListener({ exclusive: false })
    const { metrics, faults } = await startNode(await embedded(), 'node-1', [listener])
    await until(() => expect(listener.turns).toHaveLength(1))
    const { tell } = listener.turns[0]?.ears ?? expect.unreachable()
    tell({ kind: 'down', code: 'LOST', hint: '…' })
    tell({ kind: 'unusable', code: 'LINE_TORN', hint: '…' })
    tell({ kind: 'unusable', code: 'LINE_TORN', hint: '…' })
    tell({ kind: 'gap', from: 1, to: 2 })
    // Two minutes are no delay worth a word; the second time late is the same time late.
    for (const ms of [120_000, 600_000, 900_000, 0, 400_000]) tell({ kind: 'behind', ms })
    expect(await faults()).toEqual({ LOST: 1, LINE_TORN: 2, BEHIND: 2 })
    expect((await metrics.gaps.get()).values).toMatchObject([{ value: 1, labels: { channel: CHANNEL.channel } }])
    expect((await metrics.listeningBehind.get()).values).toMatchObject([{ value: 400 }])
  })
})
