import { describe, expect, it } from 'vitest'
import type { SendResult } from '../../src/domain/outbound.ts'
import { createCourier, type Delivery, retryWait } from '../../src/outbox/courier.ts'
import { byteLength } from '../../src/outbox/split.ts'
import type { Store } from '../../src/store/database.ts'
import { claimEntry, insertOutbox, type OutboxEntry } from '../../src/store/outbox.ts'
import { MORNING, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, scriptedChannel, stored } from './outbox-fixtures.ts'

const BUSY: SendResult = { status: 'retry', code: 'BUSY', hint: '稍后再试' }

/** A courier with a clock that the test moves on. */
function courierOn(store: Store, { channels }: Pick<ReturnType<typeof scriptedChannel>, 'channels'>) {
  const jobs = rememberedJobs()
  const settled: Delivery[] = []
  const clock = { at: MORNING }
  const courier = createCourier({
    db: store.db,
    jobs,
    channels,
    now: () => clock.at,
    onSettled: (delivery) => settled.push(delivery),
  })
  return { courier, jobs, settled, clock }
}

async function queued(store: Store, changes: Partial<OutboxEntry> = {}): Promise<OutboxEntry> {
  const entry = outboxEntry(changes)
  await insertOutbox(store.db, [entry])
  return entry
}

describe('retryWait', () => {
  it('doubles from 5 seconds up to 10 minutes', () => {
    const waits = Array.from({ length: 10 }, (_, index) => retryWait(index + 1) / 1000)
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600])
    expect(retryWait(1_000_000)).toBe(600_000)
  })

  it('waits as long as the platform wishes where that is longer', () => {
    expect(retryWait(1, 60_000)).toBe(60_000)
    expect(retryWait(8, 60_000)).toBe(600_000)
    expect(retryWait(1, 3_600_000)).toBe(3_600_000)
  })
})

onEachStore('courier', (stores) => {
  it('sends an entry once to whom it is for, however often it is woken', async () => {
    const store = await stores.open()
    const way = scriptedChannel()
    const { courier, settled } = courierOn(store, way)
    const entry = await queued(store)
    const deliveries = await Promise.all([courier.deliver(entry), courier.deliver(entry)])
    deliveries.push(await courier.deliver(entry), await courier.deliver(entry, true))

    expect(deliveries.filter((delivery) => delivery !== null)).toMatchObject([{ state: 'sent', channel: 'test' }])
    expect(settled).toHaveLength(1)
    expect(way.calls).toMatchObject([
      { groupId: 'g1', audience: { kind: 'member', memberId: 'limei' }, outboxId: entry.outboxId, body: entry.body },
    ])
    expect(await stored(store, entry)).toMatchObject({ state: 'sent', attempts: 1, code: null })

    await courier.deliver(await queued(store, { audience: { kind: 'group' }, purpose: 'digest' }))
    expect(way.calls[1]).toMatchObject({ audience: { kind: 'group' } })
  })

  it('tries again after growing waits, or after the wait that the platform wishes', async () => {
    const store = await stores.open()
    const way = scriptedChannel([BUSY, { ...BUSY, afterMs: 90_000 }, BUSY])
    const { courier, jobs, clock } = courierOn(store, way)
    const entry = await queued(store)

    for (const wait of [5_000, 90_000, 20_000]) {
      expect(await courier.deliver(entry)).toMatchObject({ state: 'queued', code: 'BUSY' })
      const row = await stored(store, entry)
      expect(row).toMatchObject({ state: 'queued', code: 'BUSY', hint: '稍后再试' })
      expect(row.not_before.getTime()).toBe(clock.at + wait)
      clock.at += wait
    }
    expect(jobs.refs.map((ref) => ref.outboxId)).toEqual([entry.outboxId, entry.outboxId, entry.outboxId])
    expect(await courier.deliver(entry)).toMatchObject({ state: 'sent' })
    expect(await stored(store, entry)).toMatchObject({ state: 'sent', attempts: 4, code: null, hint: null })
  })

  it('keeps a refusal with its reason and does not try again', async () => {
    const store = await stores.open()
    const way = scriptedChannel([{ status: 'failed', code: 'WECOM_INVALID_USER', hint: '请核对' }])
    const { courier, jobs } = courierOn(store, way)
    const entry = await queued(store)

    expect(await courier.deliver(entry)).toMatchObject({ state: 'failed', code: 'WECOM_INVALID_USER' })
    expect(await stored(store, entry)).toMatchObject({ state: 'failed', code: 'WECOM_INVALID_USER', hint: '请核对' })
    expect(await courier.deliver(entry)).toBeNull()
    expect([way.calls.length, jobs.refs.length]).toEqual([1, 0])
  })

  it('does not say again what may have arrived', async () => {
    const store = await stores.open()
    const way = scriptedChannel([{ status: 'uncertain', code: 'TIMEOUT', hint: '没有回音' }])
    const { courier, jobs } = courierOn(store, way)
    const entry = await queued(store)

    expect(await courier.deliver(entry)).toMatchObject({ state: 'uncertain', code: 'TIMEOUT' })
    expect(await courier.deliver(entry, true)).toBeNull()
    expect(await stored(store, entry)).toMatchObject({ state: 'uncertain', code: 'TIMEOUT' })
    expect([way.calls.length, jobs.refs.length]).toEqual([1, 0])
  })

  it('drops what has expired, and records that it did', async () => {
    const store = await stores.open()
    const way = scriptedChannel()
    const { courier, clock, settled } = courierOn(store, way)
    const entry = await queued(store)
    const justInTime = await queued(store, { expiresAt: MORNING + 86_400_001 })
    clock.at = entry.expiresAt + 1

    expect(await courier.deliver(entry)).toMatchObject({ state: 'dropped', code: 'EXPIRED' })
    expect(await courier.deliver(justInTime)).toMatchObject({ state: 'sent' })
    expect(way.calls.map((call) => call.outboxId)).toEqual([justInTime.outboxId])
    expect(await stored(store, entry)).toMatchObject({ state: 'dropped', code: 'EXPIRED' })
    expect(settled.map((delivery) => delivery.state)).toEqual(['dropped', 'sent'])
  })

  it('fails in words where its channel is no longer configured', async () => {
    const store = await stores.open()
    const { courier } = courierOn(store, scriptedChannel())
    const entry = await queued(store, { channel: 'wecom-app:old' })

    expect(await courier.deliver(entry)).toMatchObject({ state: 'failed', code: 'CHANNEL_GONE' })
    expect((await stored(store, entry)).hint).toContain('wecom-app:old')
  })

  it('makes an entry uncertain whose process died while sending, and never repeats it', async () => {
    const store = await stores.open()
    const way = scriptedChannel()
    const { courier, jobs } = courierOn(store, way)
    const entry = await queued(store)
    await claimEntry(store.db, entry, MORNING)

    expect(await courier.deliver(entry)).toBeNull()
    expect((await stored(store, entry)).state).toBe('sending')
    await courier.deliver(entry, true)
    expect(await stored(store, entry)).toMatchObject({ state: 'uncertain', code: 'INTERRUPTED' })
    await courier.deliver(entry, true)
    expect([way.calls.length, jobs.refs.length]).toEqual([0, 0])
  })

  it('leaves an entry whose sending broke off for its repeated job, which does not send it again', async () => {
    const store = await stores.open()
    const way = scriptedChannel([new Error('the wire was cut')])
    const { courier } = courierOn(store, way)
    const entry = await queued(store)

    await expect(courier.deliver(entry)).rejects.toThrow('the wire was cut')
    await courier.deliver(entry, true)
    expect((await stored(store, entry)).state).toBe('uncertain')
    expect(way.calls).toHaveLength(1)
  })

  it('goes on with the parts of a long text where a retry left off, none twice', async () => {
    const store = await stores.open()
    const way = scriptedChannel([{ status: 'sent', receipt: null }, BUSY, BUSY], 128)
    const { courier } = courierOn(store, way)
    const body = '请各村周五前报送危房排查台账。'.repeat(6)
    const entry = await queued(store, { body })

    const states = []
    for (let attempt = 0; attempt < 3; attempt++) states.push((await courier.deliver(entry))?.state)
    expect(states).toEqual(['queued', 'queued', 'sent'])
    const ids = way.arrived.map((part) => part.outboxId)
    expect(ids.length).toBeGreaterThan(2)
    expect(ids).toEqual(ids.map((_, index) => `${entry.outboxId}-${index + 1}`))
    expect(way.arrived.map((part) => part.body.replace(/\n\(\d+\/\d+\)$/, '')).join('')).toBe(body)
    for (const part of way.arrived) expect(byteLength(part.body)).toBeLessThanOrEqual(128)
    expect(await stored(store, entry)).toMatchObject({ state: 'sent', parts_sent: ids.length })
  })
})
