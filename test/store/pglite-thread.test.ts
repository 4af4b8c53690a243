import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/database.ts'

let folder: string
let store: Store
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qq-thread-'))
  store = await openStore({ kind: 'embedded', folder })
  await sql`create table notes (number integer primary key, body json, at timestamptz, bytes bytea)`.execute(store.db)
})
beforeEach(() => sql`truncate notes`.execute(store.db))
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const numbers = async () =>
  (await sql<{ number: number }>`select number from notes order by number`.execute(store.db)).rows
const add = (db: Store['db'], number: number) => sql`insert into notes (number) values (${number})`.execute(db)

describe('the embedded database on its thread', () => {
  it('keeps moments, JSON, bytes and nothing apart, as it does beside the caller', async () => {
    const at = new Date('2026-03-04T09:00:00Z')
    const bytes = Buffer.from([0, 1, 255])
    await sql`insert into notes values (1, ${JSON.stringify({ 甲: [1, null] })}, ${at}, ${bytes}), (2, null, null, null)`.execute(
      store.db,
    )
    const { rows } = await sql<{ body: unknown; at: Date | null; bytes: Uint8Array | null }>`
      select body, at, bytes from notes order by number`.execute(store.db)
    expect(rows[0]?.body).toEqual({ 甲: [1, null] })
    expect(rows[0]?.at).toEqual(at)
    expect([...(rows[0]?.bytes ?? [])]).toEqual([...bytes])
    expect(rows[1]).toEqual({ body: null, at: null, bytes: null })
  })

  it('counts the rows that a statement changed', async () => {
    await add(store.db, 1)
    await add(store.db, 2)
    const { numAffectedRows } = await sql`update notes set body = '1'`.execute(store.db)
    expect(numAffectedRows).toBe(2n)
  })

  it('tells a fault of the database with its code, and goes on', async () => {
    await add(store.db, 1)
    await expect(add(store.db, 1)).rejects.toMatchObject({ code: '23505' })
    await add(store.db, 2)
    expect(await numbers()).toEqual([{ number: 1 }, { number: 2 }])
  })

  it('keeps all of a transaction or nothing, with others waiting behind it', async () => {
    const broken = store.db.transaction().execute(async (trx) => {
      await add(trx, 1)
      throw new Error('thought better of it')
    })
    const refused = store.db.transaction().execute(async (trx) => {
      await add(trx, 2)
      await add(trx, 2)
    })
    const whole = store.db.transaction().execute(async (trx) => {
      await add(trx, 3)
      await add(trx, 4)
    })
    await expect(broken).rejects.toThrow('thought better of it')
    await expect(refused).rejects.toMatchObject({ code: '23505' })
    await whole
    expect(await numbers()).toEqual([{ number: 3 }, { number: 4 }])
  })

  it('lets the event loop turn while a statement takes its time', async () => {
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    await sql`select sum(a * b) from generate_series(1, 1500) a, generate_series(1, 1000) b`.execute(store.db)
    clearInterval(turning)
    expect(turns).toBeGreaterThan(5)
  })

  it('has kept what was committed when it is opened again, and refuses once it is closed', async () => {
    await add(store.db, 1)
    const { queue } = store
    await store.close()
    await expect(queue.db.executeSql('select 1')).rejects.toMatchObject({ code: 'STORE_ENDED' })
    store = await openStore({ kind: 'embedded', folder })
    expect(await numbers()).toEqual([{ number: 1 }])
  })
})
