import { expect, it } from 'vitest'
import { DAY_MS } from '../../../src/domain/calendar.ts'
import { ADMIN_HELP, HELP } from '../../../src/ledger/command.ts'
import { digestFacts } from '../../../src/outbox/compose-digest.ts'
import { outboxSince } from '../../../src/store/outbox.ts'
import { BOAST, ENFORCED, LEADER, MORNING, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { decisionsIn, GROUP, LIMEI, officeOn, WANG } from './office.ts'

const OBSERVED = ENFORCED.replace('mode: enforce', 'mode: observe')

onEachStore('what the bot says when asked', (stores) => {
  it('help names the admins’ orders to admins and not to members, in the group and in private', async () => {
    const store = await stores.open()
    const { order, whisper, say } = await officeOn(store)
    await say(TASK, LEADER)
    expect(await order('帮助', LEADER)).toBe(`${HELP}\n${ADMIN_HELP}`)
    expect(await whisper('帮助', LEADER)).toBe(`${HELP}\n${ADMIN_HELP}`)
    expect(await order('帮助', LIMEI)).toBe(HELP)
    expect(await whisper('帮助', LIMEI)).toBe(HELP)
    expect(await order('', LIMEI)).toBe(HELP)
  })

  it('the rules of the group come in plain words with their version and mode', async () => {
    const store = await stores.open()
    const { order, whisper } = await officeOn(store, {
      policy: OBSERVED.replace('id: no-boasting', 'id: no-boasting\n    title: 只说要办的事,不晒成绩'),
    })
    const answer = await order('本群规则', LIMEI)
    expect(answer).toMatch(/本群规则:测试.*第 1 版;观察中:只记录,不提醒/)
    expect(answer).toContain('- 只说要办的事,不晒成绩')
    expect(await whisper('规则', LIMEI)).toBe(answer)
    await order('启用')
    expect(await order('规则', LIMEI)).toMatch(/已启用/)
  })

  it('a group in its first week is told when the rules come into force', async () => {
    const { order } = await officeOn(await stores.open(), {
      policy: ENFORCED.replace('rules:', 'observeFirst: 7d\nrules:'),
    })
    expect(await order('规则')).toMatch(/观察中:只记录,不提醒;还有 7 天正式启用/)
  })

  it('my record shows all that is kept on the asker and nothing on anybody else, in private only', async () => {
    const store = await stores.open()
    const { order, whisper, say } = await officeOn(store)
    const assigned = { mentions: [{ memberId: 'limei', name: '东河村-李梅' }] }
    await say('请@东河村-李梅 周五下午5点前把危房排查台账报到镇办。', LEADER, assigned)
    await say(BOAST)
    await say(BOAST, WANG)
    await store.db.updateTable('outbox').set({ state: 'sent' }).where('purpose', '=', 'reminder').execute()
    expect(await order('我的记录', LIMEI)).toMatch(/^[^\n]*请私下发给我。$/)

    const record = await whisper('我的记录', LIMEI)
    expect(record).toMatch(/消息:\d+ 条,最早 2026年11月25日/)
    expect(record).toContain('近 90 天的私下提醒:1 次')
    expect(record).toMatch(/11月25日 no-boasting\n/)
    expect(record).toMatch(/您名下未办结的任务:1 件\n {2}1号 .*危房排查台账/)
    expect(record?.split('\n').length).toBeLessThanOrEqual(15)
    expect(record).not.toMatch(/王强|陈主任|wang|chen/)

    await whisper('申诉 这是上级要求报的', LIMEI)
    expect(await whisper('我的记录', LIMEI)).toMatch(/申诉中,不计入[\s\S]*您提出的申诉:1 件/)
    const nothing = await whisper('我的记录', { memberId: 'zhao', name: '赵六', role: 'member' })
    expect(nothing).toContain('近 90 天的私下提醒:0 次')
  })

  it('my record leaves out what was only simulated, held or is older than ninety days, and stays short', async () => {
    const store = await stores.open()
    const { whisper, say, at } = await officeOn(store, { policy: OBSERVED })
    await say(BOAST)
    await store.db.updateTable('outbox').set({ state: 'sent' }).execute()
    expect(await whisper('我的记录', LIMEI)).toContain('私下提醒:0 次')

    const other = await stores.open()
    const busy = await officeOn(other, {
      policy: ENFORCED.replace('remindersPerPersonPerWeek: 2', 'remindersPerPersonPerWeek: 50'),
    })
    for (let turn = 0; turn < 12; turn++) await busy.say(`${BOAST}${turn}`)
    await other.db.updateTable('outbox').set({ state: 'sent' }).where('state', '=', 'queued').execute()
    const record = await busy.whisper('我的记录', LIMEI)
    expect(record).toContain('私下提醒:12 次')
    expect(record?.split('\n').length).toBeLessThanOrEqual(15)
    busy.at(MORNING + 91 * DAY_MS)
    expect(await busy.whisper('我的记录', LIMEI)).toContain('私下提醒:0 次')
    at(MORNING)
  })

  it('the trial shows what would have been said: without names in the group, with them to an admin in private', async () => {
    const store = await stores.open()
    const { order, whisper, say } = await officeOn(store, { policy: OBSERVED })
    await say(TASK, LEADER)
    expect(await order('试运行')).toMatch(/看了 1 条消息,规则命中 0 次。没有需要提醒的。/)
    for (let turn = 0; turn < 4; turn++) await say(`${BOAST}${turn}`)
    await say(BOAST, WANG)
    const inGroup = await order('试运行')
    expect(inGroup).toContain('规则命中 5 次')
    expect(inGroup).toContain('如果启用,会私下提醒 2 人共 3 次')
    expect(inGroup).toContain('超出额度 2 次')
    expect(inGroup).not.toMatch(/李梅|王强/)
    expect(await whisper('试运行')).toMatch(/按名册:东河村-李梅 2 次、西坪村-王强 1 次/)
    await order('启用')
    expect(await order('试运行')).toMatch(/规则执行情况[\s\S]*规则命中 0 次/)
  })

  it('an unknown word gets one line, in the group and in private', async () => {
    const { order, whisper } = await officeOn(await stores.open())
    for (const answer of [
      await order('放首歌', LIMEI),
      await order('你是谁', LIMEI),
      await whisper('今天天气怎么样', LIMEI),
    ])
      expect(answer).toMatch(/^没有听懂。[^\n]*$/)
  })

  it('answers to orders cost no budget and are counted', async () => {
    const store = await stores.open()
    const { order, say, now } = await officeOn(store)
    for (let turn = 0; turn < 6; turn++) await order('规则', LIMEI)
    await say(BOAST)
    expect((await decisionsIn(store)).map(({ held }) => held)).toEqual([null])
    const facts = await digestFacts(store.db, GROUP, 'daily', now())
    expect(facts.bot).toMatchObject({ answers: 6, reminders: 1 })
  })

  it('the bot takes no order from its own words and reminds nobody of them, whoever repeats them', async () => {
    const store = await stores.open()
    const { order, say, now } = await officeOn(store, {
      policy: ENFORCED.replace('confidence: 0.8', 'confidence: 0.5'),
    })
    await say(BOAST)
    await order('静默到18:00')
    await order('取消静默')
    await order('试运行')
    const posts = await outboxSince(store.db, GROUP, now() - DAY_MS, 50)
    const before = (await decisionsIn(store)).length
    for (const { body } of posts) {
      await say(body, WANG)
      expect((await order(body, LEADER)) ?? '').not.toMatch(/^已(?!记)/)
    }
    const after = (await decisionsIn(store)).slice(before)
    expect(after.filter(({ held }) => held === null)).toEqual([])
    expect(await store.db.selectFrom('silences').selectAll().where('ended_at', 'is', null).execute()).toEqual([])
  })

  it('orders about appeals and confirmations are carried out by those who keep them', async () => {
    const store = await stores.open()
    const { order, whisper, say } = await officeOn(store)
    await say(TASK, LEADER)
    await say(BOAST)
    await store.db.updateTable('outbox').set({ state: 'sent' }).where('purpose', '=', 'reminder').execute()
    expect(await whisper('申诉列表')).toBe('没有等您处理的申诉。')
    await whisper('申诉 这是上级要求报的', LIMEI)
    expect(await whisper('申诉列表')).toContain('同意申诉 1')
    expect(await whisper('同意申诉 1', WANG)).toContain('由所在群的负责人处理')
    expect(await whisper('同意申诉 1 任务')).toMatch(/第 1 号申诉已同意/)
    expect(await whisper('申诉列表')).toBe('没有等您处理的申诉。')
    expect(await order('谁看过')).toMatch(/静默确认/)
    expect(await order('已阅 9', LIMEI)).toMatch(/没有第 9 号/)
    expect(await order('开启静默确认')).toBeTruthy()
  })
})
