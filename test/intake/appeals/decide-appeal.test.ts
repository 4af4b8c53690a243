import { expect, it } from 'vitest'
import { DAY_MS, startOfDay } from '../../../src/domain/calendar.ts'
import { composeDigest } from '../../../src/outbox/compose-digest.ts'
import { listCorrections, standingCorrections } from '../../../src/store/corrections.ts'
import type { Store } from '../../../src/store/database.ts'
import { labelCounts } from '../../../src/store/messages.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { appealsIn, ask, DEPUTY, GROUP, LIMEI, outcomesTo, reminded, sayAll, wordsTo } from './case.ts'

const TODAY = startOfDay(MORNING)
const counts = async (store: Store) => Object.fromEntries(await labelCounts(store.db, GROUP, TODAY, TODAY + DAY_MS))
const decisionsOn = (store: Store, messageId: string) =>
  store.db.selectFrom('decisions').select(['rule', 'action', 'held']).where('message_id', '=', messageId).execute()
const labelOf = async (store: Store, messageId: string) =>
  (await store.db.selectFrom('messages').select('label').where('message_id', '=', messageId).execute())[0]?.label

const withStep = (after: number, then = 'note-owner') =>
  ENFORCED.replace(
    '    then: [remind-sender]\n',
    `    then: [remind-sender]\n    escalate: { after: ${after}, within: 7d, then: [${then}] }\n`,
  )

onEachStore('an appeal that is upheld', (stores) => {
  it('is undone in count, statistics, digest and learning set, and the person is told courteously in private', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = await reminded(store, intake)
    await ask(intake, '申诉 县里要的材料', LIMEI)
    const answer = await ask(intake, '同意申诉 1', LEADER)

    expect(answer).toMatch(/第 1 号申诉已同意:提醒撤回,不再计入次数,消息改记为“.+”,结果会私下告诉本人。/)
    expect(await decisionsOn(store, boast.messageId)).toEqual([
      { rule: 'no-boasting', action: 'remind-sender', held: 'corrected' },
    ])
    expect(['task', 'progress', 'problem', 'notice']).toContain(await labelOf(store, boast.messageId))
    expect((await counts(store)).boast).toBe(0)
    const digest = await composeDigest(store.db, GROUP, 'weekly', MORNING + 60_000)
    expect(digest).not.toContain('晒成绩')
    expect(digest).toContain('私下提醒 1 次')
    expect(await standingCorrections(store.db, 'default')).toMatchObject([
      { messageId: boast.messageId, source: 'appeal', said: { label: 'boast' }, madeBy: '陈主任' },
    ])
    expect(await appealsIn(store)).toMatchObject([{ state: 'upheld', decided_by: 'chen', decision_reason: '' }])
    const told = (await outcomesTo(store, 'limei')).at(-1)
    expect(told).toMatchObject({ state: 'queued', purpose: 'answer', channel: 'test' })
    expect(told?.body).toMatch(/「测试群」“热烈祝贺.*已获同意:提醒撤回,不再计入次数。.*谢谢您指出来/s)
  })

  it('counts the message as what the decider names, and tells the person the reason that was added', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    expect(await ask(intake, '同意申诉 1 通知,考核结果要公布', LEADER)).toContain('“信息通知”')

    expect(await labelOf(store, boast.messageId)).toBe('notice')
    expect(await standingCorrections(store.db, 'default')).toMatchObject([
      { label: 'notice', reason: '考核结果要公布' },
    ])
    expect((await outcomesTo(store, 'limei')).at(-1)?.body).toContain('负责人的说明:考核结果要公布')
  })

  it('teaches nothing where the label is said to be right and the reminder alone was not', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1 晒成绩,是我请他发的', LEADER)

    expect(await labelOf(store, boast.messageId)).toBe('boast')
    expect(await listCorrections(store.db, 'default')).toEqual([])
    expect(await decisionsOn(store, boast.messageId)).toMatchObject([{ held: 'corrected' }])
  })

  it('against a rule over words withdraws the decision and leaves the label alone', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, {
      policy: `${ENFORCED}  - id: no-secrets\n    when: { text: [台账] }\n    then: [remind-sender]\n`,
    })
    const task = await reminded(store, intake, { text: '危房排查台账已报镇办,请查收。' })
    const label = await labelOf(store, task.messageId)
    expect(await ask(intake, '申诉', LIMEI)).toContain('申诉已记下')
    expect(await ask(intake, '同意申诉 1', LEADER)).not.toContain('改记')

    expect(await labelOf(store, task.messageId)).toBe(label)
    expect(await listCorrections(store.db, 'default')).toEqual([])
    expect(await decisionsOn(store, task.messageId)).toMatchObject([{ rule: 'no-secrets', held: 'corrected' }])
  })

  it('leaves no trace in the count: the next one is a first one again, on every node', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy: withStep(2) })
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)
    await intake.accept(messageOf(`${BOAST}!`, { messageId: 'next' }))
    expect((await decisionsOn(store, 'next')).map(({ action }) => action)).toEqual(['remind-sender'])
  })

  it('takes back what still waits because of it: the note on a third boast that is now the second', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy: withStep(3) })
    await reminded(store, intake)
    await intake.accept(messageOf(`${BOAST}!`))
    await sayAll(store)
    await intake.accept(messageOf(`${BOAST}!!`, { messageId: 'third' }))
    const noteOn = async () => (await wordsTo(store, 'chen')).filter(({ cause }) => cause.endsWith('note-owner:third'))
    expect(await noteOn()).toMatchObject([{ state: 'queued' }])
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)

    expect(await noteOn()).toMatchObject([{ state: 'held', held: 'corrected' }])
    await intake.accept(messageOf(`${BOAST}!!!`, { messageId: 'fourth' }))
    expect((await decisionsOn(store, 'fourth')).map(({ action }) => action)).toEqual(['note-owner'])
  })

  it('empties windows on every node: a flood that had one message too many needs one more', async () => {
    const store = await stores.open()
    const policy = ENFORCED.replace('remindersPerPersonPerWeek: 2', 'remindersPerPersonPerWeek: 50').concat(
      '  - id: boasting-flood\n    when: { label: boast, count: 4, within: 1d }\n    then: [note-owner]\n',
    )
    const { intake } = await intakeOn(store, { policy })
    await reminded(store, intake)
    for (const tail of ['!', '!!']) await intake.accept(messageOf(`${BOAST}${tail}`))
    await sayAll(store)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)
    const flooded = async () =>
      (await store.db.selectFrom('decisions').select('message_id').where('rule', '=', 'boasting-flood').execute()).map(
        ({ message_id }) => message_id,
      )
    await intake.accept(messageOf(`${BOAST}~`, { messageId: 'fourth' }))
    expect(await flooded()).toEqual([])
    await intake.accept(messageOf(`${BOAST}~~`, { messageId: 'fifth' }))
    expect(await flooded()).toEqual(['fifth'])
  })

  it('takes back the note on a flood that is none any more, where it still waits', async () => {
    const store = await stores.open()
    const policy = ENFORCED.concat(
      '  - id: boasting-flood\n    when: { label: boast, count: 3, within: 1d }\n    then: [note-owner]\n',
    )
    const { intake } = await intakeOn(store, { policy })
    await reminded(store, intake)
    await intake.accept(messageOf(`${BOAST}!`))
    await sayAll(store)
    await intake.accept(messageOf(`${BOAST}!!`, { messageId: 'third' }))
    const flood = async () => (await wordsTo(store, 'chen')).filter(({ cause }) => cause.startsWith('boasting-flood'))
    expect(await flood()).toMatchObject([{ state: 'queued' }])
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)
    expect(await flood()).toMatchObject([{ held: 'corrected' }])
  })

  it('forgets the demand that it was taken for, so that nobody is told of a repetition', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const boast = await reminded(store, intake)
    await store.db
      .insertInto('demands')
      .values({
        tenant_id: 'default',
        group_id: 'g1',
        message_id: boast.messageId,
        sender_id: 'limei',
        sent_at: new Date(MORNING),
        hashes: [1],
        bands: [1],
      })
      .execute()
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)
    expect(await store.db.selectFrom('demands').selectAll().execute()).toEqual([])
  })

  it('needs no note to whoever was to decide any more, once another has decided', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('大家好', { by: DEPUTY }))
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '同意申诉 1', LEADER)
    expect((await wordsTo(store, 'lin')).map(({ held }) => held)).toEqual(['corrected'])
  })
})

onEachStore('an appeal that is rejected', (stores) => {
  it('counts again, changes no label, and the person is told with the reason', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy: withStep(2) })
    const boast = await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    expect(await ask(intake, '驳回申诉 1 任务群里请不要发喜报', LEADER)).toContain('已驳回,提醒保留并计入次数')

    expect(await labelOf(store, boast.messageId)).toBe('boast')
    expect(await appealsIn(store)).toMatchObject([{ state: 'rejected', decision_reason: '任务群里请不要发喜报' }])
    const told = (await outcomesTo(store, 'limei')).at(-1)
    expect(told?.body).toContain('理由:任务群里请不要发喜报')
    await intake.accept(messageOf(`${BOAST}!`, { messageId: 'next' }))
    expect((await decisionsOn(store, 'next')).map(({ action }) => action)).toEqual(['note-owner'])
    expect(await ask(intake, '申诉', LIMEI)).toContain('此前已有结果')
  })

  it('by the button alone says that no reason was given, and whom to ask', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '驳回申诉 1', LEADER)
    expect((await outcomesTo(store, 'limei')).at(-1)?.body).toMatch(/负责人没有另写理由。\n.*直接和负责人沟通/)
  })
})

onEachStore('whoever decides on an appeal', (stores) => {
  it('is never the person concerned, not even the only leader and owner of the group', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(BOAST, { by: LEADER }))
    await store.db.updateTable('groups').set({ owner_id: 'chen' }).where('group_id', '=', 'g1').execute()
    await sayAll(store)
    await ask(intake, '申诉', LEADER)
    for (const order of ['同意申诉 1', '驳回申诉 1 不必'])
      expect(await ask(intake, order, LEADER)).toBe('第 1 号申诉是您本人提出的,由其他负责人处理,有结果会私下告诉您。')
    expect(await appealsIn(store)).toMatchObject([{ state: 'open', decided_by: null }])

    await intake.accept(messageOf(TASK, { by: DEPUTY, groupId: 'g2' }))
    expect(await ask(intake, '申诉列表', DEPUTY)).toContain('1 号「测试群」')
    expect(await ask(intake, '同意申诉 1', DEPUTY)).toContain('已同意')
    expect(await appealsIn(store)).toMatchObject([{ state: 'upheld', decided_by: 'lin' }])
  })

  it('is a leader or the owner of the group: anybody else gets one courteous line and changes nothing', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await intake.accept(messageOf(TASK, { by: DEPUTY, groupId: 'g2' }))
    const wang = { memberId: 'wang', name: '王强', role: 'member' as const }
    for (const by of [wang, DEPUTY]) {
      const answer = await ask(intake, '同意申诉 1', by)
      expect(answer).toBe('第 1 号申诉由所在群的负责人处理,您不用操作,谢谢。')
    }
    expect(await appealsIn(store)).toMatchObject([{ state: 'open' }])
    await store.db.updateTable('groups').set({ owner_id: 'wang' }).where('group_id', '=', 'g1').execute()
    expect(await ask(intake, '同意申诉 1', wang)).toContain('已同意')
  })

  it('is told where it has been decided before, by whom and how, and where there is no such number', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('大家好', { by: DEPUTY }))
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    await ask(intake, '驳回申诉 1 请看群规', LEADER)
    const words = await wordsTo(store, 'limei')
    expect(await ask(intake, '同意申诉 1', DEPUTY)).toBe('第 1 号申诉此前已由陈主任驳回,没有改动。')
    expect(await ask(intake, '驳回申诉 1', LEADER)).toBe('第 1 号申诉此前已由陈主任驳回,没有改动。')
    expect(await ask(intake, '同意申诉 7', LEADER)).toBe('没有找到第 7 号申诉,请核对编号。')
    expect(await wordsTo(store, 'limei')).toEqual(words)
  })

  it('of two at once in one batch wins alone; the other is told', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf('大家好', { by: DEPUTY }))
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    const answers = await Promise.all([ask(intake, '同意申诉 1', LEADER), ask(intake, '驳回申诉 1 不合适', DEPUTY)])
    expect(answers[0]).toContain('已同意')
    expect(answers[1]).toBe('第 1 号申诉此前已由陈主任同意,没有改动。')
    expect(await outcomesTo(store, 'limei')).toHaveLength(1)
  })

  it('finds the open cases by a list in private that holds only those to be decided by this person', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    await ask(intake, '申诉 县里要的', LIMEI)
    await intake.accept(messageOf(TASK, { by: DEPUTY, groupId: 'g2' }))
    const list = await ask(intake, '申诉列表', LEADER)
    expect(list).toMatch(/^有 1 件申诉待处理:\n1 号「测试群」“热烈祝贺.*”;理由:县里要的\n同意请发“同意申诉 1”/)
    expect(list).not.toContain('李梅')
    for (const by of [DEPUTY, LIMEI]) expect(await ask(intake, '申诉列表', by)).toBe('没有等您处理的申诉。')
    await ask(intake, '同意申诉 1', LEADER)
    expect(await ask(intake, '申诉列表', LEADER)).toBe('没有等您处理的申诉。')
  })
})
