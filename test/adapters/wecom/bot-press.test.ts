import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createWecomBot } from '../../../src/adapters/wecom/bot.ts'
import { buttonInteraction } from '../../../src/adapters/wecom/card.ts'
import { ACKNOWLEDGE_TIMEOUT_MS } from '../../../src/adapters/wecom/constants.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { buttonsOf } from '../../platforms/fake-wecom-forms.ts'
import { VECTOR_SECRETS, wecomDelivery, wecomGroupText, wecomUnseal } from '../../platforms/wecom-wire.ts'
import { fixture } from './fixture.ts'
import { startListening, until } from './long-connection-listening.ts'

const NOW = 1_700_000_002_000
const CARD = {
  title: '清群提醒',
  buttons: [
    { text: '申诉', command: '申诉 #o1', inPrivate: true },
    { text: '销号', command: '销号 3' },
  ],
}
const BODY = '工作群里请只说要办的事'
const [appeal = '', close = ''] = buttonsOf(
  buttonInteraction(CARD, BODY, { groupId: 'wrG1', taskId: 'o1', place: 'bot' }),
).map(({ key }) => key)
const ANSWER = '申诉已记下,会转给群里的负责人'

/** A press as it is called back over HTTP, with the facts of the event nested or flat. */
const pressOf = (event_key: string, shape: 'nested' | 'flat' = 'nested', changes: object = {}) => {
  const facts = { card_type: 'button_interaction', event_key, task_id: 'o1' }
  const eventtype = 'template_card_event'
  return {
    msgid: 'EV2',
    create_time: 1_700_000_000,
    aibotid: 'AIB1',
    chattype: 'single',
    from: { corpid: 'wwcorp', userid: 'ZhangSan' },
    response_url: 'https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=RC1',
    msgtype: 'event',
    event: shape === 'nested' ? { eventtype, template_card_event: facts } : { eventtype, ...facts },
    ...changes,
  }
}
function receive(body: object) {
  const bot = createWecomBot({
    tenantId: 'default',
    channelId: 'main',
    ...VECTOR_SECRETS,
    now: () => NOW,
    random: randomBytes,
  })
  const incoming = bot.receive(wecomDelivery(VECTOR_SECRETS, body, NOW))
  if (incoming.kind !== 'messages') return { message: null, answer: () => null, response: incoming.response }
  const [message] = incoming.messages
  return {
    message: groupMessageSchema.parse(message),
    response: null,
    answer(...answers: string[]): Record<string, unknown> | null {
      const { body } = incoming.acknowledge([{ duplicate: false, answers }])
      return body === '' ? null : JSON.parse(wecomUnseal(VECTOR_SECRETS, JSON.parse(body).encrypt).message)
    },
  }
}

describe('WeCom bot by callback: a pressed button', () => {
  it.each(['nested', 'flat'] as const)('says its command where it was made for, the event being %s', (shape) => {
    expect(receive(pressOf(close, shape)).message).toMatchObject({
      messageId: 'EV2',
      chat: 'group',
      groupId: 'wrG1',
      text: '销号 3',
      kind: 'text',
      addressesBot: true,
      sentAt: 1_700_000_000_000,
      sender: { memberId: 'ZhangSan' },
    })
    expect(receive(pressOf(appeal, shape)).message).toMatchObject({
      chat: 'single',
      groupId: 'single:zhangsan',
      text: '申诉 #o1',
    })
  })

  it('is answered by the card with what was answered, on which nothing is left to press', () => {
    const answer = receive(pressOf(appeal)).answer(ANSWER)
    expect(answer).toMatchObject({
      response_type: 'update_template_card',
      template_card: {
        card_type: 'button_interaction',
        main_title: { title: '清群提醒' },
        quote_area: { quote_text: BODY },
        sub_title_text: ANSWER,
        task_id: 'o1',
      },
    })
    const [spent] = buttonsOf(answer?.template_card as Record<string, unknown>)
    expect(receive(pressOf(spent?.key ?? ''))).toMatchObject({ message: null, response: { status: 200, body: '' } })
  })

  it('is answered where there is nothing to say, and calls on nobody where there is', () => {
    expect(receive(pressOf(appeal)).answer()).toMatchObject({ template_card: { sub_title_text: '已收到:申诉 #o1' } })
    expect(receive(pressOf(appeal)).answer('**好** @所有人')).toMatchObject({
      template_card: { sub_title_text: '好 所有人' },
    })
  })

  it('leaves the cards of other programs, and those it cannot name, as they are', () => {
    const foreign = receive(fixture('bot-card-event'))
    expect(foreign.message).toMatchObject({ kind: 'unsupported', addressesBot: false })
    expect(foreign.answer()).toBeNull()
    const event = { eventtype: 'template_card_event', template_card_event: { event_key: appeal } }
    expect(receive(pressOf(appeal, 'nested', { event })).answer(ANSWER)).toBeNull()
  })
})

/** A bot that a group and a member have talked to. */
async function acquainted() {
  const started = await startListening()
  await started.up()
  started.fake.tell(wecomGroupText('M1', '@清群 你好'))
  started.fake.tell(fixture('bot-single-text'))
  await until(() => expect(started.ears.messages).toHaveLength(2))
  return started
}
const toMember = (changes: object = {}) => ({
  groupId: 'wrG1',
  audience: { kind: 'member', memberId: 'LiMei' } as const,
  outboxId: 'o1',
  body: `**${BODY}**`,
  card: CARD,
  ...changes,
})

describe('WeCom bot by long connection: cards', () => {
  it('shows a card to a member, and in a group the body alone', async () => {
    const { fake, channel } = await acquainted()
    expect(await channel.send(toMember())).toEqual({ status: 'sent', receipt: null })
    expect(await channel.send(toMember({ audience: { kind: 'group' } }))).toMatchObject({ status: 'sent' })
    expect(await channel.send(toMember({ body: '好'.repeat(113) }))).toMatchObject({ status: 'sent' })
    expect(fake.said).toMatchObject([
      { by: 'card', chatid: 'LiMei', content: BODY },
      { by: 'push', chatid: 'wrG1', content: `**${BODY}**` },
      { by: 'push', chatid: 'LiMei', content: '好'.repeat(113) },
    ])
  })

  it('says the body alone where the platform takes no card, and nothing where it takes nothing', async () => {
    const { fake, channel } = await acquainted()
    fake.refuse('aibot_send_msg', 40058)
    expect(await channel.send(toMember())).toMatchObject({ status: 'sent' })
    expect(fake.said.map(({ by }) => by)).toEqual(['push'])
    fake.refuse('aibot_send_msg', 93006)
    expect(await channel.send(toMember())).toMatchObject({ status: 'failed', code: 'WECOM_93006' })
    expect(fake.of('aibot_send_msg')).toHaveLength(3)
  })

  it.each(['nested', 'flat'] as const)(
    'replaces a pressed card with what was answered, the event being %s',
    async (shape) => {
      const { fake, channel, ears, unsaid } = await acquainted()
      await channel.send(toMember())
      ears.answer = ANSWER
      const requestId = fake.press('LiMei', appeal, 'o1', shape)
      await until(() => expect(fake.said[0]?.content).toBe(ANSWER))
      expect(ears.messages.at(-1)).toMatchObject({ chat: 'single', groupId: 'single:limei', text: '申诉 #o1' })
      expect(fake.of('aibot_respond_update_msg').map(({ headers }) => headers.req_id)).toEqual([requestId])
      const [spent] = buttonsOf(fake.said[0]?.card)
      fake.press('LiMei', spent?.key ?? '', 'o1')
      fake.tell(wecomGroupText('M9', '@清群 你好'))
      await until(() => expect(ears.messages.at(-1)?.messageId).toBe('M9'))
      expect(ears.messages).toHaveLength(4)
      expect(unsaid).toEqual([])
    },
  )

  it('pushes the answer to whoever pressed where the card cannot be replaced any more', async () => {
    const { fake, channel, ears } = await acquainted()
    await channel.send(toMember())
    ears.answer = '已销号'
    fake.refuse('aibot_respond_update_msg', 846605)
    fake.press('LiMei', close, 'o1')
    await until(() => expect(fake.said).toHaveLength(2))
    expect(ears.messages.at(-1)).toMatchObject({ chat: 'group', groupId: 'wrG1', text: '销号 3' })
    expect(fake.said[1]).toMatchObject({ by: 'push', chatid: 'LiMei', content: '已销号' })
  })

  it('does not say again what a lost acknowledgement may have shown', async () => {
    const { fake, channel, ears, timing, unsaid } = await acquainted()
    await channel.send(toMember())
    ears.answer = ANSWER
    fake.acknowledge('aibot_respond_update_msg', 'never')
    fake.press('LiMei', appeal, 'o1')
    await until(() => expect(fake.said[0]?.content).toBe(ANSWER))
    await timing.advance(ACKNOWLEDGE_TIMEOUT_MS)
    await until(() => expect(unsaid).toMatchObject([{ status: 'uncertain' }]))
    expect(fake.said).toHaveLength(1)
  })

  it('does not take a group for one that it may speak in because a button was made for it', async () => {
    const { fake, channel, ears } = await startListening({ knows: () => false })
    await until(() => expect(fake.subscribed).toBe(1))
    fake.press('LiMei', close, 'o1')
    await until(() => expect(ears.messages).toHaveLength(1))
    expect(channel.reaches({ groupId: 'wrG1', audience: { kind: 'group' } })).toBe(false)
  })
})
