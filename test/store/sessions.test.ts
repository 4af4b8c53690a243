import { expect, it } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { findSession, keepSession } from '../../src/store/sessions.ts'
import { onEachStore } from '../helpers/stores.ts'

const NOW = Date.parse('2026-11-25T09:30:00+08:00')
const MINUTE = 60_000
const G1 = { tenantId: 'default', groupId: 'cid1' }
const G2 = { tenantId: 'default', groupId: 'cid2' }
const session = (url: string, minutes: number) => ({ url, expiresAt: NOW + minutes * MINUTE })

const kept = async (store: Store) =>
  (await store.db.selectFrom('dingtalk_sessions').select('url').orderBy('url').execute()).map(({ url }) => url)

onEachStore('DingTalk sessions in the store', (stores) => {
  it('keep the newest address of each conversation, in whatever order two nodes hear of them', async () => {
    const { db } = await stores.open()
    await keepSession(db, G1, session('second', 90), NOW)
    await keepSession(db, G1, session('first', 80), NOW)
    await keepSession(db, G2, session('other', 10), NOW)
    expect(await findSession(db, G1)).toEqual(session('second', 90))
    expect(await findSession(db, G2)).toEqual(session('other', 10))
    expect(await findSession(db, { ...G1, tenantId: 'elsewhere' })).toBeNull()
    await keepSession(db, G1, session('third', 90), NOW)
    expect(await findSession(db, G1)).toEqual(session('third', 90))
  })

  it('delete what has expired', async () => {
    const store = await stores.open()
    for (let n = 0; n < 5; n++)
      await keepSession(store.db, { ...G1, groupId: `cid-old-${n}` }, session(`old-${n}`, n), NOW)
    expect(await kept(store)).toHaveLength(4)
    await keepSession(store.db, G1, session('new', 90), NOW + 3 * MINUTE)
    expect(await kept(store)).toEqual(['new', 'old-4'])
  })

  it('let several nodes keep and delete at once', async () => {
    const store = await stores.open()
    for (let n = 0; n < 50; n++) await keepSession(store.db, { ...G1, groupId: `cid-${n}` }, session(`${n}`, 1), NOW)
    const later = NOW + 2 * MINUTE
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => keepSession(store.db, G1, session(`new-${n}`, 90 + n), later)),
    )
    expect(await kept(store)).toEqual(['new-7'])
  })
})
