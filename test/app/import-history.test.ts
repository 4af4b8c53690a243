import { describe, expect, it } from 'vitest'
import type { PastMessage } from '../../src/adapters/history/past-message.ts'
import { type ImportOptions, importHistory } from '../../src/app/import-history.ts'
import { findDue } from '../../src/judge/deadline/find-due.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

const past = (text: string, at: string, from: PastMessage['from'] = { name: '李梅' }): PastMessage => ({
  line: 1,
  sentAt: Date.parse(`${at}+08:00`),
  from,
  text,
})

let serial = 0
function importInto(store: Store, messages: PastMessage[], changes: Partial<ImportOptions> = {}) {
  return importHistory({
    db: store.db,
    group: { tenantId: 'default', groupId: 'g1', name: '测试群' },
    messages,
    policy: { source: ENFORCED, fileName: 'enforced.yaml' },
    judge: loadJudge(),
    findDue,
    roleOf: () => null,
    newId: () => `i${++serial}`,
    until: MORNING,
    ...changes,
  })
}
const count = async (store: Store, table: 'messages' | 'groups' | 'outbox' | 'policies') =>
  (await store.db.selectFrom(table).selectAll().execute()).length

onEachStore('an imported history', ({ open }) => {
  it('is stored with the time at which each was said, and what would have come of it is only recorded', async () => {
    const store = await open()
    const history = [past(BOAST, '2026-11-02T09:10:00'), past('', '2026-11-02T09:11:00')]
    expect(await importInto(store, history)).toEqual({ added: 2, known: 0, unjudged: 0 })
    const said = await store.db.selectFrom('outbox').selectAll().execute()
    expect(said).toMatchObject([{ channel: 'simulated', state: 'sent', purpose: 'reminder' }])
    expect(said[0]?.not_before.toISOString()).toBe('2026-11-02T01:10:00.000Z')
    const kinds = await store.db.selectFrom('messages').select(['kind', 'received_at']).orderBy('sent_at').execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(['text', 'unsupported'])
  })

  it('is stored whole or not at all', async () => {
    const store = await open()
    let stored = 0
    const history = [
      past(TASK, '2026-11-02T09:10:00'),
      past(BOAST, '2026-11-02T09:11:00'),
      past('好', '2026-11-03T09:12:00'),
    ]
    const breaks = importInto(store, history, {
      onProgress: () => {
        if (++stored === 2) throw new Error('the power fails')
      },
    })
    await expect(breaks).rejects.toThrow('the power fails')
    expect(await Promise.all([count(store, 'messages'), count(store, 'groups'), count(store, 'policies')])).toEqual([
      0, 0, 0,
    ])
    expect(await importInto(store, history)).toMatchObject({ added: 3 })
  })

  it('is stored once, also where another export overlaps it, and words that were said twice are kept twice', async () => {
    const store = await open()
    const again = past('收到', '2026-11-02T09:10:00')
    expect(await importInto(store, [again, again])).toMatchObject({ added: 2 })
    const longer = [again, again, past('办完了', '2026-11-02T10:00:00')]
    expect(await importInto(store, longer)).toMatchObject({ added: 1, known: 2 })
  })

  it('knows the members of a group that is heard already, and leaves its channel as it is', async () => {
    const store = await open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('各位早', { by: LEADER, adapter: 'wecom' }))
    await importInto(store, [past('@陈主任 台账已报', '2026-11-02T09:10:00', { name: LEADER.name })])
    const group = await store.db.selectFrom('groups').selectAll().executeTakeFirstOrThrow()
    expect(group.adapter).toBe('wecom')
    const senders = await store.db.selectFrom('messages').select('sender_id').execute()
    expect(senders.map(({ sender_id }) => sender_id)).toEqual([LEADER.memberId, LEADER.memberId])
  })

  it('does not set aside the policy that is in force', async () => {
    const store = await open()
    await intakeOn(store)
    await importInto(store, [past('早', '2026-11-02T09:10:00')], {
      policy: { source: 'name: 别的\nrules: []\n', fileName: 'x' },
    })
    expect(await count(store, 'policies')).toBe(1)
  })
})

describe('a long history', () => {
  it('says how far it has come', async () => {
    const store = await openStore({ kind: 'embedded', folder: null })
    const steps: number[] = []
    const history = Array.from({ length: 130 }, (_, index) =>
      past(`第${index}户已走访`, new Date(MORNING - 9 * 86_400_000 + index * 1000).toISOString().slice(0, 19)),
    )
    await importInto(store, history, { onProgress: (done) => steps.push(done) })
    await store.close()
    expect(steps).toEqual([100, 130])
  })
})
