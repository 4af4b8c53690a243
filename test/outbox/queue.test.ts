import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { type Courier, createCourier } from '../../src/outbox/courier.ts'
import { openQueue, type Queue } from '../../src/outbox/queue.ts'
import type { Store } from '../../src/store/database.ts'
import type { MessageRef } from '../../src/store/messages.ts'
import { insertOutbox, type OutboxEntry, type OutboxRef } from '../../src/store/outbox.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, scriptedChannel, stored } from './outbox-fixtures.ts'

const NO_DIGESTS = async () => {}

/** pg-boss keeps the time of the database, so these entries are due now. */
const dueNow = (changes: Partial<OutboxEntry> = {}) =>
  outboxEntry({ notBefore: Date.now(), expiresAt: Date.now() + 3_600_000, ...changes })

/** The real queue; what it could not do fails the test. */
async function queueOn(store: Store): Promise<Queue> {
  return openQueue(store, (error) => {
    throw error
  })
}

const put = (store: Store, queue: Queue, entries: readonly OutboxEntry[]) =>
  store.db.transaction().execute(async (trx) => {
    await insertOutbox(trx, entries)
    await queue.enqueue(trx, entries)
  })

const jobs = async (store: Store) => {
  const { rows } = await sql<{ state: string; outbox_id: string }>`
    select state::text, data ->> 'outboxId' as outbox_id from pgboss.job where name = 'outbox'`.execute(store.db)
  return rows
}

/** A courier that only remembers, and tells when it was woken `count` times. */
function remembering(count: number): { courier: Courier; refs: OutboxRef[]; all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const refs: OutboxRef[] = []
  const courier: Courier = {
    deliver: async (ref) => {
      refs.push(ref)
      if (refs.length === count) resolve()
      return null
    },
  }
  return { courier, refs, all: promise }
}

onEachStore('outbox queue', (stores) => {
  it('delivers what a transaction has queued, once, and nothing of one that was rolled back', async () => {
    const store = await stores.open()
    const queue = await queueOn(store)
    const way = scriptedChannel()
    const said = Promise.withResolvers<void>()
    const kept = dueNow()
    const undone = dueNow()
    const later = dueNow({ notBefore: Date.now() + 3_600_000 })
    await put(store, queue, [kept])
    await expect(
      store.db.transaction().execute(async (trx) => {
        await insertOutbox(trx, [undone])
        await queue.enqueue(trx, [undone])
        throw new Error('thought better of it')
      }),
    ).rejects.toThrow('thought better of it')
    await put(store, queue, [later])
    expect((await jobs(store)).map((job) => job.outbox_id).sort()).toEqual([kept.outboxId, later.outboxId].sort())

    const courier = createCourier({
      db: store.db,
      jobs: queue,
      channels: way.channels,
      now: Date.now,
      onSettled: () => said.resolve(),
    })
    await queue.work({ courier, postDigests: NO_DIGESTS })
    await said.promise
    await queue.stop()
    expect(way.calls.map((call) => call.outboxId)).toEqual([kept.outboxId])
    expect(await stored(store, kept)).toMatchObject({ state: 'sent', attempts: 1 })
    expect(await stored(store, later)).toMatchObject({ state: 'queued', attempts: 0 })
  })

  it('hands the entries of a group over in the order in which they were queued', async () => {
    const store = await stores.open()
    const queue = await queueOn(store)
    const { courier, refs, all } = remembering(60)
    const entries = Array.from({ length: 60 }, (_, index) => dueNow({ groupId: `g${index % 3}` }))
    await put(store, queue, entries.slice(0, 30))
    for (const entry of entries.slice(30)) await put(store, queue, [entry])

    await queue.work({ courier, postDigests: NO_DIGESTS })
    await all
    await queue.stop()
    for (const groupId of ['g0', 'g1', 'g2']) {
      const of = (list: readonly OutboxRef[]) =>
        list.filter((ref) => ref.groupId === groupId).map((ref) => ref.outboxId)
      expect(of(refs)).toEqual(of(entries))
    }
  })

  it('asks the questions of a transaction that was committed, those with words that wait before the others', async () => {
    const store = await stores.open()
    const queue = await queueOn(store)
    const question = (messageId: string, urgent: boolean) => ({ tenantId: 'default', groupId: 'g1', messageId, urgent })
    await store.db
      .transaction()
      .execute((trx) => queue.enqueueQuestions(trx, [question('m1', false), question('m2', true)]))
    const undone = store.db.transaction().execute(async (trx) => {
      await queue.enqueueQuestions(trx, [question('m3', true)])
      throw new Error('thought better of it')
    })
    await expect(undone).rejects.toThrow('thought better of it')
    const { rows } = await sql<{ id: string; priority: number }>`
      select data ->> 'messageId' as id, priority from pgboss.job where name = 'opinions' order by priority desc`.execute(
      store.db,
    )
    expect(rows).toEqual([
      { id: 'm2', priority: 1 },
      { id: 'm1', priority: 0 },
    ])

    const asked: MessageRef[] = []
    const both = Promise.withResolvers<void>()
    const reconsider = async (ref: MessageRef) => {
      if (asked.push(ref) === 2) both.resolve()
    }
    await queue.work({ courier: remembering(0).courier, postDigests: NO_DIGESTS, reconsider })
    await both.promise
    await queue.stop()
    expect(asked.map(({ messageId }) => messageId).sort()).toEqual(['m1', 'm2'])
    expect(asked[0]).toEqual({ tenantId: 'default', groupId: 'g1', messageId: asked[0]?.messageId })
  })

  it('stops after what is at work, and leaves what waits to the next start', async () => {
    const store = await stores.open()
    const queue = await queueOn(store)
    const begun = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const ended: string[] = []
    const slow: Courier = {
      deliver: async ({ outboxId }) => {
        begun.resolve()
        await mayEnd.promise
        ended.push(outboxId)
        return null
      },
    }
    const first = dueNow()
    await put(store, queue, [first])
    await queue.work({ courier: slow, postDigests: NO_DIGESTS })
    await begun.promise
    const stopped = queue.stop()
    const second = dueNow()
    await insertOutbox(store.db, [second])
    mayEnd.resolve()
    await stopped
    expect(ended).toEqual([first.outboxId])

    const again = await queueOn(store)
    await again.enqueue(store.db, [second])
    const { courier, refs, all } = remembering(1)
    await again.work({ courier, postDigests: NO_DIGESTS })
    await all
    await again.stop()
    expect(refs).toEqual([{ tenantId: 'default', groupId: 'g1', outboxId: second.outboxId }])
  })
})
