import { AESCipher, Client, EventDispatcher, LoggerLevel, WSClient } from '@larksuiteoapi/node-sdk'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFeishuApi } from '../../../src/adapters/feishu/api.ts'
import { createFeishuCallback } from '../../../src/adapters/feishu/callback.ts'
import { createFeishuConnection } from '../../../src/adapters/feishu/long-connection.ts'
import { openSocket } from '../../../src/adapters/open-socket.ts'
import { createPressSeal } from '../../../src/adapters/press-seal.ts'
import { createEars } from '../../platforms/ears.ts'
import { startFakeFeishu } from '../../platforms/fake-feishu.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { FEISHU_APP, feishuDelivery, feishuPressed, feishuReceived, feishuSeal } from '../../platforms/feishu-wire.ts'
import { readingOf } from './reading.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })
const quiet = { error() {}, warn() {}, info() {}, debug() {}, trace() {} }
const silent = { loggerLevel: LoggerLevel.fatal, logger: quiet }

interface HeardBySdk {
  message: { message_id: string; content: string }
}

async function startFake() {
  const fake = await startFakeFeishu()
  closing.push(() => fake.close())
  return fake
}

describe('beside the official client @larksuiteoapi/node-sdk', () => {
  it('hears from the same platform the same messages, whole and in parts, acknowledged alike', async () => {
    const fake = await startFake()
    const bySdk: string[] = []
    const dispatcher = new EventDispatcher(silent).register({
      'im.message.receive_v1': async ({ message }: HeardBySdk) => void bySdk.push(JSON.parse(message.content).text),
    })
    const sdk = new WSClient({ ...FEISHU_APP, domain: fake.url, autoReconnect: false, ...silent })
    closing.push(() => sdk.close({ force: true }))
    await sdk.start({ eventDispatcher: dispatcher })
    await until(() => expect(fake.pings).toBe(1))
    const texts = ['周五前报送', '台账👍'.repeat(2_000)]
    const push = (prefix: string) =>
      texts.forEach((text, index) => {
        fake.push(feishuReceived(`om_${index}`, text), { id: `${prefix}${index}`, parts: 1 + index * 3 })
      })
    push('sdk')
    await until(() => expect(fake.acks).toHaveLength(2))
    sdk.close({ force: true })
    await until(() => expect(fake.open).toBe(0))

    const ears = createEars()
    const stopping = new AbortController()
    const ours = createFeishuConnection({
      reading: readingOf(),
      ...FEISHU_APP,
      fetch: globalThis.fetch,
      timing: feignTiming(),
      openSocket,
      baseUrl: fake.url,
      hears: 'all',
      answer: () => {},
      backfill: null,
    }).listen(ears, stopping.signal)
    closing.push(() => {
      stopping.abort()
      return ours
    })
    await until(() => expect(ears.notes).toEqual([{ kind: 'up' }]))
    push('our')
    await until(() => expect(fake.acks).toHaveLength(4))
    expect(bySdk).toEqual(texts)
    expect(ears.messages.map(({ text }) => text)).toEqual(texts)
    const [a, b, c, d] = fake.acks
    expect([c, d].map((ack) => [ack?.code, ack?.hasBizRt])).toEqual([a, b].map((ack) => [ack?.code, ack?.hasBizRt]))
  })

  it('answers a pressed button in its acknowledgement as the client does', async () => {
    const fake = await startFake()
    const seal = createPressSeal(FEISHU_APP.appSecret)
    const face = { title: '清群提醒', body: '台账周五到期' }
    const event = feishuPressed({ press: seal.seal({ g: 'oc_1', c: '销号 3', face }) })
    const bySdk: string[] = []
    const ours: unknown[] = []
    const dispatcher = new EventDispatcher(silent).register({
      'card.action.trigger': async ({ operator }: { operator: { open_id: string } }) => {
        bySdk.push(operator.open_id)
        return ours[0]
      },
    })

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
      answer: () => {},
      backfill: null,
    }).listen(ears, stopping.signal)
    await until(() => expect(ears.notes).toEqual([{ kind: 'up' }]))
    fake.push(event, { id: 'press' })
    await until(() => expect(fake.acks).toHaveLength(1))
    stopping.abort()
    await listening
    ours.push(fake.acks[0]?.data)

    const sdk = new WSClient({ ...FEISHU_APP, domain: fake.url, autoReconnect: false, ...silent })
    closing.push(() => sdk.close({ force: true }))
    await sdk.start({ eventDispatcher: dispatcher })
    await until(() => expect(fake.pings).toBe(2))
    fake.push(event, { id: 'press' })
    await until(() => expect(fake.acks).toHaveLength(2))
    expect(bySdk).toEqual(['ou_zhang'])
    expect(ears.messages.map(({ text, sender }) => [text, sender.memberId])).toEqual([['销号 3', 'ou_zhang']])
    expect(ours[0]).toMatchObject({ toast: { content: '第 3 号已销号。' }, card: { type: 'raw' } })
    expect(fake.acks[0]).toEqual(fake.acks[1])
  })

  it('understands the callbacks that ours understands', async () => {
    const secrets = { encryptKey: 'test key', verificationToken: 'v-token' }
    const request = feishuDelivery(secrets, feishuReceived('om_1', '周五前报送'))
    const bySdk: string[] = []
    const dispatcher = new EventDispatcher({ ...secrets, ...silent }).register({
      'im.message.receive_v1': async ({ message }: HeardBySdk) => void bySdk.push(message.message_id),
    })
    const body: Record<string, unknown> = JSON.parse(request.body.toString())
    await dispatcher.invoke(Object.assign(Object.create({ headers: request.headers }), body))
    const callback = createFeishuCallback({ reading: readingOf(), hears: 'all', answer: () => {}, ...secrets })
    const incoming = callback.receive(request)
    expect(bySdk).toEqual(['om_1'])
    expect(incoming.kind === 'messages' && incoming.messages.map(({ messageId }) => messageId)).toEqual(['om_1'])
    expect(new AESCipher('test key').decrypt(feishuSeal('test key', '清群'))).toBe('清群')
  })

  it('sends to the fake what ours sends, and gets the same answer', async () => {
    const fake = await startFake()
    const client = new Client({ ...FEISHU_APP, domain: fake.url, ...silent })
    const data = { receive_id: 'oc_1', msg_type: 'text', content: '{"text":"a"}', uuid: 'u1' }
    const params = { receive_id_type: 'chat_id' } as const
    const bySdk = await client.im.v1.message.create({ params, data })
    const api = createFeishuApi({ ...FEISHU_APP, fetch: globalThis.fetch, now: () => 0, baseUrl: fake.url })
    const byUs = await api({ method: 'POST', path: '/im/v1/messages', query: params, json: data })
    expect(byUs).toEqual({ data: bySdk.data })
    expect(fake.sent).toHaveLength(1)
  })
})
