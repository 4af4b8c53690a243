import { expect, it } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { groupRecords, registerGroup } from '../../src/store/group-registry.ts'
import { claimWeek, insertSuggestions, isWeekChecked, toldSuggestions } from '../../src/store/group-suggestions.ts'
import { lockGroups } from '../../src/store/groups.ts'
import { BOAST, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const DAY = 86_400_000
const G1 = { tenantId: 'default', groupId: 'g1' }
const by = { by: 'operator', at: MORNING }
const recordsOf = (store: Store, since = MORNING - DAY) => groupRecords(store.db, 'default', since)
const first = async (store: Store, since?: number) => (await recordsOf(store, since))[0]

onEachStore('the group registry', (stores) => {
  it('knows of each group its people, its last work and what is open, of one tenant and without private chats', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER, sentAt: MORNING - 3 * DAY }))
    await intake.accept(messageOf(BOAST, { sentAt: MORNING }))
    await intake.accept(messageOf('帮助', { groupId: 'p1', chat: 'single', addressesBot: true }))
    const other = { tenantId: 'other', groupId: 'g1', adapter: 'test', channelId: 'main', name: '外单位' }
    await store.db.transaction().execute((trx) => lockGroups(trx, [{ ...other, chat: 'group' }], MORNING))

    const records = await recordsOf(store, MORNING - 10 * DAY)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      groupId: 'g1',
      adapter: 'test',
      name: '测试群',
      ownerId: null,
      leaderId: 'chen',
      purpose: null,
      temporary: false,
      endsOn: null,
      namelessIds: [],
      lastWorkAt: MORNING - 3 * DAY,
      overheardAt: MORNING,
      open: 1,
      itemsMovedAt: MORNING - 3 * DAY,
    })
    expect(records[0]?.memberIds.toSorted()).toEqual(['chen', 'limei'])
    expect(records[0]?.lastDueAt).toBeGreaterThan(MORNING - 3 * DAY)
    expect((await first(store, MORNING - 2 * DAY))?.lastWorkAt).toBe(null)
  })

  it('takes a message that could not be judged for work, and one to the bot for no sign that it hears the group', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('', { kind: 'unsupported', addressesBot: true, sentAt: MORNING }))
    expect(await first(store)).toMatchObject({ lastWorkAt: MORNING, overheardAt: null, itemsMovedAt: null })
  })

  it('knows who is known by an id alone', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { sender: { memberId: 'ou_7f3a' } }))
    await intake.accept(messageOf(TASK))
    expect(await first(store)).toMatchObject({ namelessIds: ['ou_7f3a'] })
  })

  it('keeps what was registered before where only one thing is changed, and gives dates as they were written', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK))
    expect(await registerGroup(store.db, { ...G1, groupId: 'g9' }, { purpose: '防汛', ...by })).toBe(false)
    expect(await registerGroup(store.db, G1, { ownerId: 'chen', purpose: '防汛', ...by })).toBe(true)
    expect(await first(store)).toMatchObject({
      ownerId: 'chen',
      purpose: '防汛',
      temporary: false,
      registeredBy: 'operator',
    })

    await registerGroup(store.db, G1, { ends: { on: '2026-12-31' }, by: 'zhao', at: MORNING })
    expect(await first(store)).toMatchObject({
      ownerId: 'chen',
      purpose: '防汛',
      temporary: true,
      endsOn: '2026-12-31',
      registeredBy: 'zhao',
    })
    await registerGroup(store.db, G1, { ends: 'undated', ...by })
    expect(await first(store)).toMatchObject({ temporary: true, endsOn: null })
    await registerGroup(store.db, G1, { ends: null, ...by })
    expect(await first(store)).toMatchObject({ temporary: false, endsOn: null, purpose: '防汛' })
  })

  it('gives a week to one of those who claim it at once, and again to somebody where that one fails', async () => {
    const store = await stores.open()
    const claim = (fails = false) =>
      store.db.transaction().execute(async (trx) => {
        const mine = await claimWeek(trx, 'default', '2026-11-23', MORNING)
        if (fails) throw new Error('cut short')
        return mine
      })
    await expect(claim(true)).rejects.toThrow('cut short')
    expect(await isWeekChecked(store.db, 'default', '2026-11-23')).toBe(false)
    expect((await Promise.all([claim(), claim(), claim()])).sort()).toEqual([false, false, true])
    expect(await isWeekChecked(store.db, 'default', '2026-11-23')).toBe(true)
    expect(await isWeekChecked(store.db, 'default', '2026-11-30')).toBe(false)
    expect(await isWeekChecked(store.db, 'other', '2026-11-23')).toBe(false)
  })

  it('remembers what was told to whom, how often and when last, simulated ones apart', async () => {
    const store = await stores.open()
    const told = { ...G1, kind: 'idle', otherGroupId: '', recipient: 'chen', reason: '闲置', facts: { days: 61 } }
    await insertSuggestions(store.db, [])
    await insertSuggestions(store.db, [
      { ...told, week: '2026-11-02', simulated: true, at: MORNING - 21 * DAY },
      { ...told, week: '2026-11-09', simulated: false, at: MORNING - 14 * DAY },
      { ...told, week: '2026-11-23', simulated: false, at: MORNING },
      { ...told, tenantId: 'other', week: '2026-11-23', simulated: false, at: MORNING },
    ])
    const rows = (await toldSuggestions(store.db, 'default')).toSorted((a, b) => a.times - b.times)
    expect(rows).toMatchObject([
      { groupId: 'g1', kind: 'idle', recipient: 'chen', simulated: true, times: 1, lastAt: MORNING - 21 * DAY },
      { groupId: 'g1', kind: 'idle', recipient: 'chen', simulated: false, times: 2, lastAt: MORNING },
    ])
  })
})
