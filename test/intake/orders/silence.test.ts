import { expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/domain/calendar.ts'
import { createCourier } from '../../../src/outbox/courier.ts'
import { createPermit } from '../../../src/outbox/permit.ts'
import { postDigests } from '../../../src/outbox/post-digests.ts'
import { silenceIn } from '../../../src/store/silences.ts'
import { BOAST, ENFORCED, LEADER, MORNING, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { scriptedChannel } from '../../outbox/outbox-fixtures.ts'
import { decisionsIn, GROUP, officeOn } from './office.ts'

const at = (time: string) => Date.parse(`2026-11-${time}+08:00`)

onEachStore('silence', (stores) => {
  it('lasts until the time that was said, with who and why, and ends by itself', async () => {
    const store = await stores.open()
    const { order, say, at: moveTo } = await officeOn(store)
    expect(await order('静默到18:00 领导调研')).toMatch(/^已静默到11月25日18:00/)
    expect(await silenceIn(store.db, GROUP, MORNING + HOUR_MS)).toMatchObject({
      kind: 'paused',
      until: at('25T18:00'),
      by: 'chen',
      reason: '领导调研',
    })
    await say(BOAST)
    moveTo(at('25T18:00:01'))
    await say(BOAST)
    expect((await decisionsIn(store)).map(({ held }) => held)).toEqual(['paused', null])
  })

  it('reads a time as people write one', async () => {
    const store = await stores.open()
    const { order } = await officeOn(store)
    for (const [text, until] of [
      ['静默到明天9点', '26T09:00'],
      ['静默到周五', '27T18:00'],
      ['静默2小时', '25T11:30'],
      ['静默到今晚8点,迎检', '25T20:00'],
      ['应急静默到11月27日18时 防汛值守', '27T18:00'],
      ['静默到18:00领导调研', '25T18:00'],
    ] as const) {
      await order(text)
      const { until: kept } = (await silenceIn(store.db, GROUP, MORNING + 60_000)) ?? {}
      // Lengths count from the moment of the order, some seconds after nine thirty.
      expect([text, Math.abs((kept ?? 0) - at(until)) < 60_000]).toEqual([text, true])
    }
    const rows = await store.db.selectFrom('silences').select(['reason', 'kind', 'ended_at']).execute()
    expect(rows.filter(({ ended_at }) => ended_at === null)).toHaveLength(1)
    expect(rows.map(({ reason }) => reason).sort()).toEqual(['', '', '', '迎检', '防汛值守', '领导调研'].sort())
  })

  it('is not begun without a time, for a past one, or for longer than a month', async () => {
    const store = await stores.open()
    const { order } = await officeOn(store)
    for (const text of ['静默', '静默到昨天', '应急静默', '静默到11月20日'])
      expect(await order(text)).toMatch(/^请写明到什么时候[^\n]*$/)
    expect(await order('静默到12月31日')).toMatch(/最长 31 天/)
    expect(await silenceIn(store.db, GROUP, MORNING + 60_000)).toBeNull()
  })

  it('ends before its time by 取消静默, logged; what was said meanwhile is not made up for', async () => {
    const store = await stores.open()
    const { order, say } = await officeOn(store)
    expect(await order('取消静默')).toContain('现在没有静默')
    await order('应急静默到18:00 抢险')
    await say(BOAST)
    expect(await order('恢复')).toContain('已结束静默')
    await say(BOAST)
    expect((await decisionsIn(store)).map(({ held }) => held)).toEqual(['emergency', null])
    const [row] = await store.db.selectFrom('silences').selectAll().execute()
    expect(row).toMatchObject({ kind: 'emergency', made_by: 'chen', ended_by: 'chen', reason: '抢险' })
  })

  it('leaves questions answered and tasks kept', async () => {
    const store = await stores.open()
    const { order, say } = await officeOn(store)
    await order('应急静默到18:00')
    await say(TASK, LEADER)
    expect(await order('任务清单')).toContain('1号')
  })

  it('holds what already waits to be said until it ends, and answers never', async () => {
    const store = await stores.open()
    const { order, say, policies, jobs, now } = await officeOn(store)
    await say(BOAST)
    await order('静默到18:00')
    const way = scriptedChannel()
    const permit = createPermit(policies.of, (group, moment) => silenceIn(store.db, group, moment))
    const courier = createCourier({ db: store.db, jobs, channels: way.channels, now, permit })
    await store.db
      .updateTable('outbox')
      .set({ channel: [...way.channels.keys()][0] ?? '' })
      .where('state', '=', 'queued')
      .execute()
    for (const ref of [...jobs.refs]) await courier.deliver(ref)
    expect(way.calls).toEqual([])
    const [waiting] = await store.db.selectFrom('outbox').selectAll().where('purpose', '=', 'reminder').execute()
    expect(waiting).toMatchObject({ state: 'queued', not_before: new Date(at('25T18:00')) })
  })

  it('in a pause still brings an appeal to whoever decides, in an emergency nothing', async () => {
    const store = await stores.open()
    const { order, policies, now } = await officeOn(store)
    const permit = createPermit(policies.of, (group, moment) => silenceIn(store.db, group, moment))
    const entry = {
      ...GROUP,
      outboxId: 'o',
      recipient: 'chen',
      channel: 'test',
      body: '',
      card: undefined,
      picture: undefined,
      notBefore: 0,
      expiresAt: Number.MAX_SAFE_INTEGER,
      attempts: 1,
      partsSent: 0,
      partBytes: null,
    }
    await order('静默到18:00')
    expect(await permit({ ...entry, cause: 'appeal:no-boasting:m1' }, now())).toBe('now')
    expect(await permit({ ...entry, cause: 'no-boasting:remind-sender:m1' }, now())).toEqual({
      notBefore: at('25T18:00'),
    })
    await order('应急静默到17:00')
    expect(await permit({ ...entry, cause: 'appeal:no-boasting:m1' }, now())).toEqual({ notBefore: at('25T17:00') })
  })

  it('lets a digest wait for its end, and leaves it out where that is days away', async () => {
    for (const [text, expected] of [
      ['静默到18:00', { state: 'queued', held: null, not_before: new Date(at('25T18:00')) }],
      ['静默到周五', { state: 'held', held: 'paused' }],
    ] as const) {
      const store = await stores.open()
      const policy = `${ENFORCED}digest: { daily: true }\n`
      const { order, say, policies, rooms, jobs } = await officeOn(store, { policy })
      await say(TASK, LEADER)
      await order(text)
      await postDigests({ db: store.db, jobs, rooms, policyOf: policies.of }, at('25T16:50'))
      const [digest] = await store.db.selectFrom('outbox').selectAll().where('purpose', '=', 'digest').execute()
      expect(digest).toMatchObject(expected)
    }
  })
})
