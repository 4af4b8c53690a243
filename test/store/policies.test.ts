import { expect, it } from 'vitest'
import { openPolicyBook } from '../../src/intake/policy-book.ts'
import { currentPolicies, savePolicy } from '../../src/store/policies.ts'
import { ENFORCED, MORNING } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const OFFICE = { tenantId: 'default', groupId: '' }
const GROUP = { tenantId: 'default', groupId: 'g1' }
const by = { author: 'chen', reason: 'test' }
const at = { author: 'chen', reason: 'test', createdAt: MORNING }

onEachStore('policies', (stores) => {
  it('are numbered in versions, each group its own, without gap or double where several set one at once', async () => {
    const store = await stores.open()
    const save = async (ref: typeof OFFICE, source: string) =>
      (await savePolicy(store.db, { ...ref, source, ...at })).version
    expect([await save(OFFICE, 'a'), await save(OFFICE, 'a'), await save(OFFICE, 'b')]).toEqual([1, 1, 2])
    expect([await save(GROUP, 'c'), await save(OFFICE, 'a')]).toEqual([1, 3])
    expect((await currentPolicies(store.db)).map((each) => [each.groupId, each.version, each.source])).toEqual([
      ['', 3, 'a'],
      ['g1', 1, 'c'],
    ])
    expect(await store.db.selectFrom('policies').selectAll().execute()).toHaveLength(4)

    const other = { tenantId: 'default', groupId: 'g2' }
    expect(await Promise.all(['a', 'a', 'a'].map((source) => save(other, source)))).toEqual([1, 1, 1])
    const atOnce = await Promise.all(['b', 'c', 'd', 'e'].map((source) => save(other, source)))
    expect(atOnce.sort()).toEqual([2, 3, 4, 5])
  })

  it('hold for a group that has none of its own, are seen by another node when it looks again, and are not replaced by one that is not valid', async () => {
    const store = await stores.open()
    const [here, there] = [await openPolicyBook(store.db, () => MORNING), await openPolicyBook(store.db, () => MORNING)]
    expect(() => here.of(GROUP)).toThrow(expect.objectContaining({ code: 'POLICY_MISSING' }))
    await here.set(OFFICE, ENFORCED, by)
    await here.set(GROUP, ENFORCED.replace('mode: enforce', 'mode: observe'), by)
    expect([here.of(GROUP).policy.mode, here.of({ ...GROUP, groupId: 'g2' }).policy.mode]).toEqual([
      'observe',
      'enforce',
    ])

    await there.refresh()
    expect(there.of(GROUP)).toMatchObject({ version: 1, policy: { mode: 'observe' } })
    await here.set(GROUP, ENFORCED, by)
    await there.refresh()
    expect(there.of(GROUP)).toMatchObject({ version: 2, policy: { mode: 'enforce' } })
    expect(there.sourceOf(GROUP)).toBe(ENFORCED)

    await expect(here.set(GROUP, 'name: x\nmode: shout\n', by)).rejects.toMatchObject({ code: 'POLICY_INVALID' })
    expect(here.of(GROUP)).toMatchObject({ version: 2, policy: { mode: 'enforce' } })
    expect(await store.db.selectFrom('policies').selectAll().execute()).toHaveLength(3)
  })
})
