import { describe, expect, it } from 'vitest'
import {
  createWecomLongConnection,
  type WecomLongConnectionOptions,
} from '../../../src/adapters/wecom/long-connection.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { createEars } from '../../platforms/ears.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { wecomGroupText } from '../../platforms/wecom-wire.ts'
import { refusalOf } from '../refused.ts'
import { fixture } from './fixture.ts'
import { NOW, startListening, UNLIMITED, until } from './long-connection-listening.ts'

describe('WeCom long connection: hearing', () => {
  it('subscribes in its first frame and says that it is up', async () => {
    const { fake, up, listener } = await startListening()
    await up()
    expect(fake.frames[0]).toEqual({
      cmd: 'aibot_subscribe',
      headers: { req_id: 'aibot_subscribe_1' },
      body: { bot_id: 'AIB1', secret: 'bot-secret' },
    })
    expect(listener).toMatchObject({ adapter: 'wecom', channelId: 'main', exclusive: true })
  })

  it('hands a group message over as the HTTP callback does', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    fake.tell(fixture('bot-group-text'))
    await until(() => expect(ears.messages).toHaveLength(1))
    expect(groupMessageSchema.parse(ears.messages[0])).toEqual({
      tenantId: 'default',
      groupId: 'wrG1',
      messageId: 'CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI=',
      adapter: 'wecom',
      channelId: 'main',
      chat: 'group',
      sentAt: NOW,
      sender: { memberId: 'ZhangSan' },
      kind: 'text',
      text: '请各村周五下午5点前把危房排查台账报到镇办。',
      mentions: [],
      addressesBot: true,
    })
  })

  it.each([
    ['bot-single-text', 'single:limei', 'text', '我的任务'],
    ['bot-single-voice', 'single:limei', 'text', '东河村的台账已经报了'],
    ['bot-single-file', 'single:limei', 'text', '[文件]'],
    ['bot-group-mixed-quote', 'wrG1', 'text', '现场照片[图片]'],
    ['bot-card-event', 'wrG1', 'unsupported', '[事件]template_card_event'],
  ])('understands %s', async (name, groupId, kind, text) => {
    const { fake, up, ears } = await startListening()
    await up()
    fake.tell(fixture(name))
    await until(() => expect(ears.messages).toMatchObject([{ groupId, kind, text }]))
  })

  it('keeps nothing of greetings and feedback', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    fake.tell(fixture('bot-enter-chat'))
    fake.tell(fixture('bot-feedback-event'))
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(ears.messages.map((message) => message.messageId)).toEqual(['M1']))
    expect(ears.deliveries).toHaveLength(1)
  })

  it.each(['fragments', 'halves'] as const)('reads a frame that comes in %s', async (how) => {
    const { fake, up, ears } = await startListening()
    await up()
    fake.tell(wecomGroupText('M1', '@清群 请上报危房台账🏠'), how)
    await until(() => expect(ears.messages).toMatchObject([{ text: '请上报危房台账🏠' }]))
  })

  it('lives through garbage', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    for (const data of ['', 'null', '[]', '<html>', '{"cmd":"aibot_msg_callback"}', '{"headers":{"req_id":1}}', '{'])
      fake.raw(data)
    fake.raw(Buffer.from([0xff, 0xfe, 0x00]))
    fake.raw(JSON.stringify({ headers: { req_id: 'nobody-asked' }, errcode: 0, errmsg: 'ok' }))
    fake.raw(JSON.stringify({ cmd: 'aibot_new_thing', headers: { req_id: 'N1' }, body: {} }))
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(ears.messages).toHaveLength(1))
    expect([fake.subscribed, fake.open]).toEqual([1, 1])
  })

  it('drops control characters that JSON does not allow, as the official client does', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    const body = wecomGroupText('M1', '@清群 第一行\\u0001第二行')
    fake.raw(
      JSON.stringify({ cmd: 'aibot_msg_callback', headers: { req_id: 'C1' }, body }).replace('\\\\u0001', '\u0001'),
    )
    await until(() => expect(ears.messages).toMatchObject([{ text: '第一行第二行' }]))
  })

  it('tells of a message that it cannot take, and takes the next', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    fake.tell(wecomGroupText('M1', '长'.repeat(20_001)))
    fake.tell({ msgid: 'M2', msgtype: 'text' })
    fake.tell(wecomGroupText('M3', '@清群 你好'))
    await until(() => expect(ears.messages.map((message) => message.messageId)).toEqual(['M3']))
    expect(ears.notes.filter((note) => note.kind === 'unusable')).toEqual([
      { kind: 'unusable', code: 'TEXT_TOO_LONG', hint: expect.any(String) },
      { kind: 'unusable', code: 'MESSAGE_MALFORMED', hint: expect.any(String) },
    ])
  })

  it('offers a message again until the store takes it', async () => {
    const ears = createEars()
    ears.refuse = 3
    const { fake, up, timing } = await startListening({}, undefined, ears)
    await up()
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    for (const times of [1, 2, 3]) {
      await until(() => expect(ears.deliveries).toHaveLength(times))
      await until(() => expect(timing.waits.filter((wait) => wait < 10_000)).toHaveLength(times))
      await timing.advance(1000 * 2 ** (times - 1))
    }
    await until(() => expect(ears.messages.map((message) => message.messageId)).toEqual(['M1']))
    expect(ears.notes.some((note) => note.kind === 'gap')).toBe(false)
  })

  it('tells what the store has not taken when it has to stop', async () => {
    const ears = createEars()
    ears.refuse = Number.POSITIVE_INFINITY
    const { fake, up, stop } = await startListening({}, undefined, ears)
    await up()
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(ears.deliveries).toHaveLength(1))
    await stop()
    expect(ears.deliveries.filter(({ messages }) => messages.length > 0)).toHaveLength(2)
    expect(ears.notes.at(-1)).toEqual({ kind: 'gap', from: NOW, to: NOW })
  })

  it('hands messages over in the order in which they came', async () => {
    const { fake, up, ears } = await startListening()
    await up()
    const ids = Array.from({ length: 500 }, (_, index) => `M${index}`)
    for (const id of ids) fake.tell(wecomGroupText(id, '@清群 你好'))
    await until(() => expect(ears.messages).toHaveLength(ids.length))
    expect(ears.messages.map((message) => message.messageId)).toEqual(ids)
  })

  it('reads no more from the socket while 256 messages wait for the store', async () => {
    const ears = createEars()
    const gate = Promise.withResolvers<void>()
    ears.gate = gate.promise
    const { fake, up } = await startListening({}, undefined, ears)
    await up()
    for (let index = 0; index < 2000; index++) fake.tell(wecomGroupText(`M${index}`, `@清群 ${'你好'.repeat(500)}`))
    await until(() => expect(ears.deliveries.length).toBeGreaterThanOrEqual(256))
    await new Promise((resolve) => setImmediate(resolve))
    expect(ears.deliveries.length).toBeLessThan(600)
    gate.resolve()
    await until(() => expect(ears.messages).toHaveLength(2000))
  })
})

describe('WeCom long connection: answering', () => {
  const answering = async (changes: Partial<WecomLongConnectionOptions> = {}) => {
    const ears = createEars()
    ears.answer = '已登记为任务 1'
    const started = await startListening(changes, undefined, ears)
    await started.up()
    return started
  }

  it('answers with one finished stream, and only after the message is stored', async () => {
    const gate = Promise.withResolvers<void>()
    const { fake, ears } = await answering()
    ears.gate = gate.promise
    const requestId = fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(ears.deliveries).toHaveLength(1))
    expect(fake.of('aibot_respond_msg')).toEqual([])
    gate.resolve()
    await until(() => expect(fake.said).toMatchObject([{ by: 'answer', chatid: 'wrG1', content: '已登记为任务 1' }]))
    expect(fake.of('aibot_respond_msg')).toMatchObject([
      { headers: { req_id: requestId }, body: { msgtype: 'stream', stream: { finish: true } } },
    ])
  })

  it('answers a message once, however often the platform delivers it', async () => {
    const { fake, ears } = await answering()
    for (let times = 0; times < 3; times++) fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    fake.tell(wecomGroupText('M2', '@清群 你好'))
    await until(() => expect(fake.said).toHaveLength(2))
    expect(ears.messages).toHaveLength(2)
    expect(fake.of('aibot_respond_msg')).toHaveLength(2)
  })

  it('does not repeat an answer that was not acknowledged, and says so', async () => {
    const { fake, timing, unsaid } = await answering()
    fake.acknowledge('aibot_respond_msg', 'never')
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(fake.said).toHaveLength(1))
    await timing.advance(10_000)
    await until(() => expect(unsaid).toMatchObject([{ status: 'uncertain', code: 'WECOM_BOT_UNACKNOWLEDGED' }]))
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    fake.acknowledge('aibot_respond_msg', 'usual')
    fake.tell(wecomGroupText('M2', '@清群 你好'))
    await until(() => expect(fake.said).toHaveLength(2))
    expect(fake.of('aibot_respond_msg')).toHaveLength(2)
  })

  it('takes no late acknowledgement for that of another message', async () => {
    const { fake, timing, unsaid } = await answering()
    fake.acknowledge('aibot_respond_msg', 'held')
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(fake.said).toHaveLength(1))
    await timing.advance(10_000)
    await until(() => expect(unsaid).toHaveLength(1))
    fake.tell(wecomGroupText('M2', '@清群 请上报台账'))
    await until(() => expect(fake.said).toHaveLength(2))
    fake.release()
    fake.acknowledge('aibot_respond_msg', 'usual')
    fake.tell(wecomGroupText('M3', '@清群 请上报台账'))
    await until(() => expect(fake.said).toHaveLength(3))
    expect(unsaid).toHaveLength(1)
  })

  it.each([846605, 846608])('pushes an answer that comes too late to be one (%i)', async (code) => {
    const { fake } = await answering()
    fake.refuse('aibot_respond_msg', code)
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(fake.said).toMatchObject([{ by: 'push', chatid: 'wrG1', content: '已登记为任务 1' }]))
  })

  it('pushes an answer over the next connection where the first broke before it was said', async () => {
    const { fake, ears, timing, up } = await answering({ limiterOf: () => UNLIMITED })
    const gate = Promise.withResolvers<void>()
    ears.gate = gate.promise
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(ears.deliveries).toHaveLength(1))
    fake.drop()
    await until(() => expect(ears.notes.at(-1)).toMatchObject({ kind: 'down' }))
    gate.resolve()
    await until(() => expect(timing.waits.filter((wait) => wait === 1000)).toHaveLength(2))
    await timing.advance(1000)
    await up(2)
    await timing.advance(2000)
    await until(() => expect(fake.said).toEqual([{ by: 'push', chatid: 'wrG1', content: '已登记为任务 1' }]))
    expect(ears.messages).toHaveLength(1)
  })

  it('ends what is on the way before it closes the socket', async () => {
    const { fake, ears, stop } = await answering()
    const gate = Promise.withResolvers<void>()
    ears.gate = gate.promise
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(ears.deliveries).toHaveLength(1))
    const stopped = stop()
    gate.resolve()
    await stopped
    expect(fake.said).toMatchObject([{ by: 'answer', content: '已登记为任务 1' }])
    await until(() => expect(fake.open).toBe(0))
  })

  it('calls on nobody and cuts what is too long', async () => {
    const { fake, ears } = await answering()
    ears.answer = `@所有人 <@zhangsan> ${'长'.repeat(10_000)}`
    fake.tell(wecomGroupText('M1', '@清群 请上报台账'))
    await until(() => expect(fake.said).toHaveLength(1))
    const content = fake.said[0]?.content ?? ''
    expect(content.startsWith('所有人 <zhangsan> 长')).toBe(true)
    expect(content.endsWith('长…')).toBe(true)
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(20_480)
  })
})

describe('WeCom long connection: configuration', () => {
  it.each([
    [{ botId: '' }, 'WECOM_BOT_INVALID'],
    [{ secret: '' }, 'WECOM_BOT_INVALID'],
    [{ botName: '' }, 'WECOM_BOT_NAME_INVALID'],
    [{ url: 'https://openws.work.weixin.qq.com' }, 'WECOM_BOT_URL_INVALID'],
    [{ url: '不是地址' }, 'WECOM_BOT_URL_INVALID'],
  ])('refuses %j', (changes, code) => {
    const common = { tenantId: 'default', channelId: 'main', botId: 'AIB1', secret: 'bot-secret' }
    const options = { ...common, timing: feignTiming(), newId: () => '1', ...changes }
    const refusal = refusalOf(() => createWecomLongConnection(options))
    expect(refusal.code).toBe(code)
    expect(refusal.hint).not.toBe('')
  })
})
