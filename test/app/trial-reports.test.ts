import { expect, it } from 'vitest'
import { reportTrials } from '../../src/app/trial-reports.ts'
import { DAY_MS } from '../../src/domain/calendar.ts'
import { createPermit } from '../../src/outbox/permit.ts'
import type { Store } from '../../src/store/database.ts'
import { BOAST, ENFORCED, LEADER, MORNING, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { GROUP, LIMEI, officeOn, WANG } from '../intake/orders/office.ts'

/** A week after the bot first heard of the group, a moment after the first message. */
const WEEK = 7 * DAY_MS + 60_000
const OBSERVED = ENFORCED.replace('mode: enforce', 'mode: observe')
const FIRST = ENFORCED.replace('rules:', 'observeFirst: 7d\nrules:')

async function observedOn(store: Store, policy: string) {
  const office = await officeOn(store, { policy })
  const { say, jobs, rooms, policies } = office
  await say(TASK, LEADER)
  for (let turn = 0; turn < 3; turn++) await say(`${BOAST}${turn}`)
  await say(BOAST, WANG)
  jobs.refs.length = 0
  const options = { db: store.db, jobs, rooms, policyOf: policies.of }
  const notes = () => store.db.selectFrom('outbox').selectAll().where('cause', 'like', 'trial:%').execute()
  const report = (now: number) => {
    office.at(now)
    return reportTrials(options, now)
  }
  return { ...office, options, notes, report }
}

onEachStore('trial reports', (stores, kind) => {
  it('tell the owner once, in private, after a week of observing, what would have happened, naming nobody', async () => {
    const store = await stores.open()
    const { report, notes, jobs } = await observedOn(store, OBSERVED)
    expect(await report(MORNING + 6 * DAY_MS)).toEqual([])
    expect(await report(MORNING + WEEK)).toEqual([GROUP])
    expect(await report(MORNING + 8 * DAY_MS)).toEqual([])
    const [note, ...more] = await notes()
    expect(more).toEqual([])
    expect(note).toMatchObject({ recipient: 'chen', purpose: 'note', state: 'queued', channel: 'test' })
    expect(note?.body).toContain('如果启用,会私下提醒 2 人共 3 次')
    expect(note?.body).toMatch(/发“启用”.*“继续观察”/)
    expect(note?.body).not.toMatch(/李梅|王强/)
    expect(note?.card?.buttons).toEqual([
      { text: '启用', command: '启用' },
      { text: '继续观察', command: '继续观察' },
    ])
    expect(jobs.refs).toHaveLength(1)
  })

  it('come through while the group is observed, and one tap enforces', async () => {
    const store = await stores.open()
    const { report, notes, order, policies, now } = await observedOn(store, OBSERVED)
    await report(MORNING + WEEK)
    const [note] = await notes()
    const permit = createPermit(policies.of)
    const said = { ...GROUP, outboxId: 'o', cause: note?.cause ?? '', recipient: 'chen', channel: 'test', body: '' }
    const rest = {
      card: undefined,
      picture: undefined,
      notBefore: 0,
      expiresAt: 0,
      attempts: 1,
      partsSent: 0,
      partBytes: null,
    }
    expect(await permit({ ...said, ...rest }, now())).toBe('now')
    await order(note?.card?.buttons[0]?.command ?? '')
    expect(policies.of(GROUP).policy.mode).toBe('enforce')
  })

  it('say at the end of the first week that the rules are in force now, and how to go back', async () => {
    const store = await stores.open()
    const { report, notes, order, say, policies } = await observedOn(store, FIRST)
    expect(await store.db.selectFrom('decisions').select('simulated').distinct().execute()).toEqual([
      { simulated: true },
    ])
    expect(await report(MORNING + WEEK - 120_000)).toEqual([])
    expect(await report(MORNING + WEEK)).toEqual([GROUP])
    const [note] = await notes()
    expect(note?.body).toMatch(/如果启用,会私下提醒[\s\S]*从今天起正式启用/)
    await say(BOAST, LIMEI)
    const [last] = await store.db.selectFrom('decisions').select('simulated').orderBy('at', 'desc').execute()
    expect(last).toEqual({ simulated: false })
    await order(note?.card?.buttons[0]?.command ?? '')
    expect(policies.of(GROUP).policy.mode).toBe('observe')
  })

  it('are no news for a group that has long been in force, and none for one without a message', async () => {
    const store = await stores.open()
    const { report, order } = await observedOn(store, FIRST)
    expect(await report(MORNING + 30 * DAY_MS)).toEqual([])
    await order('停用')
    expect(await report(MORNING + 32 * DAY_MS)).toEqual([])
    const silent = await stores.open()
    const empty = await officeOn(silent, { policy: OBSERVED })
    await empty.order('帮助')
    const options = { db: silent.db, jobs: empty.jobs, rooms: empty.rooms, policyOf: empty.policies.of }
    expect(await reportTrials(options, MORNING + 8 * DAY_MS)).toEqual([])
  })

  it('count a week anew where a group came back to observing', async () => {
    const store = await stores.open()
    const { report, order, say, at } = await observedOn(store, ENFORCED)
    at(MORNING + 20 * DAY_MS)
    await order('停用')
    await say(BOAST)
    expect(await report(MORNING + 26 * DAY_MS)).toEqual([])
    expect(await report(MORNING + 20 * DAY_MS + WEEK)).toEqual([GROUP])
  })

  it('wait until there is somebody to tell, and a way to tell them', async () => {
    const store = await stores.open()
    const { options, notes } = await observedOn(store, OBSERVED)
    const unreachable = { ...options, rooms: { ...options.rooms, route: () => null } }
    expect(await reportTrials(unreachable, MORNING + WEEK)).toEqual([])
    expect(await notes()).toEqual([])
    expect(await reportTrials(options, MORNING + 8 * DAY_MS)).toEqual([GROUP])
  })

  if (kind === 'server')
    it('are made once by however many nodes', async () => {
      const store = await stores.open()
      const { options, notes } = await observedOn(store, OBSERVED)
      const there = { ...options, db: (await stores.reopen(store)).db }
      const now = MORNING + WEEK
      const told = await Promise.all([reportTrials(options, now), reportTrials(there, now), reportTrials(there, now)])
      expect(told.flat()).toEqual([GROUP])
      expect(await notes()).toHaveLength(1)
    })
})
