import { expect, it } from 'vitest'
import { openPolicyBook } from '../../../src/intake/policy-book.ts'
import { policyHistory } from '../../../src/intake/policy-history.ts'
import type { Rooms } from '../../../src/intake/rooms.ts'
import { policyVersions } from '../../../src/store/policies.ts'
import { BOAST, ENFORCED, LEADER, MORNING, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { decisionsIn, GROUP, LIMEI, officeOn, WANG } from './office.ts'

const OBSERVED = ENFORCED.replace('mode: enforce', 'mode: observe')

onEachStore('orders about the policy', (stores) => {
  it('enforce the rules of this group alone, as a new version with author, time, reason and difference', async () => {
    const store = await stores.open()
    const { order, policies } = await officeOn(store, { policy: OBSERVED })
    const answer = await order('启用')
    expect(answer).toMatch(/已启用本群规则\(第 1 版\)/)
    expect(policies.of(GROUP).policy.mode).toBe('enforce')
    expect(policies.of({ ...GROUP, groupId: 'g2' }).policy.mode).toBe('observe')
    const [step, ...more] = await policyHistory(store.db, GROUP)
    expect(more).toEqual([])
    expect(step).toMatchObject({
      version: 1,
      author: 'chen',
      reason: '启用',
      createdAt: MORNING + 1000,
      restores: null,
    })
    expect(step?.changes).toEqual([
      { kind: 'removed', line: 2, text: 'mode: observe' },
      { kind: 'added', line: 2, text: 'mode: enforce' },
    ])
    expect(await order('启用')).toContain('不用再启用')
    expect(await policyVersions(store.db, GROUP)).toHaveLength(1)
  })

  it('say what the ways out of the group cannot carry of the rules that are put in force', async () => {
    const store = await stores.open()
    const route: Rooms['route'] = (_group, audience) => (audience.kind === 'group' ? 'test' : null)
    const { order } = await officeOn(store, { policy: OBSERVED, rooms: { route } })
    expect(await order('启用')).toContain('本群的通道不能私下说话,remind-sender 只会记录')
  })

  it('take effect with the next message and never judge old messages anew', async () => {
    const store = await stores.open()
    const { order, say } = await officeOn(store, { policy: OBSERVED })
    await say(BOAST)
    const before = await decisionsIn(store)
    expect(before).toMatchObject([{ rule: 'no-boasting', simulated: true, policy_version: 1 }])
    await order('启用')
    await order('豁免 @东河村-李梅', LEADER, { mentions: [{ memberId: 'limei', name: '东河村-李梅' }] })
    expect(await decisionsIn(store)).toEqual(before)
    await say(BOAST)
    await say(BOAST, WANG)
    expect((await decisionsIn(store)).slice(1)).toMatchObject([
      { sender_id: 'limei', held: 'exempt', simulated: false, policy_version: 2 },
      { sender_id: 'wang', held: null, simulated: false, policy_version: 2 },
    ])
  })

  it('go back to observing, after which what waits is not said any more', async () => {
    const { order, policies } = await officeOn(await stores.open())
    expect(await order('停用')).toMatch(/已改回观察\(第 1 版\)/)
    expect(policies.of(GROUP).policy.mode).toBe('observe')
    expect(await order('继续观察')).toContain('继续只记录')
  })

  it('turn on a group that is still in its first week, since somebody has decided', async () => {
    const store = await stores.open()
    const { order, say } = await officeOn(store, { policy: ENFORCED.replace('rules:', 'observeFirst: 7d\nrules:') })
    await say(BOAST)
    await order('启用')
    await say(BOAST)
    expect((await decisionsIn(store)).map(({ simulated }) => simulated)).toEqual([true, false])
  })

  it('exempt people by @ or by name, and no more, and say so where a name is nobody’s', async () => {
    const { order, say, policies } = await officeOn(await stores.open())
    await say('收到')
    await say('收到', WANG)
    const members = () => policies.of(GROUP).policy.exempt.members
    expect(await order('豁免 李梅')).toMatch(/已豁免东河村-李梅\(规则第 1 版\)/)
    expect(members()).toEqual(['limei'])
    expect(
      await order('豁免 @西坪村-王强 @李梅', LEADER, { mentions: [{ memberId: 'wang', name: '西坪村-王强' }] }),
    ).toContain('第 2 版')
    expect(members()).toEqual(['limei', 'wang'])
    expect(await order('豁免 @王强')).toContain('已在豁免名单里')
    expect(await order('取消豁免 @王强')).toContain('已取消豁免')
    expect(members()).toEqual(['limei'])
    expect(await order('豁免 @赵六')).toContain('没有认出「赵六」')
    expect(await order('豁免')).toContain('请写明是谁')
    expect(members()).toEqual(['limei'])
  })

  it('take 「豁免 某事」 for the ordinary words that they are', async () => {
    const { order, policies } = await officeOn(await stores.open())
    await order('豁免 本月的电费,材料请周五下午5点前报镇办')
    expect(policies.of(GROUP).policy.exempt.members).toEqual([])
  })

  it('undo the last change, and undone twice two, down to what holds for the whole office', async () => {
    const store = await stores.open()
    const { order, say, policies } = await officeOn(store, { policy: OBSERVED })
    await say('收到')
    expect(await order('撤销')).toContain('没有可撤销的')
    await order('启用')
    await order('豁免 李梅')
    const undone = await order('撤销')
    expect(undone).toMatch(/已撤销第 2 版的改动\(豁免 东河村-李梅\),恢复为第 1 版,现在是第 3 版/)
    expect([policies.of(GROUP).policy.mode, policies.of(GROUP).policy.exempt.members]).toEqual(['enforce', []])
    expect(await order('撤销')).toMatch(
      /已撤销第 1 版的改动\(启用\),恢复为本单位的通用规则,现在是第 4 版,只记录、不提醒/,
    )
    expect(policies.of(GROUP)).toMatchObject({ version: 4, policy: { mode: 'observe' } })
    expect(await order('撤销')).toContain('没有可撤销的')
    await order('启用')
    await order('撤销')
    const versions = await policyVersions(store.db, GROUP)
    expect(versions.map(({ version, restores }) => [version, restores])).toEqual([
      [1, null],
      [2, null],
      [3, 1],
      [4, 0],
      [5, null],
      [6, 0],
    ])
  })

  it('are seen by another node when it looks again, and are not in force where the commit fails', async () => {
    const store = await stores.open()
    const { order, policies } = await officeOn(store, { policy: OBSERVED, rooms: {} })
    const there = await openPolicyBook(store.db, () => MORNING)
    await order('启用')
    expect(there.of(GROUP).policy.mode).toBe('observe')
    await there.refresh()
    expect(there.of(GROUP)).toMatchObject({ version: 1, policy: { mode: 'enforce' } })

    const jobs = {
      enqueue: async () => {
        throw new Error('the queue is gone')
      },
    }
    const failing = await officeOn(store, { policy: OBSERVED, options: { jobs } })
    await expect(failing.order('停用')).rejects.toThrow('the queue is gone')
    expect(failing.policies.of(GROUP).policy.mode).toBe('enforce')
    expect(await policyVersions(store.db, GROUP)).toHaveLength(1)
    expect(policies.of(GROUP).version).toBe(1)
  })

  it('are for the owner, or where there is none for the leaders; others get one courteous line', async () => {
    const store = await stores.open()
    const { order, policies } = await officeOn(store, { policy: OBSERVED })
    for (const text of ['启用', '停用', '撤销', '试运行', '静默到18:00', '取消静默', '豁免 @李梅']) {
      const answer = await order(text, LIMEI)
      expect([text, answer?.includes('群主或群里的负责人')]).toEqual([text, true])
      expect(answer).not.toContain('\n')
    }
    await store.db.updateTable('groups').set({ owner_id: 'limei' }).execute()
    expect(await order('启用', LEADER)).toContain('群主或群里的负责人')
    expect(await order('启用', LIMEI)).toContain('已启用')
    expect(policies.of(GROUP).policy.mode).toBe('enforce')
    expect(await store.db.selectFrom('silences').selectAll().execute()).toEqual([])
  })

  it('mean in private the one group that a person leads, and ask which where there are several', async () => {
    const store = await stores.open()
    const { order, whisper, say, policies } = await officeOn(store, { policy: OBSERVED })
    expect(await whisper('启用')).toContain('没有找到')
    await say(TASK, LEADER)
    expect(await whisper('启用')).toContain('已启用')
    expect(await whisper('启用', LIMEI)).toContain('没有找到')

    await order('帮助', LEADER, { groupId: 'g2', groupName: '防汛工作群' })
    const asked = await whisper('停用')
    expect(asked).toMatch(/「测试群」、「防汛工作群」/)
    expect(policies.of(GROUP).policy.mode).toBe('enforce')
    expect(await whisper('停用 测试群')).toContain('已改回观察')
    expect(await whisper('启用 防汛')).toContain('已启用')
    expect(policies.of({ ...GROUP, groupId: 'g2' }).policy.mode).toBe('enforce')
    expect(await whisper('启用 没有的群')).toContain('没有找到')
  })
})
