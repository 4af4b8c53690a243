import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallbackRequest, Incoming } from '../../../src/adapters/adapter.ts'
import { createWecomBot, type WecomBotOptions } from '../../../src/adapters/wecom/bot.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import {
  VECTOR_SECRETS,
  wecomDelivery,
  wecomGroupText,
  wecomPost,
  wecomSeal,
  wecomSignature,
  wecomUnseal,
  wecomVerification,
} from '../../platforms/wecom-wire.ts'
import { refusalOf } from '../refused.ts'
import { VECTORS } from './vectors.ts'

const NOW = 1_700_000_002_000
const bot = (changes: Partial<WecomBotOptions> = {}) =>
  createWecomBot({
    tenantId: 'default',
    channelId: 'main',
    ...VECTOR_SECRETS,
    now: () => NOW,
    random: randomBytes,
    ...changes,
  })
const deliver = (message: unknown, changes?: Partial<WecomBotOptions>) =>
  bot(changes).receive(wecomDelivery(VECTOR_SECRETS, message, NOW))
const vector = (name: string) => {
  const found = VECTORS.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}

function messagesOf(incoming: Incoming) {
  if (incoming.kind !== 'messages') throw new Error('expected messages')
  return incoming
}
function messageOf(incoming: Incoming) {
  const [message] = messagesOf(incoming).messages
  expect(groupMessageSchema.parse(message)).toEqual(message)
  return message as NonNullable<typeof message>
}
const statusOf = (action: () => unknown) => refusalOf(action).status

describe('WeCom bot: verification of the URL', () => {
  it('answers vector V3 with the decrypted text alone', () => {
    const { receiveId, timestamp, nonce, encrypt, signature } = vector('V3')
    const query = `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${encodeURIComponent(encrypt)}`
    expect(bot({ receiveId }).receive({ method: 'GET', query, headers: {}, body: Buffer.alloc(0) })).toEqual({
      kind: 'respond',
      response: { status: 200, type: 'text/plain', body: '1616140317555161061' },
    })
  })

  it('reads a raw plus sign in echostr as a plus sign', () => {
    const { receiveId, timestamp, nonce, encrypt, signature } = vector('V3')
    const query = `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${encrypt}`
    expect(encrypt).toContain('+')
    expect(bot({ receiveId }).receive({ method: 'GET', query, headers: {}, body: Buffer.alloc(0) }).kind).toBe(
      'respond',
    )
  })

  it('refuses an echostr of somebody else, an old one and one without signature', () => {
    const echo = wecomVerification({ ...VECTOR_SECRETS, receiveId: 'wwOther' }, '42', NOW)
    expect(statusOf(() => bot().receive(echo))).toBe(403)
    expect(statusOf(() => bot().receive(wecomVerification(VECTOR_SECRETS, '42', NOW - 601_000)))).toBe(401)
    expect(statusOf(() => bot().receive({ ...echo, query: '' }))).toBe(401)
  })
})

describe('WeCom bot: a captured delivery', () => {
  const asVerification = ({ query, body }: CallbackRequest): CallbackRequest => {
    const { encrypt }: { encrypt: string } = JSON.parse(body.toString())
    return {
      method: 'GET',
      query: `${query}&echostr=${encodeURIComponent(encrypt)}`,
      headers: {},
      body: Buffer.alloc(0),
    }
  }

  it('is not decrypted for whoever asks by GET', () => {
    const message = wecomGroupText('M1', '@RobotA 本周五前报送')
    const delivery = wecomDelivery(VECTOR_SECRETS, message, NOW)
    expect(messageOf(bot().receive(delivery)).text).toBe('本周五前报送')
    const refused = refusalOf(() => bot().receive(asVerification(delivery)))
    expect(refused).toMatchObject({ status: 400, code: 'ECHO_INVALID' })
    expect(`${refused.message}${refused.hint}`).not.toMatch(/报送|M1/)
  })

  it('gives back one word of at most 64 letters, digits, _ and - and nothing else', () => {
    const echo = (text: string) => bot().receive(wecomVerification(VECTOR_SECRETS, text, NOW))
    for (const word of ['1', 'aZ09_-', 'a'.repeat(64)]) {
      expect(echo(word)).toMatchObject({ kind: 'respond', response: { status: 200, body: word } })
    }
    for (const other of ['', 'a'.repeat(65), '{}', '[1]', '"a"', '<xml/>', '1.5', '你好', 'a b', '1\n', '\ufeff1']) {
      expect(statusOf(() => echo(other))).toBe(400)
    }
  })

  it('is never given back, whatever JSON it carries', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        const delivery = wecomDelivery(VECTOR_SECRETS, message, NOW)
        expect(statusOf(() => bot().receive(asVerification(delivery)))).toBe(400)
      }),
      { numRuns: 50 },
    )
  })
})

describe('WeCom bot: messages', () => {
  it('normalises vector V2', () => {
    const { encrypt, timestamp, nonce } = vector('V2')
    expect(messageOf(bot().receive(wecomPost(VECTOR_SECRETS, encrypt, timestamp, nonce)))).toEqual({
      tenantId: 'default',
      groupId: 'wrCHATID',
      messageId: 'MSGID_1',
      adapter: 'wecom',
      channelId: 'main',
      chat: 'group',
      sentAt: 1_700_000_002_000,
      sender: { memberId: 'zhangsan' },
      kind: 'text',
      text: '你好',
      mentions: [],
      addressesBot: true,
    })
  })

  it('takes the configured name of the bot out wherever it stands, and leaves other names in', () => {
    const options = { botName: 'Robot A' }
    const of = (content: string) => messageOf(deliver(wecomGroupText('M1', content), options))
    expect(of('@Robot A 周报').text).toBe('周报')
    expect(of('@李四 请周五前报台账 @Robot A')).toMatchObject({
      text: '@李四 请周五前报台账',
      mentions: [{ name: '李四' }],
    })
    expect(of('@Robot A\u2005销号 3').text).toBe('销号 3')
    expect(of('@Robot ABC 你好').text).toBe('@Robot ABC 你好')
    expect(of('@Robot A').text).toBe('')
  })

  it('takes the first mention of a group message for the bot where no name is configured', () => {
    expect(messageOf(deliver(wecomGroupText('M1', '@清群 @王五 @所有人 报表'))).text).toBe('@王五 @所有人 报表')
    expect(messageOf(deliver(wecomGroupText('M1', '@清群 @王五 @所有人 报表'))).mentions).toEqual([
      { name: '王五' },
      { everyone: true },
    ])
  })

  it('shows media as clients do and keeps the quote', () => {
    const common = { msgid: 'M1', aibotid: 'A', chatid: 'wrG1', chattype: 'group', from: { userid: 'u' } }
    const items = [
      { msgtype: 'text', text: { content: '@Warden see' } },
      { msgtype: 'image', image: { url: 'https://example.invalid/1' } },
      { msgtype: 'hologram' },
    ]
    const quote = { msgtype: 'text', text: { content: 'earlier words' } }
    expect(messageOf(deliver({ ...common, msgtype: 'mixed', mixed: { msg_item: items }, quote }))).toMatchObject({
      kind: 'text',
      text: 'see[图片][其他内容]',
      quote: { text: 'earlier words' },
    })
    const textOf = (message: object) => messageOf(deliver({ ...common, ...message })).text
    expect(textOf({ msgtype: 'image', image: { url: 'x' } })).toBe('[图片]')
    expect(textOf({ msgtype: 'file', file: { url: 'x' } })).toBe('[文件]')
    expect(textOf({ msgtype: 'video', video: { url: 'x' } })).toBe('[视频]')
    expect(textOf({ msgtype: 'voice', voice: { content: '泵房漏水' } })).toBe('泵房漏水')
    expect(textOf({ msgtype: 'voice', voice: { content: '' } })).toBe('[语音]')
  })

  it('gives a private conversation one group id whatever the case of the user id', () => {
    const single = {
      msgid: 'M1',
      chattype: 'single',
      from: { userid: 'ZhangSan' },
      msgtype: 'text',
      text: { content: 'a' },
    }
    expect(messageOf(deliver(single))).toMatchObject({
      chat: 'single',
      groupId: 'single:zhangsan',
      sender: { memberId: 'ZhangSan' },
    })
  })

  it('keeps types it does not know, and broken contents of known types, as unsupported', () => {
    const common = { msgid: 'M1', chatid: 'wrG1', chattype: 'group', from: { userid: 'u' } }
    for (const message of [
      { ...common, msgtype: 'hologram', hologram: {} },
      { ...common, msgtype: 'text' },
      { ...common, msgtype: 'text', text: { content: 7 } },
      { ...common, msgtype: 'mixed', mixed: { msg_item: 'x' } },
      { ...common, msgtype: 'event', event: { eventtype: 'template_card_event' } },
    ]) {
      expect(messageOf(deliver(message)).kind).toBe('unsupported')
    }
  })

  it('answers what only the protocol needs at once with an empty 200', () => {
    const common = { msgid: 'M2', aibotid: 'A', chatid: 'wrG1', chattype: 'group', from: { userid: 'u' } }
    for (const message of [
      { ...common, msgtype: 'stream', stream: { id: 'S1' } },
      { ...common, msgtype: 'event', event: { eventtype: 'enter_chat', enter_chat: {} } },
      { ...common, msgtype: 'event', event: { eventtype: 'feedback_event' } },
      { msgid: 'M3', msgtype: 'event', event: { eventtype: 'auth_change_event' } },
    ]) {
      expect(deliver(message)).toEqual({ kind: 'respond', response: { status: 200, type: 'text/plain', body: '' } })
    }
  })

  it('takes the time of an event from the event', () => {
    const event = {
      msgid: 'M',
      msgtype: 'event',
      create_time: 1_700_000_000,
      from: { userid: 'u' },
      event: { eventtype: 'x' },
    }
    expect(messageOf(deliver(event)).sentAt).toBe(1_700_000_000_000)
  })

  it('keeps right-to-left marks and makes NUL and lone surrogates storable', () => {
    const text = messageOf(
      deliver('{"msgid":"M","from":{"userid":"u"},"msgtype":"text","text":{"content":"\u202e甲\\ud800乙\\u0000丙"}}'),
    ).text
    expect(text).toBe('\u202e甲\ufffd乙\ufffd丙')
    expect(text.isWellFormed()).toBe(true)
  })

  it('accepts 0 and 20,000 characters and refuses one more', () => {
    expect(messageOf(deliver(wecomGroupText('M', ''))).text).toBe('')
    expect(messageOf(deliver(wecomGroupText('M', '事'.repeat(20_000)))).text).toHaveLength(20_000)
    const refusal = refusalOf(() => deliver(wecomGroupText('M', '事'.repeat(20_001))))
    expect(refusal).toMatchObject({ status: 400, code: 'TEXT_TOO_LONG' })
  })

  it('refuses an envelope without id, sender or group, and ids that no database can hold', () => {
    const good = wecomGroupText('M1', 'a')
    for (const broken of [
      { ...good, msgid: undefined },
      { ...good, msgid: '' },
      { ...good, msgid: 7 },
      { ...good, msgid: 'a\u0000b' },
      { ...good, msgid: '\ud800' },
      { ...good, msgid: 'x'.repeat(257) },
      { ...good, from: undefined },
      { ...good, from: { userid: '' } },
      { ...good, chatid: undefined },
      { ...good, msgtype: undefined },
    ]) {
      expect(refusalOf(() => deliver(broken))).toMatchObject({ status: 400, code: 'MESSAGE_MALFORMED' })
    }
  })
})

describe('WeCom bot: refusals', () => {
  const post = (body: string | Buffer): CallbackRequest => {
    const good = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M1', 'a'), NOW)
    return { ...good, body: Buffer.from(body) }
  }

  it('refuses every flipped bit of the body', () => {
    const good = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M1', '请各村周五前报送台账'), NOW)
    const adapter = bot()
    expect(adapter.receive(good).kind).toBe('messages')
    for (let index = 0; index < good.body.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const body = Buffer.from(good.body)
        body[index] = (body[index] as number) ^ (1 << bit)
        expect([400, 401, 403]).toContain(statusOf(() => adapter.receive({ ...good, body })))
      }
    }
  })

  it('refuses every flipped byte of the ciphertext', () => {
    const adapter = bot()
    const bytes = Buffer.from(wecomSeal(VECTOR_SECRETS, JSON.stringify(wecomGroupText('M1', '开会'))), 'base64')
    const timestamp = String(NOW / 1000)
    const good = wecomPost(VECTOR_SECRETS, bytes.toString('base64'), timestamp, 'n')
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const flipped = Buffer.from(bytes)
        flipped[index] = (flipped[index] as number) ^ mask
        const body = Buffer.from(JSON.stringify({ encrypt: flipped.toString('base64') }))
        expect(statusOf(() => adapter.receive({ ...good, body }))).toBe(401)
      }),
    )
  })

  it('refuses every changed character of the signature', () => {
    const adapter = bot()
    const good = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M1', '开会'), NOW)
    const signature = /msg_signature=(\w+)/.exec(good.query)?.[1] ?? ''
    expect(signature).toHaveLength(40)
    fc.assert(
      fc.property(fc.nat({ max: 39 }), fc.integer({ min: 1, max: 127 }), (index, mask) => {
        const changed = String.fromCharCode(signature.charCodeAt(index) ^ mask)
        const wrong = signature.slice(0, index) + changed + signature.slice(index + 1)
        const query = good.query.replace(signature, encodeURIComponent(wrong))
        expect(statusOf(() => adapter.receive({ ...good, query }))).toBe(401)
      }),
    )
  })

  it('refuses a signature in upper case, a shortened, a doubled and a missing one', () => {
    const good = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M1', 'a'), NOW)
    const signature = /msg_signature=(\w+)/.exec(good.query)?.[1] ?? ''
    const status = (query: string) => statusOf(() => bot().receive({ ...good, query }))
    expect(status(good.query.replace(signature, signature.toUpperCase()))).toBe(401)
    expect(status(good.query.replace(signature, signature.slice(0, 39)))).toBe(401)
    expect(status(good.query.replace(`msg_signature=${signature}&`, ''))).toBe(401)
    expect(status(`${good.query}&msg_signature=${signature}`)).toBe(400)
    expect(status(`${good.query}&x=%E4%`)).toBe(400)
    expect(status('')).toBe(401)
  })

  it('refuses a timestamp more than ten minutes off, whichever way, though its signature is right', () => {
    const at = (time: number) => () => bot().receive(wecomDelivery(VECTOR_SECRETS, wecomGroupText('M', 'a'), time))
    expect(at(NOW - 600_000)().kind).toBe('messages')
    expect(at(NOW + 600_000)().kind).toBe('messages')
    expect(refusalOf(at(NOW - 601_000))).toMatchObject({ status: 401, code: 'TIMESTAMP_STALE' })
    expect(refusalOf(at(NOW + 601_000))).toMatchObject({ status: 401, code: 'TIMESTAMP_STALE' })
  })

  it('refuses a timestamp that borrows its digits from a neighbour in the signed string', () => {
    const encrypt = wecomSeal(VECTOR_SECRETS, JSON.stringify(wecomGroupText('M', 'a')))
    for (const timestamp of ['', '17000000020', '01700000002', '1.7e9', '1700000002 ', '-170000000']) {
      const signature = wecomSignature(VECTOR_SECRETS.token, timestamp, 'n', encrypt)
      const query = `msg_signature=${signature}&timestamp=${encodeURIComponent(timestamp)}&nonce=n`
      expect(statusOf(() => bot().receive({ ...post(JSON.stringify({ encrypt })), query }))).toBe(401)
    }
  })

  it('refuses another receiveid with 403, a prefix of the right one too', () => {
    const foreign = { ...VECTOR_SECRETS, receiveId: 'ww12345' }
    const delivery = wecomDelivery(foreign, wecomGroupText('M', 'a'), NOW)
    expect(refusalOf(() => bot().receive(delivery))).toMatchObject({ status: 403, code: 'RECEIVER_WRONG' })
    expect(statusOf(() => bot({ receiveId: 'ww1234' }).receive(delivery))).toBe(403)
    expect(bot({ receiveId: 'ww12345' }).receive(delivery).kind).toBe('messages')
  })

  it('refuses the right signature over a text encrypted with another key', () => {
    const other = { ...VECTOR_SECRETS, encodingAesKey: 'b'.repeat(43) }
    expect([400, 403]).toContain(statusOf(() => bot().receive(wecomDelivery(other, wecomGroupText('M', 'a'), NOW))))
  })

  it('refuses bodies that are not {"encrypt": text}, XML and entities among them', () => {
    for (const body of [
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{}',
      '{"encrypt":""}',
      '{"encrypt":null}',
      '{"encrypt":["a"]}',
      '<xml><Encrypt><![CDATA[a]]></Encrypt></xml>',
      '<!DOCTYPE a [<!ENTITY b "c">]><xml/>',
      '{"encrypt":"a","x":"<!ENTITY b>"}',
      Buffer.from([0xff, 0xfe, 0x00]),
      '['.repeat(500_000),
      `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
    ]) {
      expect(statusOf(() => bot().receive(post(body)))).toBe(400)
    }
  })

  it('refuses signed contents that are not a JSON object', () => {
    for (const message of ['', 'hello', '[1]', 'null', '<xml></xml>', '{"msgid":', '['.repeat(100_000)]) {
      expect(statusOf(() => deliver(message))).toBe(400)
    }
  })

  it('never fails with anything but 400, 401 or 403, whatever is signed', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4 }),
        fc.constantFrom('text', 'mixed', 'event', 'stream', 'voice'),
        (json, type) => {
          const message = {
            msgid: 'M',
            msgtype: type,
            from: { userid: 'u' },
            [type]: JSON.parse(json),
            quote: JSON.parse(json),
          }
          for (const content of [json, JSON.stringify(message)]) {
            try {
              const incoming = deliver(content)
              if (incoming.kind === 'messages')
                expect(groupMessageSchema.safeParse(incoming.messages[0]).success).toBe(true)
            } catch (error) {
              expect(error).toMatchObject({ name: 'CodedError', status: 400 })
            }
          }
        },
      ),
    )
  })

  it('does not quote what was sent in a refusal', () => {
    const refusal = refusalOf(() => deliver('{"msgid":"M","secret words'))
    expect(`${refusal.message}${refusal.hint}${String(refusal.cause)}`).not.toContain('secret words')
  })

  it('is not created with secrets that cannot be right', () => {
    expect(() => bot({ token: '' })).toThrowError(expect.objectContaining({ code: 'WECOM_TOKEN_INVALID' }))
    expect(() => bot({ encodingAesKey: '' })).toThrowError(expect.objectContaining({ code: 'WECOM_AES_KEY_INVALID' }))
    expect(() => bot({ botName: '' })).toThrowError(expect.objectContaining({ code: 'WECOM_BOT_NAME_INVALID' }))
  })
})

describe('WeCom bot: answers', () => {
  const answered = (incoming: Incoming, answers: string[], duplicate = false) => {
    const response = messagesOf(incoming).acknowledge([{ duplicate, answers }])
    return { response, envelope: response.body === '' ? null : JSON.parse(response.body) }
  }

  it('answers nothing with an empty 200', () => {
    expect(answered(deliver(wecomGroupText('M', 'a')), []).response).toEqual({
      status: 200,
      type: 'text/plain',
      body: '',
    })
  })

  it('seals a finished stream in the documented envelope', () => {
    const { envelope } = answered(deliver(wecomGroupText('M', '周报')), ['**本周** 3 项', '其余正常'])
    expect(envelope).toEqual({
      encrypt: expect.any(String),
      msgsignature: wecomSignature(VECTOR_SECRETS.token, '1700000002', '1372623149', envelope.encrypt),
      timestamp: 1_700_000_002,
      nonce: '1372623149',
    })
    const opened = wecomUnseal(VECTOR_SECRETS, envelope.encrypt)
    expect(opened.receiveId).toBe('')
    expect(JSON.parse(opened.message)).toEqual({
      msgtype: 'stream',
      stream: { id: expect.stringMatching(/^[0-9a-f]{32}$/), finish: true, content: '**本周** 3 项\n\n其余正常' },
    })
  })

  it('reproduces vector V5 for the same random bytes but for the id of the stream', () => {
    const fixed = { now: () => 1_700_000_005_000, random: () => Buffer.from('fedcba9876543210') }
    const request = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M', 'a'), 1_700_000_005_000, 'nonce456')
    const { envelope } = answered(bot(fixed).receive(request), ['ok'])
    const message = vector('V5').message
    const expected = JSON.parse(message)
    const sealed = JSON.parse(wecomUnseal(VECTOR_SECRETS, envelope.encrypt).message)
    expect({ ...sealed, stream: { ...sealed.stream, id: 's1' } }).toEqual(expected)
    expect(envelope.encrypt.slice(0, 20)).toBe(vector('V5').encrypt.slice(0, 20))
  })

  it('answers a delivery repeated three times with the same stream id and content', () => {
    const contents = ['1', '2', '3'].map((nonce, attempt) => {
      const request = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M', '周报'), NOW + attempt * 5000, nonce)
      const { envelope } = answered(bot().receive(request), ['3 项'], attempt > 0)
      expect(envelope.nonce).toBe(nonce)
      return wecomUnseal(VECTOR_SECRETS, envelope.encrypt).message
    })
    expect(new Set(contents).size).toBe(1)
    const other = answered(deliver(wecomGroupText('N', '周报')), ['3 项'])
    expect(wecomUnseal(VECTOR_SECRETS, other.envelope.encrypt).message).not.toBe(contents[0])
  })

  it('gives a replayed request the same message id, so that it has no second effect', () => {
    const request = wecomDelivery(VECTOR_SECRETS, wecomGroupText('M', 'a'), NOW)
    const adapter = bot()
    expect(messageOf(adapter.receive(request))).toEqual(messageOf(adapter.receive(request)))
  })

  it('cuts an answer to 20,480 bytes between characters and calls nobody', () => {
    const { envelope } = answered(deliver(wecomGroupText('M', 'a')), [`@所有人 <@zhangsan> ${'好'.repeat(9000)}`])
    const { content } = JSON.parse(wecomUnseal(VECTOR_SECRETS, envelope.encrypt).message).stream
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(20_480)
    expect(Buffer.byteLength(content)).toBeGreaterThan(20_470)
    expect(content).toMatch(/^所有人 <zhangsan> 好+…$/)
  })
})
