import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createWecomAppCallback } from '../../../src/adapters/wecom/app-callback.ts'
import { buttonInteraction } from '../../../src/adapters/wecom/card.ts'
import { itemsOf } from '../../../src/store/ledger.ts'
import { intakeOn, LEADER, MORNING, messageOf, TASK } from '../../helpers/intake.ts'
import { onEachStore } from '../../helpers/stores.ts'
import { VECTOR_SECRETS, wecomAppDelivery, wecomUnseal } from '../../platforms/wecom-wire.ts'

const SECRETS = { ...VECTOR_SECRETS, receiveId: 'ww1234567890abcdef' }
const [button] = buttonInteraction(
  { title: '第 1 号任务', body: '', buttons: [{ text: '销号', command: '销号 1' }], taskId: 'g1-1' },
  'g1',
).button_list as { key: string }[]
const CLICK = `<xml><FromUserName><![CDATA[${LEADER.memberId}]]></FromUserName><CreateTime>${MORNING / 1000 + 60}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[${button?.key}]]></EventKey><TaskId><![CDATA[g1-1]]></TaskId></xml>`

onEachStore('a button of a WeCom card', (stores) => {
  it('closes the task of the group it was made for, once, and tells whoever pressed it', async () => {
    const store = await stores.open()
    const { intake } = await intakeOn(store)
    await intake.accept(messageOf(TASK, { by: LEADER }))
    const options = { tenantId: 'default', channelId: 'app', corpId: SECRETS.receiveId, ...VECTOR_SECRETS }
    const app = createWecomAppCallback({ ...options, now: () => MORNING, random: randomBytes })

    const answers: string[] = []
    for (const nonce of ['n1', 'n2']) {
      const incoming = app.receive(wecomAppDelivery(SECRETS, CLICK, MORNING, nonce))
      if (incoming.kind !== 'messages') throw new Error('expected a message')
      const receipts = await Promise.all(incoming.messages.map((message) => intake.accept(message)))
      const { body } = incoming.acknowledge(receipts)
      const [, encrypt = ''] = /<Encrypt><!\[CDATA\[(.+?)\]\]>/.exec(body) ?? []
      answers.push(/<Content><!\[CDATA\[(.+)\]\]>/s.exec(wecomUnseal(SECRETS, encrypt).message)?.[1] ?? '')
    }

    const items = await itemsOf(store.db, [{ tenantId: 'default', groupId: 'g1' }], 0)
    expect(items.map(({ item }) => [item.number, item.state])).toEqual([[1, 'confirmed']])
    expect(answers[0]).toContain('已销号')
    expect(answers[1]).toBe(answers[0])
  })
})
