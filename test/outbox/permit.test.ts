import { expect, it } from 'vitest'
import type { Policy } from '../../src/domain/policy.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import { createPermit } from '../../src/outbox/permit.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { ENFORCED, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, scriptedChannel, stored } from './outbox-fixtures.ts'

const NIGHT = Date.parse('2026-11-26T01:30:00+08:00')
const MORNING = Date.parse('2026-11-26T08:30:00+08:00')
const OFFICE = ENFORCED.replace(/workHours:.*\n/, '').replace('quiet: ["00:00", "00:00"]', 'quiet: ["20:00", "08:00"]')

onEachStore('the permit to speak', (stores) => {
  async function deliverAt(now: number, policy: Policy, changes: Parameters<typeof outboxEntry>[0] = {}) {
    const store = await stores.open()
    const way = scriptedChannel()
    const jobs = rememberedJobs()
    const permit = createPermit(() => ({ policy }))
    const courier = createCourier({ db: store.db, jobs, channels: way.channels, now: () => now, permit })
    const entry = outboxEntry({ notBefore: now - 3_600_000, expiresAt: now + 86_400_000, ...changes })
    await insertOutbox(store.db, [entry])
    await courier.deliver(entry)
    return { said: way.calls.length, kept: await stored(store, entry), woken: jobs.refs.length }
  }

  it('lets what an outage has brought into the night wait for the working morning', async () => {
    const { said, kept, woken } = await deliverAt(NIGHT, parsePolicy(OFFICE, 'p'))
    expect([said, woken]).toEqual([0, 1])
    expect(kept).toMatchObject({ state: 'queued', not_before: new Date(MORNING) })
  })

  it('says nothing any more once an admin has gone back to observing', async () => {
    const { said, kept } = await deliverAt(MORNING, parsePolicy(OFFICE.replace('enforce', 'observe'), 'p'))
    expect(said).toBe(0)
    expect(kept).toMatchObject({ state: 'dropped', code: 'NOT_ENFORCED' })
  })

  it('still brings an appeal to whoever decides while the group is observed', async () => {
    const policy = parsePolicy(OFFICE.replace('enforce', 'observe'), 'p')
    const { said } = await deliverAt(MORNING + 3_600_000, policy, { cause: 'appeal:no-boasting:m1', purpose: 'note' })
    expect(said).toBe(1)
  })

  it('speaks in working hours', async () => {
    const { said, kept } = await deliverAt(MORNING + 3_600_000, parsePolicy(OFFICE, 'p'))
    expect(said).toBe(1)
    expect(kept).toMatchObject({ state: 'sent' })
  })
})
