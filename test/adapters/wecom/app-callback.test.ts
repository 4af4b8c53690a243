import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { decrypt as vendorDecrypt, encrypt as vendorEncrypt, getSignature as vendorSignature } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Incoming } from '../../../src/adapters/adapter.ts'
import {
  type AppPress,
  createWecomAppCallback,
  type WecomAppCallbackOptions,
} from '../../../src/adapters/wecom/app-callback.ts'
import { buttonInteraction } from '../../../src/adapters/wecom/card.ts'
import type { CardButton } from '../../../src/domain/card.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { buttonsOf } from '../../platforms/fake-wecom-forms.ts'
import {
  VECTOR_SECRETS,
  wecomAppDelivery,
  wecomAppPost,
  wecomAppText,
  wecomDelivery,
  wecomGroupText,
  wecomSeal,
  wecomSignature,
  wecomUnseal,
  wecomVerification,
} from '../../platforms/wecom-wire.ts'
import { refusalOf } from '../refused.ts'
import { VECTORS } from './vectors.ts'

const NOW = 1_700_000_002_000
const CORP = 'ww1234567890abcdef'
const SECRETS = { ...VECTOR_SECRETS, receiveId: CORP }
const app = (changes: Partial<WecomAppCallbackOptions> = {}) =>
  createWecomAppCallback({
    tenantId: 'default',
    channelId: 'app',
    corpId: CORP,
    ...VECTOR_SECRETS,
    now: () => NOW,
    random: randomBytes,
    ...changes,
  })
const deliver = (xml: string, changes?: Partial<WecomAppCallbackOptions>) =>
  app(changes).receive(wecomAppDelivery(SECRETS, xml, NOW))
const fixture = (name: string) => readFileSync(new URL(`fixtures/app-${name}.xml`, import.meta.url), 'utf8')
const vector = (name: string) => {
  const found = VECTORS.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no vector ${name}`)
  return found
}
const EMPTY = { kind: 'respond', response: { status: 200, type: 'text/plain', body: '' } }

function messagesOf(incoming: Incoming) {
  if (incoming.kind !== 'messages') throw new Error('expected messages')
  return incoming
}
function messageOf(incoming: Incoming) {
  const [message] = messagesOf(incoming).messages
  expect(groupMessageSchema.parse(message)).toEqual(message)
  return message as NonNullable<typeof message>
}
const keyOf = (button: CardButton) => {
  const place = { groupId: 'wrG1', taskId: 't-3', place: 'app' } as const
  const card = buttonInteraction({ title: '第 3 号任务', buttons: [button] }, '请确认', place)
  return buttonsOf(card)[0]?.key ?? ''
}
const press = (key: string, changes: { user?: string; at?: number } = {}) =>
  fixture('template-card-event')
    .replace('[ack]', `[${key}]`)
    .replace('[lisi]', `[${changes.user ?? 'lisi'}]`)
    .replace('1700000100', String(changes.at ?? 1_700_000_100))

describe('WeCom app callback: the check of its address', () => {
  it('answers vector V3 with the decrypted text alone', () => {
    const { timestamp, nonce, encrypt, signature } = vector('V3')
    const query = `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=${encodeURIComponent(encrypt)}`
    expect(app().receive({ method: 'GET', query, headers: {}, body: Buffer.alloc(0) })).toEqual({
      kind: 'respond',
      response: { status: 200, type: 'text/plain', body: '1616140317555161061' },
    })
  })

  it('refuses the check of another corp, an old one, and a captured message that asks to be decrypted', () => {
    const ask = (request: ReturnType<typeof wecomVerification>) => refusalOf(() => app().receive(request)).status
    expect(ask(wecomVerification({ ...SECRETS, receiveId: 'wwOther' }, '42', NOW))).toBe(403)
    expect(ask(wecomVerification(SECRETS, '42', NOW - 20 * 60_000))).toBe(401)
    expect(ask(wecomVerification(SECRETS, wecomAppText('1', '秘密'), NOW))).toBe(400)
  })
})

describe('WeCom app callback: what members write', () => {
  it('reads vector V1, keeping all digits of its id', () => {
    const { encrypt, timestamp, nonce } = vector('V1')
    expect(messageOf(app().receive(wecomAppPost(SECRETS, encrypt, timestamp, nonce)))).toEqual({
      tenantId: 'default',
      groupId: 'single:app:zhangsan',
      messageId: '7300000000000000001',
      adapter: 'wecom',
      channelId: 'app',
      chat: 'single',
      sentAt: 1_700_000_000_000,
      sender: { memberId: 'zhangsan' },
      kind: 'text',
      text: '你好',
      mentions: [],
      addressesBot: true,
    })
  })

  it('reads what @wecom/crypto encrypts and signs', () => {
    const encrypt = vendorEncrypt(SECRETS.encodingAesKey, wecomAppText('9007199254740993', '帮助'), CORP)
    const request = wecomAppPost(SECRETS, encrypt, '1700000002', 'n')
    const signature = vendorSignature(SECRETS.token, '1700000002', 'n', encrypt)
    expect(request.query).toContain(signature)
    expect(messageOf(app().receive(request))).toMatchObject({ messageId: '9007199254740993', text: '帮助' })
  })

  it('takes markup, entities, DTDs and the end of a section for words where a member wrote them', () => {
    const of = (content: string) => messageOf(deliver(wecomAppText('1', content))).text
    for (const text of ['<b>a</b> &lt; &#65; &x;', '<!DOCTYPE a [<!ENTITY b "c">]>', '1 < 2 && 3 > 2', '</Content>']) {
      expect(of(text)).toBe(text)
    }
    expect(of('a]]]]><![CDATA[>b')).toBe('a]]>b')
    expect(of('  销号 3 \n')).toBe('销号 3')
    expect(of('👨‍👩‍👧‍👦 ‮𠮷\u0000')).toBe('👨‍👩‍👧‍👦 ‮𠮷\ufffd')
  })

  it('knows a conversation whatever the case of the user id', () => {
    const of = (userid: string) => messageOf(deliver(wecomAppText('1', 'a', userid)))
    expect(of('ZhangSan').groupId).toBe(of('zhangsan').groupId)
    expect(of('ZhangSan').sender.memberId).toBe('ZhangSan')
    expect(of(`a${'𠮷'.repeat(127)}`).groupId.isWellFormed()).toBe(true)
  })

  it('refuses a text beyond the limit rather than cut it', () => {
    expect(messageOf(deliver(wecomAppText('1', '好'.repeat(20_000)))).text).toHaveLength(20_000)
    expect(refusalOf(() => deliver(wecomAppText('1', '好'.repeat(20_001))))).toMatchObject({ code: 'TEXT_TOO_LONG' })
  })

  it('shows media by their marks and keeps types that it does not know', () => {
    const of = (name: string) => messageOf(deliver(fixture(name)))
    expect(['image', 'voice', 'video'].map((name) => of(name).text)).toEqual(['[图片]', '[语音]', '[视频]'])
    for (const name of ['location', 'link']) {
      expect(of(name)).toMatchObject({ kind: 'unsupported', text: '[其他内容]', chat: 'single' })
    }
  })

  it('gives a delivery repeated in a new envelope the same message', () => {
    const adapter = app()
    const [first, second] = ['n1', 'n2'].map((nonce) =>
      messageOf(adapter.receive(wecomAppDelivery(SECRETS, fixture('text'), NOW + 5000, nonce))),
    )
    expect(second).toEqual(first)
  })
})

describe('WeCom app callback: events', () => {
  it('has whoever presses a button say its command, in the group that its number belongs to', () => {
    expect(messageOf(deliver(press(keyOf({ text: '销号', command: '销号 3' }))))).toEqual({
      tenantId: 'default',
      groupId: 'wrG1',
      messageId: expect.stringMatching(/^press-[0-9a-f]{32}$/),
      adapter: 'wecom',
      channelId: 'app',
      chat: 'group',
      sentAt: 1_700_000_100_000,
      sender: { memberId: 'lisi' },
      kind: 'text',
      text: '销号 3',
      mentions: [],
      addressesBot: true,
    })
  })

  it('has whoever presses a private button say its command in private', () => {
    expect(messageOf(deliver(press(keyOf({ text: '申诉', command: '申诉 #o1', inPrivate: true }))))).toMatchObject({
      chat: 'single',
      groupId: 'single:app:lisi',
      text: '申诉 #o1',
    })
  })

  it('hands over the code of a press once its command is done, and only of its own buttons', () => {
    const presses: AppPress[] = []
    const pressed = (key: string, duplicate = false) =>
      messagesOf(deliver(press(key), { onPressed: (one) => presses.push(one) })).acknowledge([
        { duplicate, answers: ['已销号'] },
      ])
    const key = keyOf({ text: '销号', command: '销号 3' })
    pressed(key)
    pressed(key, true)
    pressed('ack')
    expect(presses).toEqual([{ memberId: 'lisi', responseCode: 'RC42', answer: '已销号' }])
  })

  it('takes a key that it did not make for a private word', () => {
    for (const key of ['销号 3', 'ack', '{"group":"wrG1"}', '{"group":"","command":"a"}', '[1]', '3']) {
      expect(messageOf(deliver(press(key)))).toMatchObject({ chat: 'single', groupId: 'single:app:lisi', text: key })
    }
  })

  it('tells two presses apart and a repeated delivery of one not', () => {
    const of = (xml: string) => messageOf(deliver(xml)).messageId
    const first = of(press('销号 3'))
    expect(of(press('销号 3'))).toBe(first)
    const others = [press('销号 4'), press('销号 3', { user: 'wangwu' }), press('销号 3', { at: 1_700_000_101 })].map(
      of,
    )
    expect(new Set([first, ...others]).size).toBe(4)
  })

  it('tells that the archive has grown, and only then', () => {
    let notices = 0
    const onArchiveNotice = () => {
      notices++
    }
    expect(deliver(fixture('msgaudit-notify'), { onArchiveNotice })).toEqual(EMPTY)
    expect(notices).toBe(1)
    deliver(fixture('subscribe'), { onArchiveNotice })
    deliver(fixture('text').replace('你好', 'msgaudit_notify'), { onArchiveNotice })
    const forged = wecomAppDelivery({ ...SECRETS, token: 'other' }, fixture('msgaudit-notify'), NOW)
    expect(refusalOf(() => app({ onArchiveNotice }).receive(forged)).status).toBe(401)
    expect(notices).toBe(1)
    expect(deliver(fixture('msgaudit-notify'))).toEqual(EMPTY)
  })

  it('acknowledges every other event and forgets it', () => {
    const names = [
      'subscribe',
      'enter-agent',
      'location-report',
      'change-contact',
      'change-external-chat',
      'inactive-alert',
    ]
    for (const name of names) expect(deliver(fixture(name))).toEqual(EMPTY)
  })

  it('has a test for every recorded payload', () => {
    const tested = readFileSync(new URL(import.meta.url), 'utf8')
    const files = readdirSync(new URL('fixtures/', import.meta.url)).filter((name) => name.startsWith('app-'))
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) expect(tested).toContain(`'${file.slice(4, -4)}'`)
  })
})

describe('WeCom app callback: who is believed', () => {
  it('refuses every flipped bit of the signature, and of the ciphertext under a signature made for it', () => {
    const good = wecomAppDelivery(SECRETS, fixture('text'), NOW)
    const adapter = app()
    expect(adapter.receive(good).kind).toBe('messages')
    const signature = /msg_signature=(\w+)/.exec(good.query)?.[1] ?? ''
    const sealed = Buffer.from(wecomSeal(SECRETS, fixture('text')), 'base64')
    fc.assert(
      fc.property(fc.nat({ max: 39 }), fc.integer({ min: 1, max: 127 }), (index, mask) => {
        const changed = String.fromCharCode(signature.charCodeAt(index) ^ mask)
        const wrong = signature.slice(0, index) + changed + signature.slice(index + 1)
        const query = good.query.replace(signature, encodeURIComponent(wrong))
        expect(refusalOf(() => adapter.receive({ ...good, query })).status).toBe(401)
      }),
    )
    const last = Buffer.from(sealed)
    last[last.length - 17] = (last[last.length - 17] ?? 0) ^ 1
    const request = wecomAppPost(SECRETS, last.toString('base64'), '1700000002', 'n')
    expect([400, 403]).toContain(refusalOf(() => adapter.receive(request)).status)
  })

  it('refuses a clock that is 20 minutes off, whichever way', () => {
    for (const off of [-20, 20]) {
      const request = wecomAppDelivery(SECRETS, fixture('text'), NOW + off * 60_000)
      expect(refusalOf(() => app().receive(request))).toMatchObject({ status: 401, code: 'TIMESTAMP_STALE' })
    }
  })

  it('refuses a callback of another corp, whose id begins like ours, and of a 智能机器人', () => {
    for (const receiveId of ['wwOther', `${CORP}0`, CORP.slice(0, -1), CORP.toUpperCase(), '']) {
      const request = wecomAppDelivery({ ...SECRETS, receiveId }, fixture('text'), NOW)
      expect(refusalOf(() => app().receive(request))).toMatchObject({ status: 403, code: 'RECEIVER_WRONG' })
    }
    const json = wecomDelivery(SECRETS, wecomGroupText('M', 'a'), NOW)
    expect(refusalOf(() => app().receive(json))).toMatchObject({ status: 400, code: 'BODY_INVALID' })
  })

  it('refuses bodies that are not the documented XML, quickly whatever their size', () => {
    const post = (body: string | Buffer) => ({ ...wecomAppDelivery(SECRETS, 'a', NOW), body: Buffer.from(body) })
    for (const body of [
      '',
      '{"encrypt":"AAAA"}',
      '<xml></xml>',
      '<xml><Encrypt></Encrypt></xml>',
      '<xml><Encrypt><![CDATA[]]></Encrypt></xml>',
      '<xml><Encrypt><![CDATA[你好]]></Encrypt></xml>',
      '<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>',
      Buffer.from([0xff, 0xfe, 0x00]),
      '<xml>'.repeat(200_000),
      '<Encrypt>'.repeat(110_000),
      `<Encrypt>${'A'.repeat(1_000_000)}`,
      '<![CDATA['.repeat(110_000),
    ]) {
      expect(refusalOf(() => app().receive(post(body)))).toMatchObject({ status: 400, code: 'BODY_INVALID' })
    }
  })

  it('refuses signed contents that are no message', () => {
    for (const xml of [
      '',
      'hello',
      '{"msgid":"M"}',
      '<xml></xml>',
      '<a/>',
      '<xml>'.repeat(10_000),
      '<!DOCTYPE a [<!ENTITY b "c">]><xml><A>&b;</A></xml>',
      `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${fixture('text')}`,
      '<xml><__proto__><a>1</a></__proto__></xml>',
      fixture('text').replace(/<MsgId>.*<\/MsgId>/, ''),
      fixture('text').replace('<MsgId>', '<MsgId>1</MsgId><MsgId>'),
      fixture('text').replace('1700000000', '1.7e9'),
      fixture('text').replace('[zhangsan]', '[]'),
      fixture('template-card-event').replace('[ack]', '[]'),
    ]) {
      expect(refusalOf(() => deliver(xml)).status).toBe(400)
    }
  })

  it('does not quote what was sent in a refusal', () => {
    const refusal = refusalOf(() => deliver('<xml><__proto__>绝密内容</__proto__></xml>'))
    expect(`${refusal.message}${refusal.hint}${String(refusal.cause)}`).not.toMatch(/绝密|__proto__/)
  })

  it('never fails with anything but 400, whatever is signed', () => {
    const piece = fc.constantFrom(
      '<xml>',
      '</xml>',
      '<Content>',
      '<![CDATA[',
      ']]>',
      '<!',
      '<?',
      '&amp;',
      '<A b="',
      '>',
      '/',
    )
    const xml = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 30 })
    fc.assert(
      fc.property(xml, fc.nat({ max: 400 }), (parts, at) => {
        const spliced = fixture('text').slice(0, at) + parts.join('') + fixture('text').slice(at)
        for (const content of [parts.join(''), spliced]) {
          try {
            const incoming = deliver(content)
            if (incoming.kind === 'messages') messageOf(incoming)
          } catch (error) {
            expect(error).toMatchObject({ name: 'CodedError', status: 400 })
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is not created with secrets that cannot be right', () => {
    expect(refusalOf(() => app({ corpId: '' })).code).toBe('WECOM_CORP_ID_MISSING')
    expect(refusalOf(() => app({ token: 'a b' })).code).toBe('WECOM_TOKEN_INVALID')
    expect(refusalOf(() => app({ encodingAesKey: 'short' })).code).toBe('WECOM_AES_KEY_INVALID')
  })
})

describe('WeCom app callback: answers', () => {
  const answered = (answers: string[]) =>
    messagesOf(deliver(fixture('text'))).acknowledge([{ duplicate: false, answers }])
  const sealedIn = (body: string) => {
    const [, encrypt = '', signature = '', timestamp = '', nonce = ''] =
      /^<xml><Encrypt><!\[CDATA\[(.+)\]\]><\/Encrypt><MsgSignature><!\[CDATA\[(.+)\]\]><\/MsgSignature><TimeStamp>(\d+)<\/TimeStamp><Nonce><!\[CDATA\[(.+)\]\]><\/Nonce><\/xml>$/.exec(
        body,
      ) ?? []
    return { encrypt, signature, timestamp, nonce }
  }

  it('answers nothing with an empty 200', () => {
    expect(answered([])).toEqual(EMPTY.response)
  })

  it('answers a text in the documented envelope, which @wecom/crypto opens', () => {
    const response = answered(['## 小结\n**第 3 号**已销号。', '@所有人 [详情](https://example.com/a) ]]> 完'])
    expect(response).toMatchObject({ status: 200, type: 'application/xml' })
    const { encrypt, signature, timestamp, nonce } = sealedIn(response.body)
    expect(signature).toBe(wecomSignature(SECRETS.token, timestamp, nonce, encrypt))
    expect([timestamp, nonce]).toEqual(['1700000002', '1372623149'])
    const opened = vendorDecrypt(SECRETS.encodingAesKey, encrypt)
    expect(opened.id).toBe(CORP)
    expect(wecomUnseal(SECRETS, encrypt).message).toBe(opened.message)
    expect(opened.message).toBe(
      `<xml><ToUserName><![CDATA[zhangsan]]></ToUserName><FromUserName><![CDATA[${CORP}]]></FromUserName><CreateTime>1700000002</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[小结\n第 3 号已销号。\n\n所有人 详情 https://example.com/a ]]]]><![CDATA[> 完]]></Content></xml>`,
    )
  })

  it('cuts an answer to 2,048 bytes between characters', () => {
    const { encrypt } = sealedIn(answered(['好'.repeat(2000)]).body)
    const content = /<Content><!\[CDATA\[(.*)\]\]>/.exec(wecomUnseal(SECRETS, encrypt).message)?.[1] ?? ''
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2048)
    expect(content).toMatch(/^好{600,}…$/)
  })
})
