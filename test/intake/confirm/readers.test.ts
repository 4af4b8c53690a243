import { expect, it } from 'vitest'
import { withdrawRecalled } from '../../../src/intake/confirm/withdraw-recalled.ts'
import { LEADER, MORNING } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { DAY, LATER, memberOf, NOTICE, officeOn, policyWith, READERS } from './confirm-fixtures.ts'

onEachStore('a tap in place of 收到', (stores) => {
  async function started(policy = policyWith()) {
    const office = await officeOn(await stores.open(), { policy })
    const asked = await office.say(NOTICE)
    for (const reader of READERS) await office.say('今天的材料我下午送到镇办三楼', reader)
    await office.start()
    return { ...office, asked }
  }

  it('is noted once, however often it is pressed', async () => {
    const office = await started()
    const first = await office.read('a', { number: 1, openly: false })
    expect(first).toBe('已记下,谢谢。群里不显示,也不用再回复。')
    expect(await office.read('a', { number: 1, openly: false })).toBe(first)
    expect((await office.seen()).answer).toContain('已有 1 人看过')
  })

  it('is answered by nothing where everybody would read the answer', async () => {
    const office = await started()
    expect(await office.read('a', { number: 1 })).toBe('')
    expect((await office.seen()).answer).toContain('已有 1 人看过')
  })

  it('counts for a member who is not known yet', async () => {
    const office = await started()
    await office.read('stranger', { number: 1 })
    const { answer } = await office.seen()
    expect(answer).toContain('已有 1 人看过')
    expect(answer).toContain('还没有点的有 5 人')
  })

  it('counts in private too, where it names no group', async () => {
    const office = await started()
    expect(await office.read('a', { number: 1, groupId: null })).toContain('已记下')
    expect(await office.read('b', { groupId: null })).toContain('已记下')
    expect(await office.read('stranger', { number: 1, groupId: null })).toContain('已记下')
    expect(await office.read('other', { groupId: null })).toContain('写上通知的编号')
    expect((await office.seen()).answer).toContain('已有 3 人看过')
  })

  it('means one message in private, since no two groups have the same open number', async () => {
    const office = await started()
    await office.say(NOTICE, LEADER, { groupId: 'g2', groupName: '二群' })
    await office.say('今天的材料我下午送到镇办三楼', memberOf('a'), { groupId: 'g2' })
    const { notes } = await office.start({ groupId: 'g2' })
    expect(notes[0]?.card?.buttons[0]?.command).toBe('已阅 2')
    await office.read('a', { number: 2, groupId: null })
    expect((await office.seen({ groupId: 'g2' })).answer).toContain('已有 1 人看过')
    expect((await office.seen()).answer).toContain('已有 0 人看过')
  })

  it('goes by the last one asked where no number is given', async () => {
    const office = await started()
    await office.say('请各村明天上午前报低保复核名单,收到请回复')
    await office.start()
    await office.read('a')
    expect((await office.seen()).answer).toContain('第 2 号):已有 1 人看过')
    expect((await office.seen({ number: 1 })).answer).toContain('第 1 号):已有 0 人看过')
  })

  it('is told of an unknown number, and of one that nobody has started', async () => {
    const office = await officeOn(await stores.open())
    await office.say(NOTICE)
    for (const reader of READERS) await office.say('收到', reader)
    await office.offers()
    expect(await office.read('a', { number: 1 })).toBe('没有第 1 号要确认的通知。')
    expect(await office.read('a', { number: 9 })).toBe('没有第 9 号要确认的通知。')
    expect(await office.read('a')).toBe('现在没有要确认的通知。')
    expect((await office.seen({ number: 1 })).answer).toContain('还没有开启')
  })

  it('is not needed from the one who asked', async () => {
    const office = await started()
    expect(await office.read(LEADER.memberId, { number: 1 })).toContain('不用点')
    expect((await office.seen()).answer).toContain('已有 0 人看过')
  })

  it('is over after fourteen days, and who had read is forgotten then', async () => {
    const office = await started()
    await office.read('a', { number: 1 })
    const at = MORNING + 15 * DAY
    expect(await office.read('b', { number: 1, at })).toContain('已过两周')
    expect((await office.seen({ number: 1, at })).answer).toContain('记录已经删去')
    expect(await office.db.selectFrom('confirmation_reads').selectAll().execute()).toEqual([])
    expect((await office.seen({ at })).answer).toBe('近两周没有开启过静默确认。')
  })

  it('is over once the message is recalled, and what has not been said about it is not said', async () => {
    const office = await started()
    const { tenantId, groupId, messageId } = office.asked
    const recall = { tenantId, groupId, messageId, at: LATER, change: { kind: 'recalled' as const } }
    await office.intake.deliver({ tenantId, channel: 'test' }, { messages: [], amendments: [recall] })
    await withdrawRecalled(office.db, [recall], LATER)
    const [post] = await office.db.selectFrom('outbox').select('state').where('cause', '=', 'confirm:1').execute()
    expect(post?.state).toBe('held')
    expect(await office.read('a', { number: 1 })).toBe('那条通知已撤回,不用确认了。')
    expect((await office.seen({ number: 1 })).answer).toBe('那条消息已撤回,不用确认了。')
  })
})

onEachStore('who has read', (stores) => {
  async function asked(policy = policyWith()) {
    const office = await officeOn(await stores.open(), { policy })
    const notice = await office.say(NOTICE)
    return { ...office, notice }
  }

  it('counts those who wrote 收到 before, with or without quoting, and those who answered by a quote', async () => {
    const office = await asked()
    await office.say('收到', memberOf('a', '成员甲'))
    await office.say('收到', memberOf('b', '成员乙'), { quote: { text: NOTICE, messageId: office.notice.messageId } })
    await office.say('我村下午三点前报送', memberOf('c', '成员丙'), {
      quote: { text: NOTICE, messageId: office.notice.messageId },
    })
    await office.say('村里的桥今天修好了', memberOf('d', '成员丁'))
    await office.start()
    expect((await office.seen()).answer.split('\n').slice(0, 2)).toEqual([
      '「请各村今天下班前把危房排查台账报到镇办,收到请…」(第 1 号):已有 3 人看过。',
      '我认识的成员里,还没有点的有 1 人:成员丁。',
    ])
  })

  it('counts a 收到 for the notice that was asked last before it', async () => {
    const office = await asked()
    await office.start()
    await office.say('请各村明天上午前报低保复核名单,收到请回复')
    await office.say('收到', memberOf('a'))
    await office.start()
    expect((await office.seen({ number: 1 })).answer).toContain('已有 0 人看过')
    expect((await office.seen({ number: 2 })).answer).toContain('已有 1 人看过')
  })

  it('says that not having tapped is not not having read, and that nobody is urged', async () => {
    const office = await asked()
    await office.say('村里的桥今天修好了', memberOf('d', '成员丁'))
    await office.start()
    const { answer, notes } = await office.seen()
    expect(answer).toContain('没有点不等于没有看,我也不会去催')
    expect(answer).not.toMatch(/排名|第一|最快|最慢|未读|通报|在线/)
    expect(notes).toEqual([])
    const outbox = await office.db.selectFrom('outbox').select('recipient').where('recipient', '=', 'd').execute()
    expect(outbox).toEqual([])
  })

  it('names people in the order in which the bot has met them, whoever taps when', async () => {
    const office = await asked()
    for (const id of ['z', 'm', 'a']) await office.say('村里的桥今天修好了', memberOf(id, `成员${id}`))
    await office.start()
    expect((await office.seen()).answer).toContain('成员z、成员m、成员a')
  })

  it('leaves out whom the policy leaves alone', async () => {
    const office = await asked(policyWith({ exempt: '{ members: [d] }' }))
    await office.say('村里的桥今天修好了', memberOf('d', '成员丁'))
    await office.start()
    expect((await office.seen()).answer).toContain('我认识的成员都看过了')
  })

  it('tells the list in private where it was asked for in the group', async () => {
    const office = await asked()
    await office.say('村里的桥今天修好了', memberOf('d', '成员丁'))
    await office.start()
    const { answer, notes } = await office.seen({ openly: true })
    expect(answer).not.toMatch(/成员丁|\d 人/)
    expect(notes).toMatchObject([
      { audience: { kind: 'member', memberId: LEADER.memberId }, purpose: 'answer', state: 'queued' },
    ])
    expect(notes[0]?.body).toContain('成员丁')
  })

  it('is told to the asker and the owner alone', async () => {
    const office = await asked()
    await office.start()
    expect(await office.seen({ memberId: 'a' })).toEqual({ answer: '谁看过只告诉发通知的人和群主。', notes: [] })
    expect(await office.seen({ memberId: 'a', groupId: null })).toEqual({
      answer: '近两周没有开启过静默确认。',
      notes: [],
    })
    expect((await office.seen({ groupId: null })).answer).toContain('已有 0 人看过')
  })

  it('tells the asker where the post has not been said yet, or never was', async () => {
    const office = await asked()
    await office.start()
    expect((await office.seen()).answer).toContain('还没有说')
    await office.db.updateTable('outbox').set({ state: 'failed' }).where('cause', '=', 'confirm:1').execute()
    expect((await office.seen()).answer).toContain('没有说成')
    await office.db.updateTable('outbox').set({ state: 'sent' }).where('cause', '=', 'confirm:1').execute()
    expect((await office.seen()).answer).not.toContain('群里那一次')
  })
})
