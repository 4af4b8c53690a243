import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Receipt } from '../../../src/adapters/adapter.ts'
import { createFeishuApi } from '../../../src/adapters/feishu/api.ts'
import { createFeishuAppChannel, createFeishuSender } from '../../../src/adapters/feishu/app-channel.ts'
import { createFeishuCallback } from '../../../src/adapters/feishu/callback.ts'
import { createFeishuConnection } from '../../../src/adapters/feishu/long-connection.ts'
import { openSocket } from '../../../src/adapters/open-socket.ts'
import { createPressSeal } from '../../../src/adapters/press-seal.ts'
import type { Card } from '../../../src/domain/card.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { createEars } from '../../platforms/ears.ts'
import { type FakeFeishu, refused, startFakeFeishu } from '../../platforms/fake-feishu.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { FEISHU_APP, feishuDelivery, feishuPressed } from '../../platforms/feishu-wire.ts'
import { refusalOf } from '../refused.ts'
import { readingOf } from './reading.ts'

const SECRETS = { encryptKey: 'test key', verificationToken: 'v-token' }
const SEND = '/open-apis/im/v1/messages'
const CARD: Card = {
  title: '第 3 号任务',
  buttons: [
    { text: '销号', command: '销号 3' },
    { text: '申诉', command: '申诉 #o1', inPrivate: true },
  ],
}
const PICTURE = { png: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00, 0x0d, 0x0a]), description: '本周任务' }
const BODY = '## 提醒\n台账<at id=all>周五到期。**回复“销号 3”**即可 @所有人'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })

const seal = createPressSeal(FEISHU_APP.appSecret)
const limiterOf = () => ({ schedule: <T>(job: () => Promise<T>) => job() })
async function start() {
  const fake = await startFakeFeishu()
  closing.push(() => fake.close())
  const now = () => 1_700_000_000_000
  const api = createFeishuApi({ ...FEISHU_APP, fetch: globalThis.fetch, now, baseUrl: fake.url })
  const channel = createFeishuAppChannel({
    channelId: 'main',
    send: createFeishuSender({ api, now, limiterOf }),
    seal,
    api,
  })
  return { fake, channel }
}
const toGroup = { groupId: 'oc_1', audience: { kind: 'group' }, outboxId: 'o1', body: BODY, card: CARD } as const
const toMember = { ...toGroup, audience: { kind: 'member', memberId: 'ou_zhang' } } as const

interface Shown {
  config: unknown
  header: { title: { content: string } }
  elements: { tag: string; content?: string; actions?: { text: { content: string }; value: { press: string } }[] }[]
}
const shownBy = ({ sent }: FakeFeishu) => sent.at(-1)?.content as unknown as Shown
const buttonsOf = ({ elements }: Shown) => elements.flatMap(({ actions = [] }) => actions)

/** The values of the buttons that were really sent. */
async function pressable(message: typeof toGroup | typeof toMember = toGroup) {
  const { fake, channel } = await start()
  expect(await channel.send(message)).toEqual({ status: 'sent', receipt: 'om_sent1' })
  return buttonsOf(shownBy(fake)).map(({ value }) => value)
}

const callback = () =>
  createFeishuCallback({
    reading: readingOf({ seal }),
    appId: FEISHU_APP.appId,
    hears: 'all',
    answer: () => expect.unreachable('the response carries the answer'),
    ...SECRETS,
  })
const press = (event: unknown) => callback().receive(feishuDelivery(SECRETS, event))
function pressed(event: unknown) {
  const incoming = press(event)
  if (incoming.kind !== 'messages') throw new Error(incoming.response.body)
  const answered = (receipts: Receipt[]) => JSON.parse(incoming.acknowledge(receipts).body)
  return { messages: incoming.messages, answered }
}
function toast(event: unknown) {
  const incoming = press(event)
  if (incoming.kind !== 'respond') throw new Error('expected no message')
  return JSON.parse(incoming.response.body)
}

describe('Feishu cards', () => {
  it('show body and buttons, harmless, and are not to be forwarded', async () => {
    const { fake, channel } = await start()
    await channel.send(toGroup)
    expect(fake.sent[0]).toMatchObject({ to: 'oc_1', msgType: 'interactive', uuid: 'o1' })
    const card = shownBy(fake)
    expect(card.config).toEqual({ enable_forward: false, update_multi: false })
    expect(card.header.title.content).toBe('第 3 号任务')
    expect(card.elements[0]).toEqual({
      tag: 'markdown',
      content: '**提醒**\n台账at id=all>周五到期。**回复“销号 3”**即可 所有人',
    })
    expect(buttonsOf(card).map(({ text }) => text.content)).toEqual(['销号', '申诉'])
  })

  it('call on the members that are marked, in a card and in a post', async () => {
    const { fake, channel } = await start()
    const body = '{{@ou_zhang}} {{@all}} 请报送'
    await channel.send({ ...toGroup, body })
    expect(shownBy(fake).elements[0]?.content).toContain('<at id=ou_zhang></at> ')
    await channel.send({ ...toGroup, body, card: undefined, outboxId: 'o2' })
    expect(JSON.stringify(fake.sent[1]?.content)).toContain('<at user_id=\\"ou_zhang\\"></at> ')
    expect(JSON.stringify(fake.sent)).not.toContain('at id=all')
  })

  it('are said as the body alone where they are too long or the platform refuses them', async () => {
    const { fake, channel } = await start()
    await channel.send({ ...toGroup, body: '台'.repeat(3500) })
    expect(fake.sent.map(({ msgType }) => msgType)).toEqual(['post'])
    fake.next(SEND, refused(230099))
    expect(await channel.send({ ...toGroup, outboxId: 'o2' })).toMatchObject({ status: 'sent' })
    expect(fake.sent.map(({ msgType, uuid }) => [msgType, uuid])).toEqual([
      ['post', 'o1'],
      ['post', 'o2'],
    ])
    fake.next(SEND, refused(230002))
    expect(await channel.send({ ...toGroup, outboxId: 'o3' })).toMatchObject({
      status: 'failed',
      code: 'FEISHU_230002',
    })
    expect(fake.sent).toHaveLength(2)
  })

  it('carry a picture, and so does a post; without it the words go alone', async () => {
    const { fake, channel } = await start()
    await channel.send({ ...toGroup, picture: PICTURE })
    expect([...fake.images.values()]).toEqual([Buffer.from(PICTURE.png)])
    const img = { tag: 'img', img_key: 'img_v3_1', alt: { tag: 'plain_text', content: '本周任务' } }
    expect(shownBy(fake).elements[1]).toEqual(img)
    await channel.send({ ...toGroup, card: undefined, picture: PICTURE, outboxId: 'o2' })
    expect(JSON.stringify(fake.sent[1]?.content)).toContain('[{"tag":"img","image_key":"img_v3_2"}]')
    fake.next('/open-apis/im/v1/images', refused(234006))
    await channel.send({ ...toGroup, card: undefined, picture: PICTURE, outboxId: 'o3' })
    expect(JSON.stringify(fake.sent[2]?.content)).not.toContain('img')
  })
})

describe('a pressed button of Feishu', () => {
  it('says its command in the group, by whoever pressed it', async () => {
    const [close] = await pressable()
    const { messages } = pressed(feishuPressed(close))
    expect(messages.map((message) => groupMessageSchema.parse(message))).toEqual([
      {
        tenantId: 'default',
        groupId: 'oc_1',
        messageId: expect.stringMatching(/^press-[0-9a-f]{32}$/),
        adapter: 'feishu',
        channelId: 'main',
        chat: 'group',
        sentAt: 1_700_000_000_000,
        sender: { memberId: 'ou_zhang' },
        kind: 'text',
        text: '销号 3',
        mentions: [],
        addressesBot: true,
      },
    ])
  })

  it('is answered with a toast and the card without buttons, the same however often it is delivered', async () => {
    const [close] = await pressable()
    const { answered } = pressed(feishuPressed(close))
    const first = answered([{ duplicate: false, answers: ['**第 3 号**已销号。'] }])
    expect(first.toast).toEqual({ type: 'info', content: '第 3 号已销号。' })
    expect(first.card.type).toBe('raw')
    const card: Shown = first.card.data
    expect(buttonsOf(card)).toEqual([])
    expect(card.header.title.content).toBe('第 3 号任务')
    const texts = card.elements.flatMap(({ content }) => content ?? [])
    expect(texts).toEqual([expect.stringContaining('台账'), '**第 3 号**已销号。'])
    expect(answered([{ duplicate: true, answers: ['**第 3 号**已销号。'] }])).toEqual(first)
    expect(answered([{ duplicate: false, answers: [] }]).toast.content).toBe('已收到:销号 3')
  })

  it('is known by its event id, or by its token', async () => {
    const [close] = await pressable()
    const idOf = (event: unknown) => pressed(event).messages[0]?.messageId
    const once = idOf(feishuPressed(close))
    expect(idOf(feishuPressed(close, { token: 'c-other' }))).toBe(once)
    expect(idOf(feishuPressed(close, {}, { event_id: 'other' }))).not.toBe(once)
    const unnamed = { event_id: undefined }
    expect(idOf(feishuPressed(close, {}, unnamed))).toBe(idOf(feishuPressed(close, {}, unnamed)))
    expect(refusalOf(() => press(feishuPressed(close, { token: '' }, unnamed)))).toMatchObject({ status: 400 })
  })

  it.each(['1e999', '-1', '17000000000', 'yesterday'])('is refused where its time is none: %s', async (create_time) => {
    const [close] = await pressable()
    expect(() => pressed(feishuPressed(close, {}, { create_time }))).toThrow('create_time')
  })

  it('counts only in the group, or from the member, that the card was meant for', async () => {
    const elsewhere = { context: { open_chat_id: 'oc_2' } }
    const another = { operator: { open_id: 'ou_li' } }
    const [close] = await pressable()
    expect(toast(feishuPressed(close, elsewhere)).toast.content).toBe('请在原来的群里操作')
    expect(pressed(feishuPressed(close, another)).messages[0]?.sender).toEqual({ memberId: 'ou_li' })
    const [own] = await pressable(toMember)
    expect(toast(feishuPressed(own, { ...another, ...elsewhere })).toast.type).toBe('warning')
    expect(pressed(feishuPressed(own, elsewhere)).messages[0]).toMatchObject({ groupId: 'oc_1', chat: 'group' })
  })

  it('is said in private where it concerns nobody else', async () => {
    const inChat = { context: { open_chat_id: 'oc_private' } }
    const [, appeal] = await pressable(toMember)
    const said = pressed(feishuPressed(appeal, inChat)).messages[0]
    expect(said).toMatchObject({ groupId: 'oc_private', chat: 'single', text: '申诉 #o1' })
    const [, openly] = await pressable(toGroup)
    expect(pressed(feishuPressed(openly)).messages[0]).toMatchObject({ groupId: 'single:ou_zhang', chat: 'single' })
  })

  it('does nothing where this server has not made it', async () => {
    const [close] = await pressable()
    const forged = { press: close?.press.replace('oc_1', 'oc_2') }
    expect(toast(feishuPressed(forged)).toast.content).toBe('这个按钮已失效,请改发文字指令')
    const recorded = readFileSync(new URL('./fixtures/card.action.trigger.json', import.meta.url), 'utf8')
    expect(toast(JSON.parse(recorded))).toEqual({})
    expect(refusalOf(() => press(feishuPressed(close, { operator: {} }))).status).toBe(400)
  })

  it('is answered over the long connection in its acknowledgement, and refused where the store refuses', async () => {
    const { fake, channel } = await start()
    await channel.send(toGroup)
    const [close] = buttonsOf(shownBy(fake))
    const ears = createEars()
    ears.answer = '第 3 号已销号。'
    const stopping = new AbortController()
    const listening = createFeishuConnection({
      reading: readingOf({ seal }),
      ...FEISHU_APP,
      fetch: globalThis.fetch,
      timing: feignTiming(),
      openSocket,
      baseUrl: fake.url,
      hears: 'all',
      answer: () => expect.unreachable('the acknowledgement carries the answer'),
      backfill: null,
    }).listen(ears, stopping.signal)
    closing.push(() => {
      stopping.abort()
      return listening
    })
    await until(() => expect(fake.open).toBe(1))
    await until(() => expect(fake.pings).toBe(1))
    await until(() => expect(ears.deliveries).toHaveLength(1))
    ears.refuse = 1
    fake.push(feishuPressed(close?.value), { id: 'refused' })
    await until(() => expect(fake.acks).toHaveLength(1))
    fake.push(feishuPressed(close?.value), { id: 'taken', parts: 3 })
    await until(() => expect(fake.acks).toHaveLength(2))
    fake.push(feishuPressed({ press: 'forged' }), { id: 'forged' })
    await until(() => expect(fake.acks).toHaveLength(3))
    expect(fake.acks).toMatchObject([
      { id: 'refused', code: 500 },
      { id: 'taken', code: 200, data: { toast: { content: '第 3 号已销号。' }, card: { type: 'raw' } } },
      { id: 'forged', code: 200, data: { toast: { type: 'warning' } } },
    ])
    expect(ears.messages.map(({ text }) => text)).toEqual(['销号 3'])
  })
})
