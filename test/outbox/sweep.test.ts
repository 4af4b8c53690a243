import { expect, it } from 'vitest'
import { sweepOutbox } from '../../src/outbox/sweep.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { MORNING, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry } from './outbox-fixtures.ts'

onEachStore('the sweep of the outbox', (stores) => {
  it('wakes the courier for what should have been said long ago, and for nothing else', async () => {
    const store = await stores.open()
    const jobs = rememberedJobs()
    const late = outboxEntry({ notBefore: MORNING - 11 * 60_000 })
    const due = outboxEntry({ notBefore: MORNING - 60_000 })
    const held = outboxEntry({ notBefore: MORNING - 86_400_000, state: 'held', held: 'budget' })
    await insertOutbox(store.db, [late, due, held])

    expect(await sweepOutbox(store.db, jobs, MORNING)).toBe(1)
    expect(jobs.refs.map((ref) => ref.outboxId)).toEqual([late.outboxId])
  })
})
