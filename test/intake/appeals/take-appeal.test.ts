import { expect, it } from 'vitest'
import { DAY_MS } from '../../../src/domain/calendar.ts'
import type { Member } from '../../../src/domain/message.ts'
import { reminderCard } from '../../../src/outbox/reminder-card.ts'
import { BOAST, ENFORCED, intakeOn, LEADER, MORNING, messageOf, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { appealsIn, ask, DEPUTY, LIMEI, reminded, sayAll, wordsTo } from './case.ts'

const OTHER_BOAST = '喜报!我镇在全县秋季擂台赛中勇夺桂冠,捷报频传,全体干部倍感振奋、再创佳绩!'
const pressed = (outboxId: string) => reminderCard(outboxId).buttons[0]?.command ?? ''

onEachStore('an appeal', (stores) => {
  it('waits with its evidence, and whoever decides gets it in a private note with two buttons', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, { policy: ENFORCED.replace('when:', 'title: 不晒成绩\n    when:') })
    await intake.accept(messageOf('请报一下上月的考核情况', { by: LEADER }))
    await reminded(store, intake)
    const answer = await ask(intake, '申诉 是县里要的材料', LIMEI)

    expect(answer).toContain('申诉已记下,编号 1,')
    expect(answer).toContain('「测试群」“热烈祝贺')
    const [note, ...others] = await wordsTo(store, 'chen')
    expect(others).toEqual([])
    expect(note).toMatchObject({
      cause: expect.stringMatching(/^appeal:no-boasting:/),
      purpose: 'note',
      state: 'queued',
    })
    for (const evidence of [
      '热烈祝贺我镇',
      '此前几条:请报一下上月的考核情况 / 大家早',
      '机器判断:晒成绩,把握',
      '规则:不晒成绩(第 1 版)',
      '提醒原话:',
      '申诉理由:是县里要的材料',
      '“同意申诉 1”',
      '“驳回申诉 1”',
    ])
      expect(note?.body).toContain(evidence)
    expect(note?.body).not.toContain('李梅')
    expect(note?.card?.buttons).toEqual([
      { text: '同意', command: '同意申诉 1', inPrivate: true },
      { text: '驳回', command: '驳回申诉 1', inPrivate: true },
    ])
  })

  it('brings its note in working hours only', async () => {
    const store = await stores.open()
    const policy = ENFORCED.replace('from: "00:00", to: "23:59"', 'from: "08:30", to: "18:00"')
    const evening = MORNING + 12 * 3_600_000
    const { intake } = await intakeOn(store, { policy, rooms: { now: () => evening } })
    await reminded(store, intake)
    await ask(intake, '申诉', LIMEI)
    const [note] = await wordsTo(store, 'chen')
    expect(note?.not_before).toEqual(new Date('2026-11-26T08:30:00+08:00'))
  })

  it('is against the reminder whose button was pressed, else the quoted one, else the last, and the answer says which', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, {
      policy: ENFORCED.replace('remindersPerPersonPerWeek: 2', 'remindersPerPersonPerWeek: 9'),
    })
    const first = await reminded(store, intake)
    const second = await reminded(store, intake, { text: OTHER_BOAST })
    const third = await reminded(store, intake, { text: `${BOAST}再创新高!` })
    const words = await wordsTo(store, 'limei')
    const of = (messageId: string) => words.find(({ cause }) => cause.endsWith(`:${messageId}`))

    expect(await ask(intake, pressed(of(first.messageId)?.outbox_id ?? ''), LIMEI)).toContain('“热烈祝贺')
    const quote = { text: (of(second.messageId)?.body ?? '').slice(0, 40) }
    expect(await ask(intake, '申诉', LIMEI, { quote })).toContain('“喜报！我镇')
    expect(await ask(intake, '申诉', LIMEI)).toContain('编号 3,')
    const kept = (await appealsIn(store)).map(({ message_id }) => message_id)
    expect(kept).toEqual([first.messageId, second.messageId, third.messageId])
  })

  it('is against the quoted reminder where the client quotes it by the id that the platform gave', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const first = await reminded(store, intake)
    await store.db.updateTable('outbox').set({ receipt: 'platform-1' }).execute()
    await reminded(store, intake, { text: OTHER_BOAST })
    await store.db.updateTable('outbox').set({ receipt: 'platform-2' }).where('receipt', 'is', null).execute()
    await ask(intake, '申诉', LIMEI, { quote: { messageId: 'platform-1', text: '您好' } })
    expect((await appealsIn(store)).map(({ message_id }) => message_id)).toEqual([first.messageId])
  })

  it('gets its reason by a second word where the button was pressed first, also in the note that still waits', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    const first = await reminded(store, intake)
    const [reminder] = await wordsTo(store, 'limei')
    await reminded(store, intake, { text: OTHER_BOAST })
    expect(await ask(intake, pressed(reminder?.outbox_id ?? ''), LIMEI)).toContain('申诉 理由')
    const answer = await ask(intake, '申诉 领导当面要求发的', LIMEI)

    expect(answer).toContain('(1 号)已补上理由')
    expect(await appealsIn(store)).toMatchObject([{ message_id: first.messageId, reason: '领导当面要求发的' }])
    expect((await wordsTo(store, 'chen')).map(({ body }) => body)).toEqual([
      expect.stringContaining('申诉理由:领导当面要求发的'),
    ])
    expect(await ask(intake, `${pressed(reminder?.outbox_id ?? '')} 又一个理由`, LIMEI)).toContain('不用重复提交')
  })

  it('needs a reminder that was said: one that still waits, was held back or simulated is none', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(BOAST))
    expect(await ask(intake, '申诉', LIMEI)).toContain('没有给您的提醒')
    await store.db.updateTable('outbox').set({ state: 'held' }).where('purpose', '=', 'reminder').execute()
    const [held] = await wordsTo(store, 'limei')
    expect(await ask(intake, pressed(held?.outbox_id ?? ''), LIMEI)).toContain('没有找到给您的这条提醒')
    await sayAll(store)
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    await store.db.updateTable('decisions').set({ simulated: true }).execute()
    expect(await ask(intake, '申诉', LIMEI)).toContain('没有给您的提醒')
    expect(await appealsIn(store)).toEqual([])
  })

  it('is taken within 14 days of the reminder and not after', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    const [reminder] = await wordsTo(store, 'limei')
    const late = { sentAt: MORNING + 14 * DAY_MS + 60_000 }
    expect(await ask(intake, '申诉', LIMEI, late)).toContain('近两周没有给您的提醒')
    expect(await ask(intake, pressed(reminder?.outbox_id ?? ''), LIMEI, late)).toContain('已过两周')
    expect(await appealsIn(store)).toEqual([])
    expect(await ask(intake, '申诉', LIMEI, { sentAt: MORNING + 14 * DAY_MS - 60_000 })).toContain('申诉已记下')
  })

  it("is not taken from somebody who was not reminded, even with the button of another's reminder", async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    const [reminder] = await wordsTo(store, 'limei')
    const wang: Member = { memberId: 'wang', name: '王强', role: 'member' }
    expect(await ask(intake, '申诉', wang)).toContain('没有给您的提醒')
    expect(await ask(intake, pressed(reminder?.outbox_id ?? ''), wang)).toContain('没有找到给您的这条提醒')
    expect(await appealsIn(store)).toEqual([])
  })

  it('may be against every kind of private word that invites it, as a question for who does a task by when', async () => {
    const store = await stores.open()
    const policy = `${ENFORCED}  - id: complete-tasks\n    when: { missing: [assignee, due] }\n    then: [ask-for-details]\n`
    const { intake } = await intakeOn(store, { policy })
    await intake.accept(messageOf('把危房排查台账报到镇办。', { by: LEADER }))
    await intake.accept(messageOf('大家好', { by: DEPUTY }))
    await sayAll(store)
    const told = (await wordsTo(store, 'chen')).filter(({ cause }) => cause.includes('ask-for-details'))
    expect(told).toHaveLength(1)
    expect(await ask(intake, '申诉 这是长期任务', LEADER)).toContain('申诉已记下')
    expect((await wordsTo(store, 'lin')).map(({ purpose }) => purpose)).toEqual(['note'])
  })

  it('goes to the owner first, then to a leader who can be reached, never to the person concerned', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store, {
      rooms: {
        route: (_group, audience) => (audience.kind === 'member' && audience.memberId === 'chen' ? null : 'test'),
      },
    })
    await reminded(store, intake)
    await intake.accept(messageOf('大家好', { by: DEPUTY }))
    await ask(intake, '申诉', LIMEI)
    expect(await wordsTo(store, 'lin')).toHaveLength(1)
    await store.db.updateTable('groups').set({ owner_id: 'limei' }).where('group_id', '=', 'g1').execute()
    await reminded(store, intake, { text: OTHER_BOAST })
    await ask(intake, '申诉', LIMEI)
    expect(await wordsTo(store, 'lin')).toHaveLength(2)
    expect((await wordsTo(store, 'limei')).every(({ purpose }) => purpose === 'reminder')).toBe(true)
  })

  it('of the only leader goes to another leader of the tenant, and to the operator where there is none', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(BOAST, { by: LEADER }))
    await sayAll(store)
    expect(await ask(intake, '申诉', LEADER)).toContain('会由管理员处理')
    expect((await wordsTo(store, 'chen')).every(({ purpose }) => purpose === 'reminder')).toBe(true)

    await intake.accept(messageOf(TASK, { by: DEPUTY, groupId: 'g2' }))
    await intake.accept(messageOf(OTHER_BOAST, { by: LEADER }))
    await sayAll(store)
    expect(await ask(intake, '申诉', LEADER)).toContain('会转给群里的负责人')
    expect((await wordsTo(store, 'lin')).map(({ purpose }) => purpose)).toEqual(['note'])
  })

  it('is not needed where the reminder has been taken back already', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    await store.db.updateTable('decisions').set({ held: 'corrected' }).execute()
    expect(await ask(intake, '申诉', LIMEI)).toContain('已经撤回')
    expect(await appealsIn(store)).toEqual([])
  })

  it('shows nothing of what was said where its button is pressed in a group', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await reminded(store, intake)
    const [reminder] = await wordsTo(store, 'limei')
    const press = messageOf(pressed(reminder?.outbox_id ?? ''), { addressesBot: true })
    const { answers } = await intake.accept(press)
    expect(answers[0]).toContain('申诉已记下')
    expect(answers[0]).not.toContain('热烈祝贺')
  })
})
