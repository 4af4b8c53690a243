import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Channel } from '../../src/adapters/adapter.ts'
import type { SendResult } from '../../src/domain/outbound.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import { sweepOutbox } from '../../src/outbox/sweep.ts'
import type { Store } from '../../src/store/database.ts'
import { claimEntry, insertOutbox, type OutboxEntry, takeBackEntries } from '../../src/store/outbox.ts'
import { MORNING, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, scriptedChannel, stored } from './outbox-fixtures.ts'

const BUSY: SendResult = { status: 'retry', code: 'BUSY', hint: '稍后再试', afterMs: 60_000 }
const GROUP = { audience: { kind: 'group' } } as const

function officeOn(store: Store, script: readonly (SendResult | Error)[] = []) {
  const way = scriptedChannel(script)
  const jobs = rememberedJobs()
  const clock = { at: MORNING }
  const options = { db: store.db, jobs, channels: way.channels, now: () => clock.at }
  const [here, there] = [createCourier(options), createCourier(options)]
  return { way, jobs, clock, here, there, said: () => way.arrived.map(({ outboxId }) => outboxId) }
}

async function put(store: Store, ...changes: Partial<OutboxEntry>[]): Promise<OutboxEntry[]> {
  const entries = changes.map((each) => outboxEntry(each))
  await insertOutbox(store.db, entries)
  return entries
}

const ids = (entries: readonly OutboxEntry[]) => entries.map(({ outboxId }) => outboxId)
const statesOf = async (store: Store, entries: readonly OutboxEntry[]) =>
  Promise.all(entries.map(async (entry) => (await stored(store, entry)).state))

onEachStore('the line to a recipient', (stores) => {
  it('is kept while an earlier word is tried again, on whichever node, and goes on by itself', async () => {
    const store = await stores.open()
    const { here, there, jobs, clock, said } = officeOn(store, [BUSY])
    const [first, second, third] = (await put(store, GROUP, GROUP, GROUP)) as [OutboxEntry, OutboxEntry, OutboxEntry]
    await here.deliver(first)
    expect(await there.deliver(third)).toBeNull()
    expect(await here.deliver(second)).toBeNull()
    expect(await stored(store, third)).toMatchObject({ state: 'queued', code: 'WAITS_ITS_TURN', attempts: 0 })

    clock.at += 60_000
    jobs.refs.length = 0
    await there.deliver(first)
    expect(ids(jobs.refs as OutboxEntry[])).toEqual([second.outboxId])
    await here.deliver(second)
    expect(jobs.refs.at(-1)).toMatchObject({ outboxId: third.outboxId })
    await here.deliver(third)
    expect(said()).toEqual(ids([first, second, third]))
    expect(await stored(store, third)).toMatchObject({ state: 'sent', attempts: 1, code: null })
  })

  it('is one of a channel and a group, or of a person in all groups, and holds up nobody else', async () => {
    const store = await stores.open()
    const { here, said } = officeOn(store, [BUSY, BUSY])
    const [group, person] = (await put(store, GROUP, {})) as [OutboxEntry, OutboxEntry]
    await here.deliver(group)
    await here.deliver(person)
    const behind = await put(store, GROUP, {}, { groupId: 'g2' })
    const beside = await put(
      store,
      { ...GROUP, groupId: 'g2' },
      { audience: { kind: 'member', memberId: 'wang' } },
      { ...GROUP, tenantId: 'other' },
      { ...GROUP, channel: 'other' },
    )
    for (const entry of [...behind, ...beside]) await here.deliver(entry)
    expect(await statesOf(store, behind)).toEqual(['queued', 'queued', 'queued'])
    expect(await statesOf(store, beside)).toEqual(['sent', 'sent', 'sent', 'failed'])
    expect(said()).toEqual(ids(beside.slice(0, 3)))
  })

  it('does not wait for what may only be said later, nor for what has failed, lapsed or been taken back', async () => {
    const store = await stores.open()
    const { here, clock, said } = officeOn(store, [{ status: 'failed', code: 'X', hint: 'x' }, BUSY, BUSY])
    const [tomorrow, failed, lapsed] = (await put(
      store,
      { notBefore: MORNING + 86_400_000, expiresAt: MORNING + 2 * 86_400_000 },
      {},
      { expiresAt: MORNING + 30_000 },
    )) as [OutboxEntry, OutboxEntry, OutboxEntry]
    await here.deliver(failed)
    await here.deliver(lapsed)
    clock.at += 30_001
    const [taken] = (await put(store, {})) as [OutboxEntry]
    await here.deliver(taken)
    const [now] = (await put(store, {})) as [OutboxEntry]
    expect(await here.deliver(now)).toBeNull()
    await takeBackEntries(store.db, taken, [taken.cause], clock.at)
    await here.deliver(now)
    expect(said()).toEqual([now.outboxId])
    expect(await statesOf(store, [tomorrow, failed, lapsed, taken])).toEqual(['queued', 'failed', 'queued', 'held'])
  })

  it('is woken at the latest when its first has lapsed, however long the platform asked to wait', async () => {
    const store = await stores.open()
    const { here, jobs, clock, said } = officeOn(store, [{ ...BUSY, afterMs: 6 * 3_600_000 }])
    const [first, second] = (await put(store, { expiresAt: MORNING + 3_600_000 }, {})) as [OutboxEntry, OutboxEntry]
    await here.deliver(first)
    await here.deliver(second)
    expect((await stored(store, first)).not_before.getTime()).toBe(MORNING + 3_600_001)
    clock.at = MORNING + 3_600_001
    expect(await here.deliver(first)).toMatchObject({ state: 'dropped' })
    expect(jobs.refs.at(-1)).toMatchObject({ outboxId: second.outboxId })
    await here.deliver(second)
    expect(said()).toEqual([second.outboxId])
  })

  it('goes on after a process that died, and is swept together where its jobs are gone', async () => {
    const store = await stores.open()
    const { here, jobs, clock } = officeOn(store)
    const [first, second, third] = (await put(store, GROUP, GROUP, GROUP)) as [OutboxEntry, OutboxEntry, OutboxEntry]
    await claimEntry(store.db, first, MORNING)
    expect(await here.deliver(second)).toBeNull()
    clock.at += 14 * 60_000
    expect(await sweepOutbox(store.db, jobs, clock.at)).toBe(0)
    clock.at += 2 * 60_000
    expect(await sweepOutbox(store.db, jobs, clock.at)).toBe(1)
    expect(jobs.refs.at(-1)).toMatchObject({ outboxId: second.outboxId })
    expect(await statesOf(store, [first, second, third])).toEqual(['uncertain', 'queued', 'queued'])
  })

  it('puts off what comes too soon for exactly as long as that takes, and counts no attempt', async () => {
    const store = await stores.open()
    const paced: SendResult = { status: 'retry', code: 'PACED', hint: '排队', afterMs: 3_210, paced: true }
    const { here, jobs, clock } = officeOn(store, [paced, paced, paced])
    const [entry] = (await put(store, {})) as [OutboxEntry]
    for (let turn = 0; turn < 3; turn++) {
      await here.deliver(entry)
      const row = await stored(store, entry)
      expect(row).toMatchObject({ state: 'queued', attempts: 0, not_before: new Date(clock.at + 3_210) })
      clock.at += 3_210
    }
    expect(jobs.refs).toHaveLength(3)
    expect(await here.deliver(entry)).toMatchObject({ state: 'sent' })
  })

  it('cuts the rest of a long text as its first part was cut, whatever has been configured since', async () => {
    const store = await stores.open()
    const said: string[] = []
    let widest = 128
    let answers: SendResult[] = [{ status: 'sent', receipt: null }, BUSY]
    const channel: Channel = {
      name: 'test',
      maxBytes: 64,
      maxBytesTo: () => widest,
      reaches: () => true,
      async send({ body }) {
        const answer = answers.shift() ?? ({ status: 'sent', receipt: null } as const)
        if (answer.status === 'sent') said.push(body)
        return answer
      },
    }
    const courier = createCourier({
      db: store.db,
      jobs: rememberedJobs(),
      channels: new Map([['test', channel]]),
      now: () => MORNING,
    })
    const body = '请各村周五前报送危房排查台账。'.repeat(6)
    const [entry] = (await put(store, { body })) as [OutboxEntry]
    await courier.deliver(entry)
    widest = 1024
    answers = []
    await courier.deliver(entry)
    expect(said.map((part) => part.replace(/\n\(\d+\/\d+\)$/, '')).join('')).toBe(body)
  })

  it('is kept whatever the platform answers and whoever is woken when: nothing twice, nothing stuck', async () => {
    const store = await stores.open()
    const answer = fc.constantFrom<SendResult['status']>('sent', 'retry', 'failed', 'uncertain')
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { maxLength: 8 }),
        fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 12 }),
        async (statuses, wakes) => {
          await store.db.deleteFrom('outbox').execute()
          const { here, there, jobs, clock, way, said } = officeOn(
            store,
            statuses.map(
              (status): SendResult =>
                status === 'sent' ? { status, receipt: null } : { status, code: 'X', hint: 'x' },
            ),
          )
          const entries = await put(store, ...Array.from({ length: 6 }, () => GROUP))
          await Promise.all(
            wakes.map((index, turn) => (turn % 2 ? here : there).deliver(entries[index] as OutboxEntry)),
          )
          jobs.refs.unshift(...entries)
          for (let rounds = 0; jobs.refs.length > 0 && rounds < 500; rounds++) {
            await here.deliver(jobs.refs.shift() as OutboxEntry)
            clock.at += 5_000
          }
          const order = ids(entries).filter((id) => said().includes(id))
          expect(said()).toEqual(order)
          expect(way.calls.length).toBeGreaterThanOrEqual(6)
          for (const state of await statesOf(store, entries)) expect(['sent', 'failed', 'uncertain']).toContain(state)
        },
      ),
      { numRuns: 12 },
    )
  })
})
