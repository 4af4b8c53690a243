import { describe, expect, it } from 'vitest'
import type { CallbackRequest } from '../../../src/adapters/adapter.ts'
import { createSandbox } from '../../../src/adapters/sandbox/sandbox.ts'
import { createSandboxChannel } from '../../../src/adapters/sandbox/sandbox-channel.ts'
import { signStandardWebhook, standardWebhookKey } from '../../../src/adapters/standard-webhooks.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { refusalOf } from '../refused.ts'

const NOW = 1_770_000_000_000
const SECRET = 'sandbox-secret-of-the-tests'
const sandbox = createSandbox({ tenantId: 'default', channelId: 'demo', secret: SECRET, now: () => NOW })

const sample = (changes: Record<string, unknown> = {}) => ({
  messageId: 'm1',
  groupId: 'g1',
  groupName: '演示群',
  sentAt: NOW - 1000,
  sender: { memberId: 'u1', name: '李主任', role: 'leader' },
  text: '请各科室周五17:00前报送台账',
  ...changes,
})

function signed(body: unknown): CallbackRequest {
  const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const seconds = NOW / 1000
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signStandardWebhook(standardWebhookKey(SECRET), 'msg_1', seconds, raw),
  }
  return { method: 'POST', query: '', headers, body: raw }
}

function messageOf(body: unknown) {
  const incoming = sandbox.receive(signed(body))
  if (incoming.kind !== 'messages') throw new Error('expected a message')
  const [message] = incoming.messages
  expect(groupMessageSchema.parse(message)).toEqual(message)
  return message as NonNullable<typeof message>
}

describe('sandbox', () => {
  it('hears everything and reaches everybody', () => {
    expect(sandbox.capabilities).toEqual({
      hears: 'all',
      privateMessage: true,
      groupPost: true,
      mention: false,
      card: false,
      recallOwn: false,
      recallOthers: false,
      todo: false,
    })
  })

  it('turns its JSON into a message', () => {
    const quote = { messageId: 'm0', senderId: 'u2', text: '昨天的' }
    const mentions = [{ memberId: 'u2', name: '王五' }, { everyone: true }]
    expect(messageOf(sample({ quote, mentions }))).toEqual({
      tenantId: 'default',
      channelId: 'demo',
      adapter: 'sandbox',
      chat: 'group',
      kind: 'text',
      messageId: 'm1',
      groupId: 'g1',
      groupName: '演示群',
      sentAt: NOW - 1000,
      sender: { memberId: 'u1', name: '李主任', role: 'leader' },
      text: '请各科室周五17:00前报送台账',
      mentions,
      addressesBot: false,
      quote,
    })
  })

  it('takes a leading @清群 or @bot as addressed to it, and no other beginning', () => {
    expect(messageOf(sample({ text: '@清群 周报' }))).toMatchObject({ text: '周报', addressesBot: true, mentions: [] })
    expect(messageOf(sample({ text: ' @Bot 销号 3' }))).toMatchObject({ text: '销号 3', addressesBot: true })
    expect(messageOf(sample({ text: '@bot' }))).toMatchObject({ text: '', addressesBot: true })
    expect(messageOf(sample({ text: '@bots 你好' }))).toMatchObject({ text: '@bots 你好', addressesBot: false })
    expect(messageOf(sample({ text: '问问 @bot' })).addressesBot).toBe(false)
    expect(messageOf(sample({ addressesBot: true })).addressesBot).toBe(true)
  })

  it('takes what is said in private as addressed to the bot, and takes back what it said', async () => {
    const said = messageOf(sample({ chat: 'single', groupId: 'single:g1:u1', text: '申诉' }))
    expect(said).toMatchObject({ chat: 'single', addressesBot: true, text: '申诉' })
    expect(await createSandboxChannel('demo').recall?.('o1')).toMatchObject({ status: 'sent' })
  })

  it('reads mentions from the text where none are given', () => {
    expect(messageOf(sample({ text: '@王五 请报送' })).mentions).toEqual([{ name: '王五' }])
  })

  it('refuses unknown fields, missing ones and wrong types, and says which', () => {
    const { text: _, ...withoutText } = sample()
    for (const body of [
      withoutText,
      sample({ extra: 1 }),
      sample({ sentAt: 1.5 }),
      sample({ sentAt: 'now' }),
      sample({ messageId: '' }),
      sample({ messageId: '\ud800' }),
      sample({ sender: { memberId: 'u1', name: 'x', role: 'king' } }),
      sample({ mentions: [{ nick: 'x' }] }),
    ]) {
      expect(refusalOf(() => sandbox.receive(signed(body)))).toMatchObject({ status: 400, code: 'MESSAGE_MALFORMED' })
    }
    expect(refusalOf(() => sandbox.receive(signed(sample({ sentAt: 'now' })))).hint).toContain('sentAt')
  })

  it('accepts 20,000 characters and refuses one more by name', () => {
    expect(messageOf(sample({ text: '事'.repeat(20_000) })).text).toHaveLength(20_000)
    const refusal = refusalOf(() => sandbox.receive(signed(sample({ text: '事'.repeat(20_001) }))))
    expect(refusal).toMatchObject({ status: 400, code: 'TEXT_TOO_LONG' })
  })

  it('makes NUL and lone surrogates storable wherever users type', () => {
    const sender = { memberId: 'u1', name: 'a\u0000', role: 'member' }
    const message = messageOf(sample({ text: '甲\ud800', sender, groupName: '\udc00', mentions: [{ name: '\ud801' }] }))
    expect(message).toMatchObject({ text: '甲\ufffd', groupName: '\ufffd', mentions: [{ name: '\ufffd' }] })
    expect(message.sender.name).toBe('a\ufffd')
  })

  it('refuses what is unsigned, tampered with, or no JSON object', () => {
    const good = signed(sample())
    expect(refusalOf(() => sandbox.receive({ ...good, headers: {} })).status).toBe(401)
    expect(refusalOf(() => sandbox.receive({ ...good, body: Buffer.from(`${good.body} `) })).status).toBe(401)
    for (const body of ['', '[]', 'null', '{', '<xml/>', '['.repeat(400_000)]) {
      expect(refusalOf(() => sandbox.receive(signed(body))).status).toBe(400)
    }
    expect(refusalOf(() => sandbox.receive({ ...good, method: 'GET' })).status).toBe(400)
  })

  it('tells the page what it said and whether it knew the message', () => {
    const incoming = sandbox.receive(signed(sample()))
    if (incoming.kind !== 'messages') throw new Error('expected a message')
    const { body } = incoming.acknowledge([{ duplicate: true, answers: ['已销号'] }])
    expect(JSON.parse(body)).toEqual({ duplicate: true, answers: ['已销号'] })
  })
})
