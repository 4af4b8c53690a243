import { expect, it } from 'vitest'
import type { SendResult } from '../../src/domain/outbound.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import { reminderCard } from '../../src/outbox/reminder-card.ts'
import type { Store } from '../../src/store/database.ts'
import { insertOutbox, type OutboxEntry } from '../../src/store/outbox.ts'
import { MORNING, rememberedJobs } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry, scriptedChannel, stored } from './outbox-fixtures.ts'

const PICTURE = { png: Uint8Array.from({ length: 512 }, (_, index) => index % 256), description: '本周的进度' }

/** Delivers one entry; gives what the channel was handed and the row that is left. */
async function delivered(store: Store, changes: Partial<OutboxEntry>, script: readonly SendResult[] = []) {
  const { channels, calls } = scriptedChannel(script, 200)
  const courier = createCourier({ db: store.db, jobs: rememberedJobs(), channels, now: () => MORNING })
  const entry = outboxEntry(changes)
  await insertOutbox(store.db, [entry])
  await courier.deliver(entry)
  return { calls, row: await stored(store, entry) }
}

onEachStore('what is shown beside a body', (stores) => {
  it('is kept with the entry and handed to the channel with the body', async () => {
    const store = await stores.open()
    const card = reminderCard('o1')
    const { calls, row } = await delivered(store, { card, picture: PICTURE })
    expect(calls).toMatchObject([{ card, picture: { description: PICTURE.description } }])
    expect(Buffer.from(calls[0]?.picture?.png ?? [])).toEqual(Buffer.from(PICTURE.png))
    expect(row).toMatchObject({ state: 'sent', card, picture: null, picture_description: PICTURE.description })
    const [bare] = (await delivered(store, {})).calls
    expect([bare?.card, bare?.picture]).toEqual([undefined, undefined])
  })

  it('stays for the next attempt', async () => {
    const store = await stores.open()
    const busy = { status: 'retry', code: 'BUSY', hint: '稍后再试' } as const
    const { row } = await delivered(store, { picture: PICTURE }, [busy])
    expect(Buffer.from(row.picture ?? [])).toEqual(Buffer.from(PICTURE.png))
  })

  it('does not go with a body in parts', async () => {
    const store = await stores.open()
    const long = { body: '请各村周五前报台账。'.repeat(20), card: reminderCard('o1'), picture: PICTURE }
    const { calls } = await delivered(store, long)
    expect(calls.length).toBeGreaterThan(1)
    for (const call of calls) expect([call.card, call.picture]).toEqual([undefined, undefined])
  })

  it('leaves the name that the platform gave the message, unless there are several', async () => {
    const store = await stores.open()
    const sent = { status: 'sent', receipt: 'msg-1' } as const
    expect((await delivered(store, {}, [sent])).row.receipt).toBe('msg-1')
    const parts = await delivered(store, { body: '请各村周五前报台账。'.repeat(20) }, [sent, sent, sent, sent, sent])
    expect(parts.row).toMatchObject({ state: 'sent', receipt: null })
  })
})
