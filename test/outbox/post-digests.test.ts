import { describe, expect, it } from 'vitest'
import { GROUP } from '../../src/domain/outbound.ts'
import { digestsDue, postDigests } from '../../src/outbox/post-digests.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import type { Store } from '../../src/store/database.ts'
import { lockGroups } from '../../src/store/groups.ts'
import { insertOutbox } from '../../src/store/outbox.ts'
import { ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'
import { outboxEntry } from './outbox-fixtures.ts'

const at = (date: string, time = '16:50') => Date.parse(`${date}T${time}:00+08:00`)
const FRIDAY = at('2026-11-27')

const policyWith = (text: string) => `${ENFORCED.replace('days: everyday', 'days: workdays')}${text}\n`
const due = (text: string, date: string) => digestsDue(parsePolicy(policyWith(text), 'test.yaml'), at(date))

describe('digestsDue', () => {
  it('is weekly on Friday of a common week, and on no other day', () => {
    const week = ['23', '24', '25', '26', '27', '28', '29'].map((day) =>
      due('digest: { weekly: true }', `2026-11-${day}`),
    )
    expect(week).toEqual([[], [], [], [], ['weekly'], [], []])
  })

  it('moves to the Saturday that is worked for a holiday, and to the day before one', () => {
    // 2026: 2月14日(周六)上班,2月15日至23日春节;10月1日至7日国庆,10月10日(周六)上班。
    expect(due('digest: { weekly: true }', '2026-02-13')).toEqual([])
    expect(due('digest: { weekly: true }', '2026-02-14')).toEqual(['weekly'])
    expect(due('digest: { weekly: true }', '2026-09-30')).toEqual(['weekly'])
    expect(due('digest: { weekly: true }', '2026-10-09')).toEqual([])
    expect(due('digest: { weekly: true }', '2026-10-10')).toEqual(['weekly'])
  })

  it('is silent through a week that is all holiday', () => {
    const days = ['16', '17', '18', '19', '20', '21', '22'].map((day) => `2026-02-${day}`)
    for (const day of days) expect(due('digest: { daily: true, weekly: true }', day)).toEqual([])
  })

  it('is daily on working days, beside the weekly one on the last of them', () => {
    expect(due('digest: { daily: true, weekly: true }', '2026-11-26')).toEqual(['daily'])
    expect(due('digest: { daily: true, weekly: true }', '2026-11-27')).toEqual(['daily', 'weekly'])
    expect(due('digest: { daily: true, weekly: false }', '2026-11-28')).toEqual([])
    expect(due('digest: { daily: false, weekly: false }', '2026-11-27')).toEqual([])
  })
})

/** A group where a task was given out, one where nothing was ever said, and what posts digests there. */
async function officeOn(store: Store, policy = policyWith('digest: { weekly: true }')) {
  const { intake, policies, rooms, jobs } = await intakeOn(store, { policy })
  await intake.accept(messageOf(TASK, { by: LEADER }))
  const silent = { tenantId: 'default', groupId: 'silent', adapter: 'test', channelId: 'main', name: '空群' }
  await store.db.transaction().execute((trx) => lockGroups(trx, [{ ...silent, chat: 'group' }], MORNING))
  jobs.refs.length = 0
  const post = (now: number) => postDigests({ db: store.db, jobs, rooms, policyOf: policies.of }, now)
  const outbox = () => store.db.selectFrom('outbox').selectAll().where('purpose', '=', 'digest').execute()
  return { post, outbox, jobs }
}

onEachStore('post digests', (stores) => {
  it('posts the digest of a week once, on its last working day, where something happened', async () => {
    const store = await stores.open()
    const { post, outbox, jobs } = await officeOn(store)

    expect(await post(at('2026-11-26'))).toEqual([])
    const posted = await post(FRIDAY)
    expect(posted.map(({ groupId, kind }) => [groupId, kind])).toEqual([['g1', 'weekly']])
    expect(posted[0]?.markdown).toContain('危房排查台账')
    expect(await post(FRIDAY)).toEqual([])
    expect(await Promise.all([post(FRIDAY + 60_000), post(FRIDAY + 120_000)])).toEqual([[], []])
    expect(await outbox()).toMatchObject([
      { group_id: 'g1', recipient: GROUP, state: 'queued', channel: 'test', cause: 'digest:weekly:2026-11-23' },
    ])
    expect(jobs.refs).toHaveLength(1)

    // The task is still open, so the next week has something to say, too.
    expect(await post(at('2026-12-04'))).toMatchObject([{ groupId: 'g1', kind: 'weekly' }])
    expect(await outbox()).toHaveLength(2)
  })

  it('says it once though two nodes come to it at the same moment', async () => {
    const store = await stores.open()
    const { post, outbox, jobs } = await officeOn(store)
    const both = await Promise.all([post(FRIDAY), post(FRIDAY)])
    expect(both.flat()).toHaveLength(1)
    expect([(await outbox()).length, jobs.refs.length]).toEqual([1, 1])
  })

  it('is held back where the group has had its posts of the day, and that is recorded', async () => {
    const store = await stores.open()
    const { post, outbox, jobs } = await officeOn(store)
    const note = { audience: { kind: 'group' as const }, purpose: 'note' as const }
    await insertOutbox(store.db, [
      outboxEntry({ ...note, notBefore: at('2026-11-27', '09:00') }),
      outboxEntry({ ...note, notBefore: at('2026-11-27', '10:00') }),
    ])
    await post(FRIDAY)
    expect(await outbox()).toMatchObject([{ state: 'held', held: 'budget' }])
    expect(jobs.refs).toEqual([])
  })

  it("counts neither answers nor yesterday's posts against the day", async () => {
    const store = await stores.open()
    const { post, outbox } = await officeOn(store)
    const note = { audience: { kind: 'group' as const }, purpose: 'note' as const }
    await insertOutbox(store.db, [
      outboxEntry({ ...note, notBefore: at('2026-11-26', '23:59') }),
      outboxEntry({ ...note, purpose: 'answer', notBefore: at('2026-11-27', '09:00') }),
      outboxEntry({ ...note, notBefore: at('2026-11-27', '00:00') }),
    ])
    await post(FRIDAY)
    expect(await outbox()).toMatchObject([{ state: 'queued', held: null }])
  })

  it('takes the way that says nothing while it observes', async () => {
    const store = await stores.open()
    const { post, outbox, jobs } = await officeOn(store, policyWith('').replace('mode: enforce', 'mode: observe'))
    expect(await post(FRIDAY)).toHaveLength(1)
    expect(await outbox()).toMatchObject([{ state: 'queued', channel: 'simulated' }])
    expect(jobs.refs).toHaveLength(1)
  })
})
