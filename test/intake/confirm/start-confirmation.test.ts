import { expect, it } from 'vitest'
import { insertSilence } from '../../../src/store/silences.ts'
import { LEADER, MORNING } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { DAY, HOUR, LATER, memberOf, NOTICE, officeOn, policyWith, READERS } from './confirm-fixtures.ts'

const OFFICE_HOURS = policyWith({
  work: '{ days: workdays, from: "08:30", to: "18:00" }',
  bot: '{ groupPostsPerDay: 1, remindersPerPersonPerWeek: 9, quiet: ["20:00", "08:00"] }',
})

onEachStore('an offer of silent confirmation', (stores) => {
  it('brings the asker a number and a button after a flood of 收到', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    const [offer] = (await office.offers()).filter(({ purpose }) => purpose === 'reminder')
    expect(offer).toMatchObject({
      audience: { kind: 'member', memberId: LEADER.memberId },
      card: { buttons: [{ text: '开启静默确认', command: '开启静默确认 1' }] },
    })
    expect(offer?.body).toContain('对我说“开启静默确认 1”')
  })

  it('is only simulated while a group is observed, so that no number is valid', async () => {
    const office = await officeOn(await stores.open(), { policy: policyWith({ mode: 'observe' }) })
    await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    const [offer] = (await office.offers()).filter(({ purpose }) => purpose === 'reminder')
    expect(offer?.channel).toBe('simulated')
    expect(offer?.card).toBeUndefined()
    expect(offer?.body).not.toContain('开启静默确认')
    expect(await office.start({ number: 1 })).toEqual({ answer: '没有第 1 号可以开启的静默确认。', notes: [] })
  })

  it('makes no promise where the bot can say nothing in the group', async () => {
    const route = (_group: unknown, { kind }: { kind: string }) => (kind === 'group' ? null : 'test')
    const office = await officeOn(await stores.open(), { rooms: { route } })
    await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    const [offer] = (await office.offers()).filter(({ purpose }) => purpose === 'reminder')
    expect(offer?.card).toBeUndefined()
    const { answer, notes } = await office.start()
    expect(answer).toContain('请用消息旁的“已读”')
    expect(notes).toEqual([])
  })

  it('keeps its number when it is made again, and says so once it was taken up', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    for (const reader of [...READERS, ...READERS]) await office.say('收到', reader)
    const said = (await office.offers()).filter(({ purpose }) => purpose === 'reminder')
    expect(said.map(({ card }) => card?.buttons[0]?.command)).toEqual(['开启静默确认 1', '开启静默确认 1'])
    await office.start({ number: 1 })
    const again = (await office.offers()).filter(({ purpose }) => purpose === 'reminder')
    expect(again.map(({ card }) => card?.buttons[0]?.command)).toEqual(['谁看过 1', '谁看过 1'])
  })
})

onEachStore('starting a silent confirmation', (stores) => {
  it('posts once in the group, quoting the first words and calling on nobody', async () => {
    const office = await officeOn(await stores.open())
    const asked = await office.say(NOTICE)
    const { answer, notes } = await office.start()
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatchObject({
      audience: { kind: 'group' },
      purpose: 'note',
      state: 'queued',
      messageId: asked.messageId,
      notBefore: LATER,
      card: { buttons: [{ text: '已阅', command: '已阅 1' }] },
    })
    expect(notes[0]?.body).toMatch(/请各村今天下班前.*\n\n看过请点一下「已阅」,不用回复收到/)
    expect(notes[0]?.body).toContain('已阅 1')
    expect(notes[0]?.body).not.toMatch(/[@@]/)
    expect(answer).toContain('谁看过 1')
  })

  it('repeats no number of an identity card in the group', async () => {
    const office = await officeOn(await stores.open())
    await office.say('330102199001011234 请该户今天内补交材料,收到请回复')
    expect((await office.start()).notes[0]?.body).not.toContain('330102199001011234')
  })

  it('says nothing more when the button is pressed twice', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    await office.start()
    const { answer, notes } = await office.start({ number: 1 })
    expect(notes).toEqual([])
    expect(answer).toContain('已经开启')
  })

  it('takes the last one asked on a day with two, where no number is given', async () => {
    const office = await officeOn(await stores.open())
    const first = await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    await office.offers()
    const second = await office.say('请各村明天上午前报低保复核名单,收到请回复')
    expect((await office.start()).notes).toMatchObject([{ messageId: second.messageId }])
    expect((await office.start({ number: 1 })).notes).toMatchObject([{ messageId: first.messageId }])
  })

  it('knows no number that was never offered', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    expect(await office.start({ number: 7 })).toEqual({ answer: '没有第 7 号可以开启的静默确认。', notes: [] })
    expect(await office.start({ memberId: 'nobody' })).toMatchObject({ notes: [] })
  })

  it('lets nobody start it but the asker and the owner', async () => {
    const office = await officeOn(await stores.open())
    const asker = { ...memberOf('clerk', '小周'), role: 'leader' as const }
    await office.say('大家好', LEADER)
    await office.say(NOTICE, asker)
    for (const reader of READERS) await office.say('收到', reader)
    await office.offers()
    const refused = { answer: '静默确认由发通知的人或群主开启。', notes: [] }
    expect(await office.start({ number: 1, memberId: 'a' })).toEqual(refused)
    expect((await office.start({ number: 1, memberId: LEADER.memberId })).notes).toHaveLength(1)
    expect((await office.start({ number: 1, memberId: 'clerk' })).answer).toContain('已经开启')
  })

  it('is of no use for a message that was recalled', async () => {
    const office = await officeOn(await stores.open())
    const asked = await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    await office.offers()
    const { tenantId, groupId, messageId } = asked
    const recall = { tenantId, groupId, messageId, at: LATER, change: { kind: 'recalled' as const } }
    await office.intake.deliver({ tenantId, channel: 'test' }, { messages: [], amendments: [recall] })
    expect(await office.start({ number: 1 })).toEqual({ answer: '那条消息已撤回,不用确认了。', notes: [] })
    expect((await office.start()).notes).toEqual([])
  })

  it('is of no use for a notice older than fourteen days', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    await office.offers()
    const { answer, notes } = await office.start({ number: 1, at: MORNING + 15 * DAY })
    expect([answer, notes]).toEqual(['那条消息已过两周,不再开启静默确认。', []])
    expect((await office.start({ at: MORNING + 15 * DAY })).notes).toEqual([])
  })

  it('posts nothing while the group is observed', async () => {
    const office = await officeOn(await stores.open(), { policy: policyWith({ mode: 'observe' }) })
    await office.say(NOTICE)
    const { answer, notes } = await office.start()
    expect(notes).toEqual([])
    expect(answer).toContain('观察期')
  })

  it.each([
    ['emergency', '应急'],
    ['paused', '学习'],
  ] as const)('posts nothing while the bot is silenced (%s), and says until when', async (kind, reason) => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    const silence = { tenantId: 'default', groupId: 'g1', silenceId: 's1', kind, since: MORNING, by: 'chen', reason }
    await insertSilence(office.db, { ...silence, until: MORNING + 4 * HOUR })
    const { answer, notes } = await office.start()
    expect(notes).toEqual([])
    expect(answer).toContain('11月25日13:30')
    expect((await office.start({ number: 1, at: MORNING + 5 * HOUR })).notes).toHaveLength(1)
  })

  it('stays out of an emergency that the notice itself names', async () => {
    const office = await officeOn(await stores.open())
    await office.say('防汛 请各村今晚派人上堤值守,收到请回复')
    const { answer, notes } = await office.start()
    expect(notes).toEqual([])
    expect(answer).toContain('应急')
  })

  it('waits for the next working day once the day’s budget is used up, and tells the asker when', async () => {
    const office = await officeOn(await stores.open(), { policy: OFFICE_HOURS })
    await office.say(NOTICE)
    expect((await office.start()).notes).toMatchObject([{ notBefore: LATER }])
    await office.say('请各村明天上午前报低保复核名单,收到请回复')
    const { answer, notes } = await office.start()
    expect(notes).toMatchObject([{ notBefore: Date.parse('2026-11-26T08:30:00+08:00') }])
    expect(answer).toContain('11月26日08:30')
  })

  it('counts what the same batch says against the budget', async () => {
    const office = await officeOn(await stores.open(), { policy: OFFICE_HOURS })
    await office.say(NOTICE)
    const { notes: pending } = await office.start()
    await office.db.deleteFrom('outbox').execute()
    await office.say('请各村明天上午前报低保复核名单,收到请回复')
    const { notes } = await office.startWith(pending)
    expect(notes).toMatchObject([{ notBefore: Date.parse('2026-11-26T08:30:00+08:00') }])
  })

  it('asks nobody for a tap at night, nor on a rest day', async () => {
    const office = await officeOn(await stores.open(), { policy: OFFICE_HOURS })
    await office.say(NOTICE)
    const { answer, notes } = await office.start({ at: Date.parse('2026-11-27T21:00:00+08:00') })
    expect(notes).toMatchObject([{ notBefore: Date.parse('2026-11-30T08:30:00+08:00') }])
    expect(answer).toContain('11月30日08:30')
  })

  it('says that it cannot where the policy lets the bot post nothing', async () => {
    const bot = '{ groupPostsPerDay: 0, remindersPerPersonPerWeek: 9, quiet: ["00:00", "00:00"] }'
    const office = await officeOn(await stores.open(), { policy: policyWith({ bot }) })
    await office.say(NOTICE)
    const { answer, notes } = await office.start()
    expect(notes).toEqual([])
    expect(answer).toContain('已读')
  })
})
