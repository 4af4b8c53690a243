import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallbackRequest } from '../../../src/adapters/adapter.ts'
import { createBridge } from '../../../src/adapters/bridge/bridge.ts'
import { signStandardWebhook, standardWebhookKey } from '../../../src/adapters/standard-webhooks.ts'
import { CodedError } from '../../../src/domain/errors.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { refusalOf } from '../refused.ts'

const NOW = 1_770_000_000_000
const OLD = 'the-old-secret-of-the-tests'
const NEW = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const bridge = createBridge({ tenantId: 'default', channelId: 'main', secrets: [OLD, NEW], now: () => NOW })

const sample = (changes: Record<string, unknown> = {}) => ({
  messageId: 'm1',
  groupId: 'g1',
  sentAt: NOW - 1000,
  sender: { memberId: 'u1', name: '李主任', role: 'leader' },
  text: '请@王五 周五17:00前报送台账',
  ...changes,
})

function signed(body: unknown, { secret = NEW, at = NOW } = {}): CallbackRequest {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const seconds = Math.floor(at / 1000)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signStandardWebhook(standardWebhookKey(secret), 'msg_1', seconds, raw),
  }
  return { method: 'POST', query: '', headers, body: raw }
}

function taken(body: unknown) {
  const incoming = bridge.receive(signed(body))
  if (incoming.kind !== 'messages') throw new Error('expected messages')
  for (const message of incoming.messages) expect(groupMessageSchema.parse(message)).toEqual(message)
  return incoming
}
const hintOf = (body: unknown): string => {
  const { status, code, hint } = refusalOf(() => bridge.receive(signed(body)))
  expect([status, code]).toEqual([400, 'MESSAGE_MALFORMED'])
  return hint
}

describe('the bridge', () => {
  it('takes one message, a list, or messages with amendments', () => {
    expect(taken(sample()).messages).toEqual([
      {
        tenantId: 'default',
        channelId: 'main',
        adapter: 'bridge',
        chat: 'group',
        kind: 'text',
        ...sample(),
        mentions: [{ name: '王五' }],
        addressesBot: false,
      },
    ])
    expect(taken([sample(), sample({ messageId: 'm2' })]).messages.map(({ messageId }) => messageId)).toEqual([
      'm1',
      'm2',
    ])
    const at = '2026-02-02T10:00:00+08:00'
    const amendments = [
      { messageId: 'm1', groupId: 'g1', at: NOW, change: { kind: 'recalled' } },
      { messageId: 'm2', groupId: 'g1', at, change: { kind: 'edited', text: '周六' } },
    ]
    const both = taken({ messages: [sample({ sentAt: at })], amendments })
    expect(both.messages[0]?.sentAt).toBe(Date.parse(at))
    expect(both.amendments).toEqual([
      { tenantId: 'default', ...amendments[0] },
      { tenantId: 'default', ...amendments[1], at: Date.parse(at) },
    ])
    expect(taken({ amendments }).messages).toEqual([])
  })

  it('takes a private talk for words to the bot', () => {
    expect(taken(sample({ chat: 'single' })).messages[0]?.addressesBot).toBe(true)
    expect(taken(sample({ chat: 'single', addressesBot: false })).messages[0]?.addressesBot).toBe(false)
  })

  it('tells of each message whether it was known, and what is answered', () => {
    const { acknowledge } = taken([sample(), sample({ messageId: 'm2' })])
    const response = acknowledge([
      { duplicate: true, answers: [] },
      { duplicate: false, answers: ['好的'] },
    ])
    expect(JSON.parse(response.body)).toEqual({
      messages: [
        { messageId: 'm1', duplicate: true, answers: [] },
        { messageId: 'm2', duplicate: false, answers: ['好的'] },
      ],
    })
  })

  it('takes either secret while they are being changed, and no other', () => {
    for (const secret of [OLD, NEW]) expect(bridge.receive(signed(sample(), { secret })).kind).toBe('messages')
    const other = refusalOf(() => bridge.receive(signed(sample(), { secret: 'a-secret-of-somebody-else' })))
    expect([other.status, other.code]).toEqual([401, 'SIGNATURE_INVALID'])
  })

  it('refuses a changed body, an old request, a clock 20 minutes off and GET', () => {
    const tampered = { ...signed(sample()), body: Buffer.from(JSON.stringify(sample({ text: '别的' }))) }
    expect(refusalOf(() => bridge.receive(tampered)).code).toBe('SIGNATURE_INVALID')
    for (const at of [NOW - 20 * 60_000, NOW + 20 * 60_000]) {
      const { code, hint } = refusalOf(() => bridge.receive(signed(sample(), { at })))
      expect([code, hint]).toEqual(['TIMESTAMP_STALE', '请校准两端时钟'])
    }
    expect(refusalOf(() => bridge.receive({ ...signed(sample()), method: 'GET' })).status).toBe(400)
  })

  it('names every field that is wrong, and takes nothing then', () => {
    expect(hintOf([sample(), sample({ sentAt: NOW / 1000, sender: {} })])).toBe(
      'messages[1].sentAt: 超出范围;数字的单位是毫秒,不是秒;messages[1].sender.memberId: 缺少',
    )
    expect(hintOf(sample({ sentAt: '2026-03-02 08:31', colour: 'red', chat: 'room' }))).toBe(
      'chat: 只能是 group、single;sentAt: 是毫秒整数,或带时区的时间,如 2026-11-23T09:00:00+08:00;整体: 没有这些字段: colour',
    )
    expect(hintOf({ amendments: [{ messageId: 'm', groupId: 'g', at: NOW, change: { kind: 'gone' } }] })).toBe(
      'amendments[0].change.kind: kind 是 recalled,或 edited 并带 text',
    )
    expect(hintOf({ messages: [], amendments: [] })).toContain('一条消息也没有')
    expect(hintOf(Array.from({ length: 501 }, (_, index) => sample({ messageId: `m${index}` })))).toContain('500')
    expect(hintOf(sample({ text: '长'.repeat(20_001) }))).toContain('text: 最多 20000 个字')
    expect(hintOf('"words"')).toContain('整体')
  })

  it('names line and column of what is no JSON, and nothing of its text', () => {
    const error = refusalOf(() => bridge.receive(signed('{"messageId":"m1"\n "text": "秘密"}')))
    expect([error.status, error.message]).toEqual([400, '请求体不是有效的 JSON(第 2 行第 2 列)'])
    expect(`${error.message}${error.hint}${error.cause}`).not.toContain('秘密')
    expect(refusalOf(() => bridge.receive(signed(Buffer.from([0xff, 0xfe])))).code).toBe('BODY_INVALID')
  })

  it('keeps any text that the store can hold, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(taken(sample({ text })).messages[0]?.text).toBe(text.replaceAll('\0', '\ufffd'))
      }),
    )
  })

  it('answers every signed body with messages or a refusal that says why', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array().map(Buffer.from)), (body) => {
        try {
          bridge.receive(signed(body))
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError)
          expect((error as CodedError).status).toBe(400)
        }
      }),
    )
  })

  it('is refused without a secret, or with a short one', () => {
    const open = (secrets: string[]) => createBridge({ tenantId: 't', channelId: 'c', secrets, now: () => NOW })
    expect(refusalOf(() => open([])).code).toBe('BRIDGE_SECRET_MISSING')
    expect(refusalOf(() => open([NEW, 'short'])).code).toBe('WEBHOOK_SECRET_INVALID')
  })
})
