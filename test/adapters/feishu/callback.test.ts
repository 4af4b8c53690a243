import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Incoming } from '../../../src/adapters/adapter.ts'
import { createFeishuCallback, type FeishuCallbackOptions } from '../../../src/adapters/feishu/callback.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import {
  FEISHU_APP,
  type FeishuSecrets,
  feishuDelivery,
  feishuEvent,
  feishuReceived,
  feishuSeal,
  feishuSigned,
} from '../../platforms/feishu-wire.ts'
import { refusalOf } from '../refused.ts'
import { readingOf } from './reading.ts'

const SEALED = { encryptKey: 'test key', verificationToken: 'v-token' }
const PLAIN = { verificationToken: 'v-token' }
const callback = (secrets: FeishuSecrets = SEALED, changes: Partial<FeishuCallbackOptions> = {}) =>
  createFeishuCallback({
    reading: readingOf(),
    appId: FEISHU_APP.appId,
    hears: 'all',
    answer: () => {},
    ...secrets,
    ...changes,
  })
const deliver = (event: unknown, secrets: FeishuSecrets = SEALED, changes: Partial<FeishuCallbackOptions> = {}) =>
  callback(secrets, changes).receive(feishuDelivery(secrets, event))
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>

function heard(incoming: Incoming) {
  if (incoming.kind !== 'messages') throw new Error('expected a message')
  return incoming
}

describe('Feishu callback: who is believed', () => {
  it('takes a signed, encrypted message', () => {
    const [message] = heard(deliver(feishuReceived('om_1', '周五前报送'))).messages
    expect(groupMessageSchema.parse(message)).toEqual({
      tenantId: 'default',
      groupId: 'oc_1',
      messageId: 'om_1',
      adapter: 'feishu',
      channelId: 'main',
      chat: 'group',
      sentAt: 1_700_000_000_000,
      sender: { memberId: 'ou_zhang' },
      kind: 'text',
      text: '周五前报送',
      mentions: [],
      addressesBot: false,
    })
  })

  it('takes the same delivery twice, and one that is hours old: a retry is no replay', () => {
    const adapter = callback()
    const request = feishuDelivery(SEALED, feishuReceived('om_1', 'a'))
    const old = { ...request, headers: { ...request.headers, ...feishuSigned('test key', request.body, '1600000000') } }
    for (const each of [request, request, old]) expect(heard(adapter.receive(each)).messages[0]?.messageId).toBe('om_1')
  })

  it('verifies the bytes that came, not what they mean', () => {
    const spaced = Buffer.from(`{"encrypt": "${feishuSeal('test key', JSON.stringify(feishuReceived('om_1', 'a')))}"}`)
    const request = feishuDelivery(SEALED, {})
    const headers = { ...request.headers, ...feishuSigned('test key', spaced) }
    expect(callback().receive({ ...request, headers, body: spaced }).kind).toBe('messages')
  })

  it('refuses every flipped byte of body, signature, timestamp and nonce', () => {
    const good = feishuDelivery(SEALED, feishuReceived('om_1', 'a'))
    const adapter = callback()
    expect(adapter.receive(good).kind).toBe('messages')
    const names = ['x-lark-signature', 'x-lark-request-timestamp', 'x-lark-request-nonce'] as const
    fc.assert(
      fc.property(fc.constantFrom(...names, 'body'), fc.nat(), fc.integer({ min: 1, max: 127 }), (part, at, mask) => {
        const flip = (bytes: Buffer) => {
          const copy = Buffer.from(bytes)
          const index = at % copy.length
          copy[index] = (copy[index] ?? 0) ^ mask
          return copy
        }
        const changed =
          part === 'body'
            ? { ...good, body: flip(good.body) }
            : {
                ...good,
                headers: { ...good.headers, [part]: flip(Buffer.from(good.headers[part] ?? '')).toString('latin1') },
              }
        expect(refusalOf(() => adapter.receive(changed)).status).toBeOneOf([400, 401])
      }),
    )
  })

  it('refuses a message without signature, in the very words for one that cannot be deciphered', () => {
    const adapter = callback()
    const unsigned = feishuDelivery(SEALED, feishuReceived('om_1', 'a'), false)
    const garbled = { ...unsigned, body: Buffer.from('{"encrypt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}') }
    const [one, other] = [unsigned, garbled].map((request) => refusalOf(() => adapter.receive(request)))
    expect(one).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID', message: other?.message, hint: other?.hint })
    const plain = { ...unsigned, body: Buffer.from(JSON.stringify(feishuReceived('om_1', 'a'))) }
    expect(refusalOf(() => adapter.receive(plain)).status).toBe(401)
  })

  it('refuses the wrong token, sealed or not, and another app', () => {
    const forged = feishuEvent('im.message.receive_v1', {}, { token: 'guess' })
    for (const secrets of [SEALED, PLAIN])
      expect(refusalOf(() => deliver(forged, secrets))).toMatchObject({ status: 401, code: 'TOKEN_INVALID' })
    const foreign = feishuEvent('im.message.receive_v1', {}, { app_id: 'cli_other' })
    expect(refusalOf(() => deliver(foreign))).toMatchObject({ status: 403, code: 'RECEIVER_WRONG' })
  })

  it('believes the token alone where nothing is encrypted', () => {
    expect(heard(deliver(feishuReceived('om_1', 'a'), PLAIN)).messages).toHaveLength(1)
  })

  it('answers the check of the address, signed or not, with the word and nothing else', () => {
    for (const signed of [true, false]) {
      const incoming = callback().receive(feishuDelivery(SEALED, fixture('url_verification'), signed))
      expect(incoming).toEqual({
        kind: 'respond',
        response: { status: 200, type: 'application/json', body: '{"challenge":"ajls384kdjx98XX"}' },
      })
    }
    const forged = { ...fixture('url_verification'), token: 'guess' }
    expect(refusalOf(() => deliver(forged, PLAIN)).status).toBe(401)
    const telling = { ...fixture('url_verification'), challenge: '{"text":"秘密"}' }
    expect(refusalOf(() => deliver(telling)).code).toBe('CHALLENGE_INVALID')
  })

  it('is not created without any secret, nor with an empty one', () => {
    const bare = { reading: readingOf(), hears: 'all', answer: () => {} } as const
    for (const secrets of [{}, { encryptKey: '' }, { encryptKey: 'k', verificationToken: '' }])
      expect(() => createFeishuCallback({ ...bare, ...secrets })).toThrowError(
        expect.objectContaining({ code: 'FEISHU_SECRET_MISSING' }),
      )
  })
})

describe('Feishu callback: what it hears', () => {
  it('reads one recorded payload of every event type', () => {
    const names = readdirSync(new URL('./fixtures/', import.meta.url)).map((file) => file.replace('.json', ''))
    expect(names.length).toBeGreaterThan(10)
    const kinds = Object.fromEntries(names.map((name) => [name, deliver(fixture(name)).kind]))
    const spoken = names.filter((name) => kinds[name] === 'messages')
    expect(spoken).toEqual(['im.message.recalled_v1', 'im.message.receive_v1'])
  })

  it('reads the sample of the documentation', () => {
    expect(heard(deliver(fixture('im.message.receive_v1'))).messages[0]).toMatchObject({
      messageId: 'om_5ce6d572455d361153b7cb51da133945',
      groupId: 'oc_5ce6d572455d361153b7xx51da133945',
      sentAt: 1_609_073_151_345,
      text: '@Tom hello',
      mentions: [{ memberId: 'ou_84aad35d084aa403a838cf73ee18467', name: 'Tom' }],
      quote: { messageId: 'om_5ce6d572455d361153b7cb5xxfsdfsdfdsf', text: '' },
    })
  })

  it('takes a recall for an amendment', () => {
    expect(heard(deliver(fixture('im.message.recalled_v1')))).toMatchObject({
      messages: [],
      amendments: [
        {
          tenantId: 'default',
          groupId: 'oc_5ad11d72b830411d72b836c20',
          messageId: 'om_dc13264520392913993dd051dba21dcf',
          at: 1_615_380_573_411,
          change: { kind: 'recalled' },
        },
      ],
    })
  })

  it('passes over what bots say, so that two bots never talk', () => {
    const event = feishuReceived('om_1', 'a')
    Object.assign((event.event as { sender: object }).sender, { sender_type: 'bot' })
    expect(deliver(event).kind).toBe('respond')
  })

  it('hands over what the bot answers, and says nothing in the response', () => {
    const said: unknown[] = []
    const answer: FeishuCallbackOptions['answer'] = (message, receipt) => void said.push(message.messageId, receipt)
    const receipt = { duplicate: false, answers: ['好'] }
    const incoming = heard(deliver(feishuReceived('om_1', 'a'), SEALED, { answer }))
    expect(incoming.acknowledge([receipt])).toEqual({ status: 200, type: 'application/json', body: '{}' })
    expect(said).toEqual(['om_1', receipt])
  })

  it('says what it hears as configured', () => {
    expect(callback().capabilities.hears).toBe('all')
    expect(callback(SEALED, { hears: 'mentions' }).capabilities.hears).toBe('mentions')
  })

  it('refuses what is no event, what identifies no message, and a text that is too long', () => {
    for (const body of [[], 'x', null, {}, { schema: '2.0' }, { schema: '2.0', header: {} }])
      expect(refusalOf(() => deliver(body)).status).toBeOneOf([400, 401])
    for (const field of ['message_id', 'chat_id', 'create_time', 'content'])
      expect(refusalOf(() => deliver(feishuReceived('om_1', 'a', { [field]: undefined }))).code).toBe(
        'MESSAGE_MALFORMED',
      )
    expect(refusalOf(() => deliver(feishuReceived('om_1', '长'.repeat(20_001)))).code).toBe('TEXT_TOO_LONG')
    const get = { ...feishuDelivery(SEALED, {}), method: 'GET' as const }
    expect(refusalOf(() => callback().receive(get)).status).toBe(400)
  })

  it('never fails with anything but a refusal, whatever the fields hold', () => {
    const fields = ['content', 'mentions', 'message_type', 'chat_type', 'create_time', 'parent_id']
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), fc.jsonValue(), (field, value, content) => {
        try {
          const changes = { content: JSON.stringify(content), message_type: 'post', [field]: value }
          const incoming = deliver(feishuReceived('om_1', 'a', changes))
          if (incoming.kind === 'messages')
            expect(groupMessageSchema.safeParse(incoming.messages[0]).success).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ name: 'CodedError', status: 400 })
        }
      }),
    )
  })

  it('never fails with anything but a refusal on random bytes', () => {
    const adapter = callback()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const body = Buffer.from(bytes)
        const request = { ...feishuDelivery(SEALED, {}), body, headers: feishuSigned('test key', body) }
        expect(refusalOf(() => adapter.receive(request)).status).toBeOneOf([400, 401])
      }),
    )
  })
})
