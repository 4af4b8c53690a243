import { expect, it } from 'vitest'
import { itemsOf } from '../../src/store/ledger.ts'
import { shownMessages } from '../../src/store/messages.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../helpers/intake.ts'
import { onEachStore } from '../helpers/stores.ts'

/** Said to the bot alone. */
const PRIVATE = { chat: 'single' as const, groupId: 'single:limei', addressesBot: true }
const GROUP = { tenantId: 'default', groupId: 'g1' }

onEachStore('intake', (stores, kind) => {
  it('stores, judges, decides, moves the ledger and writes the outbox in one go', async () => {
    const store = await stores.open()
    const { intake, jobs } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    await intake.accept(messageOf(BOAST))

    const [task, boast] = await shownMessages(store.db, GROUP, 10)
    expect(task?.verdict?.label).toBe('task')
    expect(boast?.verdict?.label).toBe('boast')
    const items = await itemsOf(store.db, [GROUP], 0)
    expect(items.map(({ item }) => [item.kind, item.number, item.state])).toEqual([['task', 1, 'open']])
    const outbox = await store.db.selectFrom('outbox').selectAll().execute()
    expect(outbox.map((entry) => [entry.recipient, entry.purpose, entry.state])).toEqual([
      ['limei', 'reminder', 'queued'],
    ])
    expect(jobs.refs).toHaveLength(1)
  })

  it('gives a message one effect however often it is delivered, at once or later', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const message = messageOf(TASK, { by: LEADER })
    const receipts = await Promise.all([intake.accept(message), intake.accept(message), intake.accept(message)])
    receipts.push(await intake.accept(message))

    expect(receipts.map((receipt) => receipt.duplicate)).toEqual([false, true, true, true])
    expect(await shownMessages(store.db, GROUP, 10)).toHaveLength(1)
    expect(await itemsOf(store.db, [GROUP], 0)).toHaveLength(1)
  })

  it('gives a repeated question the same answer', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    const question = messageOf('任务清单', { addressesBot: true })
    const first = await intake.accept(question)
    const again = await intake.accept(question)

    expect(first.answers[0]).toContain('1号')
    expect(again).toEqual({ duplicate: true, answers: first.answers })
    expect(await store.db.selectFrom('outbox').selectAll().where('purpose', '=', 'answer').execute()).toHaveLength(1)
  })

  it('lets what arrives while a transaction runs share the next one', async () => {
    const store = await stores.open()
    let commits = 0
    const { intake } = await intakeOn(store, { options: { onCommitted: () => commits++ } })
    await Promise.all(Array.from({ length: 200 }, (_, index) => intake.accept(messageOf(`第${index}条普通消息`))))

    expect(await shownMessages(store.db, GROUP, 300)).toHaveLength(200)
    expect(commits).toBeLessThan(10)
  })

  it('acknowledges nothing and keeps nothing where the commit fails', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, {
      options: {
        jobs: {
          enqueue: async (_trx, entries) => {
            if (entries.length > 0) throw new Error('the queue is gone')
          },
        },
      },
    })
    await expect(intake.accept(messageOf(BOAST))).rejects.toThrow('the queue is gone')
    expect(await shownMessages(store.db, GROUP, 10)).toEqual([])
    await expect(intake.accept(messageOf(TASK, { by: LEADER }))).resolves.toMatchObject({ duplicate: false })
  })

  it('lets a message that the store refuses fail alone, not the batch it came in', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const impossible = messageOf(TASK, { sentAt: 9e15 })
    const results = await Promise.allSettled([
      intake.accept(messageOf(TASK, { by: LEADER })),
      intake.accept(impossible),
      intake.accept(messageOf(BOAST)),
    ])

    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await shownMessages(store.db, GROUP, 10)).toHaveLength(2)
  })

  it('keeps a message without verdict where judging fails, and reports the fault', async () => {
    const store = await stores.open()
    const failures: unknown[] = []
    const { intake } = await intakeOn(store, {
      rooms: {
        findDue: () => {
          throw new Error('no calendar')
        },
      },
      options: { onJudgeFailure: (failure) => failures.push(failure.error) },
    })
    const receipt = await intake.accept(messageOf(TASK, { by: LEADER }))

    expect(receipt.duplicate).toBe(false)
    expect(failures).toHaveLength(1)
    const row = await store.db.selectFrom('messages').select(['text', 'label', 'judged_by']).executeTakeFirstOrThrow()
    expect(row).toEqual({ text: TASK, label: null, judged_by: 'error:UNEXPECTED' })
  })

  it('never loses an odd text: nothing, 20,000 characters, half characters, NUL, right-to-left marks', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const texts = ['', '水'.repeat(20_000), '坏\uD83D了', '漏\0水', '\u202E好的\u202C', '[图片]', '😀'.repeat(500)]
    await Promise.all(texts.map((text) => intake.accept(messageOf(text))))
    const odd = messageOf('收到', { messageId: 'id-\uD83D', sender: { memberId: 'u\uDC00', name: 'a\0b' } })
    const receipts = [await intake.accept(odd), await intake.accept(odd)]

    expect(receipts.map((receipt) => receipt.duplicate)).toEqual([false, true])
    const kept = (await shownMessages(store.db, GROUP, 20)).map((message) => message.text)
    expect(kept).toEqual([
      '',
      '水'.repeat(20_000),
      '坏\uFFFD了',
      '漏␀水',
      '\u202E好的\u202C',
      '[图片]',
      '😀'.repeat(500),
      '收到',
    ])
  })

  it('decides alike in observe and enforce, and says nothing in observe', async () => {
    const outcomes = []
    for (const mode of ['observe', 'enforce']) {
      const store = await stores.open()
      const { intake } = await intakeOn(store, { policy: ENFORCED.replace('mode: enforce', `mode: ${mode}`) })
      await intake.accept(messageOf(BOAST, { messageId: 'the-boast', sentAt: MORNING }))
      const decision = await store.db.selectFrom('decisions').selectAll().executeTakeFirstOrThrow()
      const entry = await store.db.selectFrom('outbox').selectAll().executeTakeFirstOrThrow()
      outcomes.push({ decision, entry })
    }
    const [observed, enforced] = outcomes
    expect(observed?.decision).toEqual({ ...enforced?.decision, simulated: true })
    expect([observed?.entry.channel, enforced?.entry.channel]).toEqual(['simulated', 'test'])
    expect(observed?.entry.body).toBe(enforced?.entry.body)
  })

  it('keeps a private conversation apart: it is answered and not governed', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const single = { chat: 'single' as const, groupId: 'single:limei', addressesBot: true }
    const receipt = await intake.accept(messageOf(BOAST, single))

    expect(receipt.answers[0]).toContain('我能做的事')
    expect(await store.db.selectFrom('decisions').selectAll().execute()).toEqual([])
    const row = await store.db.selectFrom('messages').select('label').executeTakeFirstOrThrow()
    expect(row.label).toBeNull()
  })

  it('closes an item by its number and says so', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    const { answers } = await intake.accept(messageOf('销号 1', { by: LEADER, addressesBot: true }))

    expect(answers[0]).toContain('已销号')
    const [entry] = await itemsOf(store.db, [GROUP], 0)
    expect(entry?.item.state).toBe('confirmed')
    const events = await store.db.selectFrom('ledger_events').select(['sequence', 'type']).orderBy('sequence').execute()
    expect(events).toEqual([
      { sequence: 1, type: 'opened' },
      { sequence: 2, type: 'confirmed' },
    ])
  })

  it('composes a digest on demand that holds what came before it in the same batch', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const [, receipt] = await Promise.all([
      intake.accept(messageOf(TASK, { by: LEADER, sentAt: MORNING })),
      intake.accept(messageOf('周报', { addressesBot: true, sentAt: MORNING + 60_000 })),
    ])
    expect(receipt.answers[0]).toContain('危房排查台账')
  })

  it('holds a reminder back once the week has had its share, and counts it as held', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    for (let index = 0; index < 4; index++) await intake.accept(messageOf(`${BOAST}(${index})`))
    const states = await store.db.selectFrom('outbox').select(['state', 'held']).orderBy('created_at').execute()
    expect(states.map((entry) => entry.held)).toEqual([null, null, 'budget', 'budget'])
    expect(states.map((entry) => entry.state)).toEqual(['queued', 'queued', 'held', 'held'])
  })

  it('keeps an appeal against a reminder with its message, tells the owner once, and never the person concerned', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('大家早', { by: LEADER }))
    const boast = messageOf(BOAST)
    await intake.accept(boast)
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    const first = await intake.accept(messageOf('申诉 这是县里要求报的数据', PRIVATE))
    const second = await intake.accept(messageOf('申诉', PRIVATE))

    expect(first.answers[0]).toContain('申诉已记下')
    expect(second.answers[0]).toContain('不用重复提交')
    const kept = await store.db.selectFrom('appeals').select(['message_id', 'member_id', 'reason', 'state']).execute()
    expect(kept).toEqual([
      { message_id: boast.messageId, member_id: 'limei', reason: '这是县里要求报的数据', state: 'open' },
    ])
    const notes = await store.db
      .selectFrom('outbox')
      .select(['recipient', 'body'])
      .where('purpose', '=', 'note')
      .execute()
    expect(notes.map((note) => note.recipient)).toEqual(['chen'])
    expect(notes[0]?.body).toContain('这是县里要求报的数据')
    expect(notes[0]?.body).not.toContain('李梅')
  })

  it('counts a reminder under appeal no longer towards the next step', async () => {
    const policy = ENFORCED.replace(
      '    then: [remind-sender]\n',
      '    then: [remind-sender]\n    escalate: { after: 2, within: 7d, then: [note-owner] }\n',
    )
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy })
    await intake.accept(messageOf('大家早', { by: LEADER }))
    await intake.accept(messageOf(BOAST))
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    await intake.accept(messageOf('申诉', PRIVATE))
    await intake.accept(messageOf(`${BOAST}!`, { messageId: 'second' }))

    const action = await store.db.selectFrom('decisions').select('action').where('message_id', '=', 'second').execute()
    expect(action).toEqual([{ action: 'remind-sender' }])
  })

  it('holds nobody to a word that was only simulated', async () => {
    const escalating = ENFORCED.replace(
      '    then: [remind-sender]\n',
      '    then: [remind-sender]\n    escalate: { after: 2, within: 7d, then: [note-owner] }\n',
    )
    const store = await stores.open()
    const { intake, policies } = await intakeOn(store, { policy: escalating.replace('mode: enforce', 'mode: observe') })
    await intake.accept(messageOf('大家早', { by: LEADER }))
    await intake.accept(messageOf(BOAST))
    await policies.set({ tenantId: 'default', groupId: '' }, escalating, { author: 'test', reason: 'enforce' })
    await intake.accept(messageOf(`${BOAST}!`, { messageId: 'first-real' }))

    const action = await store.db
      .selectFrom('decisions')
      .select('action')
      .where('message_id', '=', 'first-real')
      .execute()
    expect(action).toEqual([{ action: 'remind-sender' }])
  })

  it('records as simulated what it decides while observing, also where the group itself cannot be spoken to', async () => {
    const store = await stores.open()
    const toMembers = (name: string) => (_group: unknown, audience: { kind: string }) =>
      audience.kind === 'member' ? name : null
    const { intake } = await intakeOn(store, {
      policy: ENFORCED.replace('mode: enforce', 'mode: observe'),
      rooms: {
        route: toMembers('test'),
        consequences: { enforce: toMembers('test'), observe: toMembers('simulated') },
      },
    })
    await intake.accept(messageOf(BOAST))
    expect(await store.db.selectFrom('decisions').select('simulated').execute()).toEqual([{ simulated: true }])
  })

  it('takes work that begins with 申诉 for work, and an appeal in the group for no appeal', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const work = messageOf('申诉案件台账请各派出所周五17点前报法制科。', { by: LEADER, addressesBot: true })
    const { answers } = await intake.accept(work)
    await intake.accept(messageOf('申诉', { addressesBot: true }))

    expect(answers[0]).toContain('已记为第 1 号任务')
    expect(await store.db.selectFrom('appeals').selectAll().execute()).toEqual([])
  })

  it("gives the operator's word on who leads more weight than what was known before", async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boss = { memberId: 'boss', name: '老周', role: 'member' as const }
    await intake.accept(messageOf('大家早', { by: boss }))
    const again = await intakeOn(store, {
      rooms: { roleOf: ({ memberId }) => (memberId === 'boss' ? 'leader' : null) },
    })
    await again.intake.accept(messageOf('大家好', { sender: { memberId: 'boss' } }))

    const member = await store.db.selectFrom('members').select('role').where('member_id', '=', 'boss').execute()
    expect(member).toEqual([{ role: 'leader' }])
  })

  it('finds an item by its number however long ago it was closed', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    await intake.accept(messageOf('销号 1', { by: LEADER, addressesBot: true }))
    const later = await intakeOn(store)
    const command = { by: LEADER, addressesBot: true, sentAt: MORNING + 40 * 86_400_000 }
    const { answers } = await later.intake.accept(messageOf('重开 1', command))

    expect(answers[0]).toContain('已重开')
  })

  it('answers an appeal of somebody who was never reminded, and keeps none', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const { answers } = await intake.accept(messageOf('申诉', PRIVATE))
    expect(answers[0]).toContain('没有给您的提醒')
    expect(await store.db.selectFrom('appeals').selectAll().execute()).toEqual([])
  })

  if (kind === 'server')
    it('numbers items without gap or double where several nodes take messages of one group', async () => {
      const store = await stores.open()
      const nodes = await Promise.all(
        [store, ...[1, 2, 3].map(() => stores.reopen(store))].map(async (each) => intakeOn(await each)),
      )
      const tasks = Array.from({ length: 40 }, (_, index) =>
        messageOf(`请第${index}组周五前报第${index}号台账。`, { by: LEADER }),
      )
      await Promise.all(
        tasks.flatMap((message, index) => {
          const first = nodes[index % 4]?.intake.accept(message)
          const second = nodes[(index + 1) % 4]?.intake.accept(message)
          return [first, second]
        }),
      )
      expect(await shownMessages(store.db, GROUP, 100)).toHaveLength(40)
      const numbers = (await itemsOf(store.db, [GROUP], 0)).map(({ item }) => item.number)
      expect(numbers).toEqual(numbers.map((_, index) => index + 1))
      expect(numbers.length).toBeGreaterThan(30)
    })
})
