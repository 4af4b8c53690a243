import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Incoming } from '../../../src/adapters/adapter.ts'
import { createDingtalkRobot, type DingtalkRobotOptions } from '../../../src/adapters/dingtalk/robot.ts'
import { dingtalkSign } from '../../../src/adapters/dingtalk/signature.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { dingtalkBody, dingtalkDelivery } from '../../platforms/dingtalk-wire.ts'
import { refusalOf } from '../refused.ts'

const NOW = 1_695_199_269_500
const SECRET = 'this is a secret'
const robot = (changes: Partial<DingtalkRobotOptions> = {}) =>
  createDingtalkRobot({ tenantId: 'default', channelId: 'main', appSecret: SECRET, now: () => NOW, ...changes })
const deliver = (body: unknown, changes?: Partial<DingtalkRobotOptions>) =>
  robot(changes).receive(dingtalkDelivery(SECRET, body, NOW))

function messageOf(incoming: Incoming) {
  if (incoming.kind !== 'messages') throw new Error('expected a message')
  const [message] = incoming.messages
  expect(groupMessageSchema.parse(message)).toEqual(message)
  return message as NonNullable<typeof message>
}

describe('DingTalk signature', () => {
  it('gives the documented values', () => {
    expect(dingtalkSign('this is a secret', '1577262236757')).toBe('DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=')
    expect(dingtalkSign('this is secret', '1577262236757')).toBe('hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=')
  })

  it('accepts a callback signed with the documented value', () => {
    const request = {
      ...dingtalkDelivery('x', dingtalkBody(), 0),
      headers: { timestamp: '1577262236757', sign: 'DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=' },
    }
    expect(robot({ now: () => 1_577_262_236_757 }).receive(request).kind).toBe('messages')
  })

  it('refuses every flipped byte of the signature and of the timestamp', () => {
    const good = dingtalkDelivery(SECRET, dingtalkBody(), NOW)
    const adapter = robot()
    expect(adapter.receive(good).kind).toBe('messages')
    for (const header of ['sign', 'timestamp'] as const) {
      const value = good.headers[header] ?? ''
      expect(value.length).toBeGreaterThan(12)
      fc.assert(
        fc.property(fc.nat({ max: value.length - 1 }), fc.integer({ min: 1, max: 127 }), (index, mask) => {
          const changed = String.fromCharCode(value.charCodeAt(index) ^ mask)
          const headers = { ...good.headers, [header]: value.slice(0, index) + changed + value.slice(index + 1) }
          expect(refusalOf(() => adapter.receive({ ...good, headers })).status).toBe(401)
        }),
      )
    }
  })

  it('refuses missing headers, another secret and a URL-encoded signature', () => {
    const good = dingtalkDelivery(SECRET, dingtalkBody(), NOW)
    expect(refusalOf(() => robot().receive({ ...good, headers: {} })).status).toBe(401)
    expect(refusalOf(() => robot({ appSecret: 'this is secret' }).receive(good)).status).toBe(401)
    const sign = encodeURIComponent(good.headers.sign ?? '')
    expect(sign).toContain('%')
    expect(refusalOf(() => robot().receive({ ...good, headers: { ...good.headers, sign } })).status).toBe(401)
  })

  it('holds the window of an hour both ways, and a narrower one where configured', () => {
    const at = (time: number, changes?: Partial<DingtalkRobotOptions>) => () =>
      robot(changes).receive(dingtalkDelivery(SECRET, dingtalkBody(), time))
    expect(at(NOW - 3_600_000)().kind).toBe('messages')
    expect(at(NOW + 3_600_000)().kind).toBe('messages')
    expect(refusalOf(at(NOW - 3_600_001))).toMatchObject({ status: 401, code: 'TIMESTAMP_STALE' })
    expect(refusalOf(at(NOW + 3_600_001))).toMatchObject({ status: 401, code: 'TIMESTAMP_STALE' })
    expect(refusalOf(at(NOW - 60_001, { windowMs: 60_000 })).code).toBe('TIMESTAMP_STALE')
  })

  it('refuses a timestamp that is not 13 digits although it is signed', () => {
    for (const timestamp of ['', '1695199269', ' 1695199269500', '1.695e12', '016951992695000']) {
      const request = { ...dingtalkDelivery(SECRET, dingtalkBody(), NOW) }
      const headers = { timestamp, sign: dingtalkSign(SECRET, timestamp) }
      expect(refusalOf(() => robot().receive({ ...request, headers })).status).toBe(401)
    }
  })
})

describe('DingTalk robot: messages', () => {
  it('normalises the sample of the documentation', () => {
    expect(messageOf(deliver(dingtalkBody()))).toEqual({
      tenantId: 'default',
      groupId: 'cidjMOszAhS4Jg==',
      messageId: 'msg2xxxx+w==',
      adapter: 'dingtalk',
      channelId: 'main',
      chat: 'group',
      groupName: '测试群',
      sentAt: 1_695_199_269_062,
      sender: { memberId: '452523285939877041', name: '小钉', role: 'leader' },
      kind: 'text',
      text: '你好',
      mentions: [{ memberId: 'manager7675' }],
      addressesBot: true,
    })
  })

  it('falls back to the encrypted sender before the robot is published, and claims no role', () => {
    const message = messageOf(
      deliver(dingtalkBody({ senderStaffId: undefined, isAdmin: undefined, senderNick: undefined })),
    )
    expect(message.sender).toEqual({ memberId: '$:LWCP_v1:$Cxxxx' })
    expect(messageOf(deliver(dingtalkBody({ senderStaffId: '' }))).sender.memberId).toBe('$:LWCP_v1:$Cxxxx')
  })

  it('takes an admin for a leader, anybody else for a member, and claims nothing where it is not told', () => {
    const roleOf = (isAdmin: unknown) => messageOf(deliver(dingtalkBody({ isAdmin }))).sender.role
    expect([true, false, undefined, 'true'].map(roleOf)).toEqual(['leader', 'member', undefined, undefined])
  })

  it('reads every message type', () => {
    const of = (changes: Record<string, unknown>) => messageOf(deliver(dingtalkBody({ text: undefined, ...changes })))
    const richText = [{ text: '现场 ' }, { type: 'picture', downloadCode: 'x' }, { text: ' 已处理' }]
    expect(of({ msgtype: 'richText', content: { richText } }).text).toBe('现场 [图片] 已处理')
    expect(of({ msgtype: 'picture', content: { downloadCode: 'x' } }).text).toBe('[图片]')
    expect(of({ msgtype: 'audio', content: { duration: 1, recognition: '泵房漏水' } }).text).toBe('泵房漏水')
    expect(of({ msgtype: 'audio', content: { duration: 1 } }).text).toBe('[语音]')
    expect(of({ msgtype: 'video', content: { videoType: 'mp4' } }).text).toBe('[视频]')
    expect(of({ msgtype: 'file', content: { fileName: '台账.xlsx' } }).text).toBe('[文件]台账.xlsx')
    expect(of({ msgtype: 'text', content: ' 你好' })).toMatchObject({ kind: 'text', text: '你好' })
    expect(of({ msgtype: 'hologram' })).toMatchObject({ kind: 'unsupported', mentions: [] })
    expect(of({ msgtype: 'richText', content: { richText: 'x' } }).kind).toBe('unsupported')
  })

  it('gives a private conversation the id of its member', () => {
    const body = dingtalkBody({
      conversationType: '1',
      conversationTitle: undefined,
      isInAtList: undefined,
      atUsers: undefined,
    })
    expect(messageOf(deliver(body))).toMatchObject({
      chat: 'single',
      groupId: 'single:452523285939877041',
      addressesBot: true,
      mentions: [],
    })
  })

  it('reads a quote where there is one', () => {
    const repliedMsg = { msgType: 'text', msgId: 'm0', senderId: '$:LWCP_v1:$s', content: { text: '周五前报' } }
    const text = { content: ' 已报送', isReplyMsg: true, repliedMsg }
    expect(messageOf(deliver(dingtalkBody({ text }))).quote).toEqual({
      messageId: 'm0',
      senderId: '$:LWCP_v1:$s',
      text: '周五前报',
    })
    const rich = { msgType: 'richText', content: { richText: [{ text: '看' }, { type: 'picture' }] } }
    expect(messageOf(deliver(dingtalkBody({ text: { content: 'a', repliedMsg: rich } }))).quote).toEqual({
      text: '看[图片]',
    })
    for (const broken of [null, 'x', {}, { content: 7 }, { msgId: 8 }]) {
      expect(messageOf(deliver(dingtalkBody({ text: { content: 'a', repliedMsg: broken } }))).quote).toBeUndefined()
    }
  })

  it('takes createAt as number or text, and the time of the callback where it is absurd', () => {
    const at = (createAt: unknown) => messageOf(deliver(dingtalkBody({ createAt }))).sentAt
    expect(at('1695199269062')).toBe(1_695_199_269_062)
    for (const absurd of [undefined, null, 'soon', -1, 1e300, {}]) expect(at(absurd)).toBe(NOW)
  })

  it('lists outsiders by their encrypted id and @所有人 as everyone, never the robot', () => {
    const atUsers = [
      { dingtalkId: '$:LWCP_v1:$vxxxx' },
      { dingtalkId: '$:LWCP_v1:$out', staffId: '' },
      { staffId: 'u9' },
    ]
    const body = dingtalkBody({ atUsers, text: { content: ' @所有人 周五前报' } })
    expect(messageOf(deliver(body)).mentions).toEqual([
      { memberId: '$:LWCP_v1:$out' },
      { memberId: 'u9' },
      { everyone: true },
    ])
  })

  it('keeps right-to-left marks, makes NUL and lone surrogates storable, refuses more than 20,000 characters', () => {
    const body = JSON.stringify(dingtalkBody({ text: { content: 'TEXT' } })).replace('TEXT', '\u202e甲\\ud800\\u0000')
    expect(messageOf(deliver(body)).text).toBe('\u202e甲\ufffd\ufffd')
    expect(messageOf(deliver(dingtalkBody({ text: { content: '' } }))).text).toBe('')
    const long = dingtalkBody({ text: { content: '事'.repeat(20_001) } })
    expect(refusalOf(() => deliver(long))).toMatchObject({ status: 400, code: 'TEXT_TOO_LONG' })
  })
})

describe('DingTalk robot: refusals and notices', () => {
  it('reports a used-up quota and answers 200, since there is no message', () => {
    const notices: unknown[] = []
    const notice = { errCode: 20001, errMsg: 'quota exceeded', conversationId: 'cid' }
    const options = { robotCode: 'ding1fdabddc', onQuota: (value: unknown) => void notices.push(value) }
    expect(deliver(notice, options)).toMatchObject({ kind: 'respond', response: { status: 200, body: '{}' } })
    expect(deliver({ ...notice, errCode: '20001' }, options).kind).toBe('respond')
    expect(deliver(notice).kind).toBe('respond')
    expect(notices).toEqual(Array(2).fill({ channelId: 'main', errMsg: 'quota exceeded' }))
  })

  it('refuses the callback of another robot with 403', () => {
    expect(deliver(dingtalkBody(), { robotCode: 'ding1fdabddc' }).kind).toBe('messages')
    expect(refusalOf(() => deliver(dingtalkBody(), { robotCode: 'other' })).status).toBe(403)
    expect(refusalOf(() => deliver(dingtalkBody({ robotCode: undefined }), { robotCode: 'a' })).status).toBe(403)
  })

  it('refuses bodies that identify no message', () => {
    for (const body of ['', '{', 'null', '[]', '<xml/>', '['.repeat(500_000), {}]) {
      expect(refusalOf(() => deliver(body)).status).toBe(400)
    }
    for (const field of ['msgId', 'msgtype', 'conversationId', 'conversationType']) {
      expect(refusalOf(() => deliver(dingtalkBody({ [field]: undefined }))).code).toBe('MESSAGE_MALFORMED')
    }
    expect(refusalOf(() => deliver(dingtalkBody({ senderId: undefined, senderStaffId: null }))).status).toBe(400)
    expect(refusalOf(() => deliver(dingtalkBody({ msgId: 'a\u0000' }))).status).toBe(400)
    const get = { ...dingtalkDelivery(SECRET, dingtalkBody(), NOW), method: 'GET' as const }
    expect(refusalOf(() => robot().receive(get)).status).toBe(400)
  })

  it('accepts a message about <!DOCTYPE, which is only text here', () => {
    expect(messageOf(deliver(dingtalkBody({ text: { content: '<!DOCTYPE html> 打不开' } }))).text).toContain(
      '<!DOCTYPE',
    )
  })

  it('never fails with anything but 400, whatever the fields hold', () => {
    const fields = [
      'text',
      'content',
      'atUsers',
      'createAt',
      'senderNick',
      'isAdmin',
      'msgtype',
      'senderStaffId',
      'errCode',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.jsonValue(),
        fc.constantFrom('text', 'richText', 'audio'),
        (field, value, type) => {
          try {
            const incoming = deliver(dingtalkBody({ msgtype: type, [field]: value }))
            if (incoming.kind === 'messages')
              expect(groupMessageSchema.safeParse(incoming.messages[0]).success).toBe(true)
          } catch (error) {
            expect(error).toMatchObject({ name: 'CodedError', status: 400 })
          }
        },
      ),
    )
  })

  it('is not created without a secret', () => {
    expect(() => robot({ appSecret: '' })).toThrowError(expect.objectContaining({ code: 'DINGTALK_SECRET_MISSING' }))
  })
})

describe('DingTalk robot: answers', () => {
  const answer = (answers: string[]) => {
    const incoming = deliver(dingtalkBody())
    if (incoming.kind !== 'messages') throw new Error('expected a message')
    return incoming.acknowledge([{ duplicate: false, answers }])
  }

  it('says nothing with an empty object', () => {
    expect(answer([])).toEqual({ status: 200, type: 'application/json', body: '{}' })
  })

  it('answers in the body as markdown with hard line ends, and calls nobody', () => {
    expect(JSON.parse(answer(['## 本周清单\n- @所有人 报台账', '完']).body)).toEqual({
      msgtype: 'markdown',
      markdown: { title: '本周清单', text: '## 本周清单  \n- 所有人 报台账  \n  \n完' },
    })
  })
})
