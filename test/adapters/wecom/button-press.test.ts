import { randomBytes } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { type AppPress, createWecomAppCallback } from '../../../src/adapters/wecom/app-callback.ts'
import { createWecomAppChannel } from '../../../src/adapters/wecom/app-channel.ts'
import { buttonInteraction } from '../../../src/adapters/wecom/card.ts'
import { createWecomCardUpdate } from '../../../src/adapters/wecom/card-update.ts'
import { createCourier } from '../../../src/outbox/courier.ts'
import { reminderCard } from '../../../src/outbox/reminder-card.ts'
import type { Store } from '../../../src/store/database.ts'
import { itemsOf } from '../../../src/store/ledger.ts'
import { BOAST, intakeOn, LEADER, MORNING, messageOf, TASK, type TestIntake } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { type FakeWecom, startFakeWecom } from '../../platforms/fake-wecom.ts'
import { buttonsOf } from '../../platforms/fake-wecom-forms.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { VECTOR_SECRETS, wecomAppDelivery, wecomAppPress, wecomUnseal } from '../../platforms/wecom-wire.ts'

const SECRETS = { ...VECTOR_SECRETS, receiveId: 'ww1234567890abcdef' }

const open: FakeWecom[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})

/** A callback of an app before the intake; what is delivered gives what the response says. */
function callbackOn({ intake }: Pick<TestIntake, 'intake'>, onPressed?: (press: AppPress) => void) {
  const adapter = createWecomAppCallback({
    tenantId: 'default',
    channelId: 'app',
    corpId: SECRETS.receiveId,
    ...VECTOR_SECRETS,
    now: () => MORNING,
    random: randomBytes,
    ...(onPressed === undefined ? {} : { onPressed }),
  })
  return async (xml: string, nonce = 'n1') => {
    const incoming = adapter.receive(wecomAppDelivery(SECRETS, xml, MORNING, nonce))
    if (incoming.kind !== 'messages') throw new Error('expected a message')
    const receipts = await Promise.all(incoming.messages.map((message) => intake.accept(message)))
    const [, encrypt = ''] = /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(incoming.acknowledge(receipts).body) ?? []
    return /<Content><!\[CDATA\[(.+)\]\]>/s.exec(wecomUnseal(SECRETS, encrypt).message)?.[1] ?? ''
  }
}

/** An app that reminds the members of an intake, all the way to what stands in their clients. */
async function remindingApp(store: Store) {
  const tested = await intakeOn(store)
  const fake = await startFakeWecom()
  open.push(fake)
  const app = {
    corpId: 'wwcorp',
    corpSecret: 'app-secret',
    agentId: 1000002,
    fetch: globalThis.fetch,
    now: () => MORNING,
    baseUrl: fake.url,
  }
  const limiterOf = () => ({ schedule: <T>(job: () => Promise<T>) => job() })
  const channel = createWecomAppChannel({ ...app, channelId: 'main', cards: true, limiterOf })
  const channels = new Map([['test', channel]])
  const courier = createCourier({ db: store.db, jobs: tested.jobs, channels, now: () => MORNING + 60_000 })
  const lost: string[] = []
  const update = createWecomCardUpdate({
    ...app,
    timing: feignTiming(MORNING),
    signal: new AbortController().signal,
    onFailed: ({ code }) => lost.push(code),
  })
  const updates: Promise<void>[] = []
  const deliver = callbackOn(tested, (press) => updates.push(update(press)))
  const keyOf = (taskId: string) => {
    const card = fake.forms.cards.find((shown) => shown.taskId === taskId)?.card
    return buttonsOf(card)[0]?.key ?? ''
  }
  return {
    ...tested,
    fake,
    lost,
    remind: async (text: string) => {
      const message = messageOf(text)
      await tested.intake.accept(message)
      const waiting = store.db.selectFrom('outbox').select(['group_id', 'outbox_id']).where('state', '=', 'queued')
      for (const { group_id, outbox_id } of await waiting.execute())
        await courier.deliver({ tenantId: 'default', groupId: group_id, outboxId: outbox_id })
      return { message, taskId: fake.forms.cards.at(-1)?.taskId ?? '' }
    },
    press: async (taskId: string, changes: { userid?: string; seconds?: number } = {}) => {
      const code = fake.forms.press(taskId)
      const said = await deliver(wecomAppPress({ key: keyOf(taskId), taskId, code, userid: 'limei', ...changes }))
      await Promise.all(updates)
      return said
    },
  }
}
const appeals = (store: Store) =>
  store.db.selectFrom('appeals').select(['group_id', 'message_id', 'member_id', 'reason']).execute()

onEachStore('a button of a WeCom card', (stores) => {
  it('closes the task of the group it was made for, once, and tells whoever pressed it', async () => {
    const store = await stores.open()
    const tested = await intakeOn(store)
    await tested.intake.accept(messageOf(TASK, { by: LEADER }))
    const deliver = callbackOn(tested)
    const card = { title: '第 1 号任务', buttons: [{ text: '销号', command: '销号 1' }] }
    const made = buttonInteraction(card, '', { groupId: 'g1', taskId: 'g1-1', place: 'app' })
    const [button] = buttonsOf(made)
    const seconds = MORNING / 1000 + 60
    const click = wecomAppPress({ key: button?.key ?? '', taskId: 'g1-1', userid: LEADER.memberId, seconds })

    const answers = [await deliver(click, 'n1'), await deliver(click, 'n2')]
    const items = await itemsOf(store.db, [{ tenantId: 'default', groupId: 'g1' }], 0)
    expect(items.map(({ item }) => [item.number, item.state])).toEqual([[1, 'confirmed']])
    expect(answers[0]).toContain('已销号')
    expect(answers[1]).toBe(answers[0])
  })

  it('appeals against the very reminder it stands on, and is gone then', async () => {
    const store = await stores.open()
    const { fake, lost, remind, press } = await remindingApp(store)
    const first = await remind(BOAST)
    const second = await remind(`${BOAST}再接再厉!`)
    expect(fake.sent.map(({ to, content }) => [to, content.slice(0, 6), content.slice(-4)])).toEqual([
      ['limei', '【清群提醒】', '[申诉]'],
      ['limei', '【清群提醒】', '[申诉]'],
    ])
    expect(first.taskId).not.toBe(second.taskId)
    const seconds = MORNING / 1000 + 120
    expect(await press(first.taskId, { seconds })).toContain('申诉已记下')

    expect(await appeals(store)).toEqual([
      { group_id: 'g1', message_id: first.message.messageId, member_id: 'limei', reason: '' },
    ])
    expect(fake.forms.cards.map(({ replaced }) => replaced)).toEqual(['申诉已记下', null])
    expect(lost).toEqual([])
    // In the group nobody sees that somebody was reminded.
    const said = await store.db.selectFrom('messages').select('group_id').where('text', 'like', '申诉%').execute()
    expect(said).toEqual([{ group_id: 'single:app:limei' }])
  })

  it('changes nothing where it is pressed again, or by somebody else', async () => {
    const store = await stores.open()
    const { remind, press } = await remindingApp(store)
    const { taskId } = await remind(BOAST)
    const seconds = MORNING / 1000 + 120
    await press(taskId, { seconds })
    expect(await press(taskId, { seconds: seconds + 5 })).toContain('不用重复提交')
    expect(await press(taskId, { seconds, userid: 'wangwu' })).toContain('没有找到给您的这条提醒')
    expect(await appeals(store)).toHaveLength(1)
  })

  it('is taken as an appeal too where a platform says its command in the group', async () => {
    const store = await stores.open()
    const { intake, remind } = await remindingApp(store)
    const { taskId, message } = await remind(BOAST)
    const command = reminderCard(taskId).buttons[0]?.command ?? ''
    await intake.accept(messageOf('申诉 #不是编号', { addressesBot: true }))
    expect(await appeals(store)).toEqual([])
    const { answers } = await intake.accept(messageOf(`${command} 这是县里要的`, { addressesBot: true }))
    expect(answers[0]).toContain('申诉已记下')
    expect(await appeals(store)).toMatchObject([{ message_id: message.messageId, reason: '这是县里要的' }])
  })
})
