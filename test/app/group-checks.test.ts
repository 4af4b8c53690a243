import { expect, it } from 'vitest'
import { checkAllGroups } from '../../src/app/group-checks.ts'
import { GROUP } from '../../src/domain/outbound.ts'
import { createPermit } from '../../src/outbox/permit.ts'
import type { Store } from '../../src/store/database.ts'
import { registerGroup } from '../../src/store/group-registry.ts'
import { lockGroups, saveMembers } from '../../src/store/groups.ts'
import { claimEntry, insertOutbox } from '../../src/store/outbox.ts'
import { insertSilence } from '../../src/store/silences.ts'
import { ENFORCED, intakeOn, LEADER, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry } from '../outbox/outbox-fixtures.ts'

const at = (date: string, time = '10:10') => Date.parse(`${date}T${time}:00+08:00`)
const DAY = 86_400_000
const TUESDAY = at('2026-11-24')
const CHECKS = 'groups: { idle: 60d, finished: 14d, similar: 0.8, required: [owner, purpose], admin: zhao }\n'
const OFFICE_HOURS = ENFORCED.replace(
  'days: everyday, from: "00:00", to: "23:59"',
  'days: workdays, from: "08:30", to: "18:00"',
)
const WITH_CHECKS = OFFICE_HOURS + CHECKS
const YEAR_AGO = at('2025-11-20')

/** Three groups of chen's: `idle` fell silent in September, `project` has ended, `busy` works; all are registered. */
async function officeOn(store: Store, policy = WITH_CHECKS) {
  const { intake, policies, rooms, jobs } = await intakeOn(store, { policy })
  const group = (groupId: string, name: string) => ({
    tenantId: 'default',
    groupId,
    adapter: 'test',
    channelId: 'main',
    chat: 'group' as const,
    name,
  })
  const groups = [group('idle', '旧改群'), group('project', '换届专班群'), group('busy', '值班室')]
  await store.db.transaction().execute(async (trx) => {
    await lockGroups(trx, groups, YEAR_AGO)
    await saveMembers(
      trx,
      groups.map(({ tenantId, groupId }) => ({ tenantId, groupId, ...LEADER })),
    )
  })
  const register = (groupId: string, purpose: string, ends: { on: string } | null = null) =>
    registerGroup(
      store.db,
      { tenantId: 'default', groupId },
      { ownerId: 'chen', purpose, ends, by: 'zhao', at: YEAR_AGO },
    )
  await register('idle', '旧改')
  await register('project', '换届', { on: '2026-10-31' })
  await register('busy', '值班')
  await intake.accept(messageOf(TASK, { groupId: 'idle', groupName: '旧改群', by: LEADER, sentAt: at('2026-09-10') }))
  /** Work in the busy group: the ear on the platform works. */
  const work = (sentAt: number) =>
    intake.accept(messageOf(TASK, { groupId: 'busy', groupName: '值班室', by: LEADER, sentAt }))
  await work(at('2026-11-23'))
  await store.db.deleteFrom('outbox').execute()
  jobs.refs.length = 0
  const options = { db: store.db, jobs, rooms, policyOf: policies.of }
  const check = (now = TUESDAY) => checkAllGroups(options, now)
  const said = () => store.db.selectFrom('outbox').selectAll().orderBy('created_at').orderBy('outbox_id').execute()
  const suggested = () =>
    store.db
      .selectFrom('group_suggestions')
      .select(['kind', 'group_id', 'recipient', 'simulated'])
      .orderBy('kind')
      .execute()
  return { check, said, suggested, work, jobs, policies, options }
}

onEachStore('the weekly look at groups', (stores) => {
  it('tells an owner in one private note which groups are idle (13) and which have ended (14), and the groups nothing', async () => {
    const store = await stores.open()
    const { check, said, suggested, jobs } = await officeOn(store)
    expect(await check()).toEqual([{ tenantId: 'default', suggestions: 2, notes: 1 }])
    const [note, ...others] = await said()
    expect(others).toEqual([])
    expect(note).toMatchObject({
      recipient: 'chen',
      purpose: 'note',
      state: 'queued',
      channel: 'test',
      message_id: null,
    })
    expect(note?.body).toMatch(/1\. 「旧改群」已有 75 天没有.*还有 1 项没有办结/)
    expect(note?.body).toMatch(/2\. 「换届专班群」登记为临时群,到 2026-10-31 为止/)
    expect(note?.body).not.toContain('值班室')
    expect(jobs.refs).toHaveLength(1)
    expect(await suggested()).toEqual([
      { kind: 'ended', group_id: 'project', recipient: 'chen', simulated: false },
      { kind: 'idle', group_id: 'idle', recipient: 'chen', simulated: false },
    ])
    expect((await said()).some(({ recipient }) => recipient === GROUP)).toBe(false)
  })

  it('suggests to merge duplicates (15) to an owner who is in both, and lists what is not registered (16) to the admin', async () => {
    const store = await stores.open()
    const { check, said } = await officeOn(store)
    await store.db.transaction().execute(async (trx) => {
      const twin = { tenantId: 'default', adapter: 'test', channelId: 'main', chat: 'group' as const }
      const names = [
        { ...twin, groupId: 't1', name: '柳河镇综治工作群' },
        { ...twin, groupId: 't2', name: '柳河镇综治交流群' },
      ]
      await lockGroups(trx, names, TUESDAY - 30 * DAY)
      const people = ['wang', 'a', 'b', 'c', 'd', 'e'].map((id) => ({
        memberId: id,
        name: `${id}同志`,
        role: id === 'wang' ? ('leader' as const) : ('member' as const),
      }))
      await saveMembers(
        trx,
        names.flatMap(({ tenantId, groupId }) => people.map((each) => ({ tenantId, groupId, ...each }))),
      )
    })
    await check()
    const bodies = new Map((await said()).map(({ recipient, body }) => [recipient, body]))
    expect([...bodies.keys()].sort()).toEqual(['chen', 'wang', 'zhao'])
    expect(bodies.get('wang')).toMatch(/「柳河镇综治交流群」和「柳河镇综治工作群」.*6 位相同/)
    expect(bodies.get('zhao')).toMatch(
      /有 2 个群登记不全:「柳河镇综治工作群」缺群主、用途;「柳河镇综治交流群」缺群主、用途/,
    )
  })

  it('looks once a week, from Tuesday ten past ten, however often it is asked and after whatever restart', async () => {
    const store = await stores.open()
    const { check, said } = await officeOn(store)
    expect(await check(at('2026-11-23', '23:00'))).toEqual([])
    expect(await check(at('2026-11-24', '10:09'))).toEqual([])
    expect(await said()).toEqual([])
    expect(await check(at('2026-11-26', '15:00'))).toHaveLength(1)
    expect(await check(at('2026-11-26', '16:00'))).toEqual([])
    expect(await check(at('2026-11-29', '23:59'))).toEqual([])
    expect(await said()).toHaveLength(1)
  })

  it('says it once though three nodes come to it at the same moment', async () => {
    const store = await stores.open()
    const { check, said, jobs } = await officeOn(store)
    const all = await Promise.all([check(), check(), check()])
    expect(all.flat()).toHaveLength(1)
    expect([(await said()).length, jobs.refs.length]).toEqual([1, 1])
  })

  it('does it again where it was cut short: nothing counts as told that is not on disk to be said', async () => {
    const store = await stores.open()
    const { options, check, said, suggested } = await officeOn(store)
    const failing = { ...options, jobs: { enqueue: () => Promise.reject(new Error('cut short')) } }
    await expect(checkAllGroups(failing, TUESDAY)).rejects.toThrow('could not be checked')
    expect([await said(), await suggested()]).toEqual([[], []])
    expect(await check(TUESDAY + 3_600_000)).toEqual([{ tenantId: 'default', suggestions: 2, notes: 1 }])
  })

  it('asks about a group and check at most once a month, and three times in all', async () => {
    const store = await stores.open()
    const { check, said, work } = await officeOn(store)
    const weeks = Array.from({ length: 30 }, (_, week) => TUESDAY + week * 7 * DAY)
    const notes: number[] = []
    for (const now of weeks) {
      await work(now - DAY)
      const [tenant] = await check(now)
      if ((tenant?.notes ?? 0) > 0) notes.push(Math.round((now - TUESDAY) / DAY))
    }
    const aboutIdle = (await said()).filter(({ body }) => body.includes('旧改群'))
    expect(aboutIdle).toHaveLength(3)
    expect(notes).toEqual([0, 35, 70])
  })

  it('waits for working hours: on a Saturday it is written down for Monday morning', async () => {
    const store = await stores.open()
    const { check, said } = await officeOn(store)
    await check(at('2026-11-28', '21:00'))
    expect((await said())[0]?.not_before).toEqual(new Date(at('2026-11-30', '08:30')))
  })

  it('holds the note back where the owner has had enough words this week, counts it, and asks another week', async () => {
    const store = await stores.open()
    const { check, said, suggested, work, jobs } = await officeOn(store)
    const before = { groupId: 'busy', audience: { kind: 'member' as const, memberId: 'chen' } }
    await insertOutbox(
      store.db,
      [1, 2].map((days) =>
        outboxEntry({ ...before, notBefore: TUESDAY - days * DAY, createdAt: TUESDAY - days * DAY }),
      ),
    )
    expect(await check()).toEqual([{ tenantId: 'default', suggestions: 0, notes: 0 }])
    expect((await said()).at(-1)).toMatchObject({ recipient: 'chen', state: 'held', held: 'budget' })
    expect([await suggested(), jobs.refs]).toEqual([[], []])
    await work(TUESDAY + 6 * DAY)
    expect(await check(TUESDAY + 7 * DAY)).toMatchObject([{ suggestions: 2, notes: 1 }])
  })

  it('only simulates while it observes, on the same path, and says so for real once it enforces', async () => {
    const store = await stores.open()
    const { check, said, suggested, work, policies } = await officeOn(
      store,
      WITH_CHECKS.replace('mode: enforce', 'mode: observe'),
    )
    expect(await check()).toEqual([{ tenantId: 'default', suggestions: 2, notes: 1 }])
    expect(await said()).toMatchObject([{ channel: 'simulated', state: 'queued', recipient: 'chen' }])
    expect((await suggested()).map(({ simulated }) => simulated)).toEqual([true, true])

    await policies.set({ tenantId: 'default', groupId: '' }, WITH_CHECKS, { author: 'test', reason: 'test' })
    await work(TUESDAY + 6 * DAY)
    expect(await check(TUESDAY + 7 * DAY)).toMatchObject([{ suggestions: 2 }])
    expect((await said()).at(-1)).toMatchObject({ channel: 'test', state: 'queued' })
  })

  it('keeps apart what is observed and what is enforced, where groups of one owner differ', async () => {
    const store = await stores.open()
    const { check, said, policies } = await officeOn(store)
    const observed = WITH_CHECKS.replace('mode: enforce', 'mode: observe')
    await policies.set({ tenantId: 'default', groupId: 'idle' }, observed, { author: 'test', reason: 'test' })
    await check()
    const byChannel = new Map((await said()).map(({ channel, body }) => [channel, body]))
    expect(byChannel.get('simulated')).toMatch(/旧改群(?![\s\S]*换届)/)
    expect(byChannel.get('test')).toMatch(/换届专班群(?![\s\S]*旧改)/)
  })

  it('says nothing of a group that is paused or in an emergency', async () => {
    const store = await stores.open()
    const { check, said } = await officeOn(store)
    const silence = { tenantId: 'default', groupId: 'project', silenceId: 's1', kind: 'emergency' as const }
    await insertSilence(store.db, {
      ...silence,
      since: TUESDAY - DAY,
      until: TUESDAY + DAY,
      by: 'chen',
      reason: '防汛',
    })
    await check()
    expect((await said())[0]?.body).toMatch(/旧改群(?![\s\S]*换届)/)
  })

  it('is done nowhere that the policy does not ask for it, and does not use up the week', async () => {
    const store = await stores.open()
    const { check, said, policies } = await officeOn(store, OFFICE_HOURS)
    expect(await check()).toEqual([])
    await policies.set({ tenantId: 'default', groupId: '' }, WITH_CHECKS, { author: 'test', reason: 'test' })
    expect(await check(TUESDAY + DAY)).toHaveLength(1)
    expect(await said()).toHaveLength(1)
  })

  it('records what it cannot say where no channel reaches the owner, and does not say it in the group', async () => {
    const store = await stores.open()
    const { options, said, suggested } = await officeOn(store)
    const nowhere = { enforce: () => null, observe: () => null }
    await checkAllGroups({ ...options, rooms: { ...options.rooms, consequences: nowhere } }, TUESDAY)
    expect(await said()).toMatchObject([{ recipient: 'chen', state: 'held', held: 'no-channel' }])
    expect(await suggested()).toEqual([])
  })

  it('passes the last check before it is said', async () => {
    const store = await stores.open()
    const { check, said, policies } = await officeOn(store)
    await check()
    const [note] = await said()
    const ref = { tenantId: 'default', groupId: note?.group_id ?? '', outboxId: note?.outbox_id ?? '' }
    const entry = await claimEntry(store.db, ref, TUESDAY)
    expect(entry && (await createPermit(policies.of)(entry, TUESDAY))).toBe('now')
  })
})
