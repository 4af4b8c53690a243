import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecord } from '../../../../src/adapters/wecom/archive/message.ts'
import { groupMessageSchema, MAX_TEXT } from '../../../../src/domain/message.ts'

const AT = { tenantId: 'default', channelId: 'main' }
const FIXTURES = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/archive.json'), 'utf8')) as {
  record: Record<string, unknown>
  text: string
}[]

const said = (changes: Record<string, unknown>) =>
  JSON.stringify({
    msgid: '1001',
    action: 'send',
    from: 'zhangsan',
    tolist: ['lisi'],
    roomid: 'wrROOM1',
    msgtime: 1_700_000_000_123,
    msgtype: 'text',
    text: { content: '请周五前报台账' },
    ...changes,
  })

const message = (changes: Record<string, unknown>) => {
  const heard = readRecord(said(changes), AT)
  if (heard.kind !== 'message') throw new Error(`a message was expected, not ${heard.kind}`)
  return heard.message
}

describe('a record of the archive', () => {
  it.each(FIXTURES.map(({ record, text }) => [record.msgid as string, record, text] as const))(
    '%s reads as clients show it',
    (_name, record, text) => {
      const heard = readRecord(JSON.stringify(record), AT)
      expect(heard).toMatchObject({
        kind: 'message',
        message: { text, kind: 'text', groupId: 'wrROOM1', sentAt: record.msgtime, sender: { memberId: 'zhangsan' } },
      })
      if (heard.kind === 'message') expect(groupMessageSchema.safeParse(heard.message).success).toBe(true)
    },
  )

  it('names whom a text addresses', () => {
    expect(message({ text: { content: '@李四\u2005@所有人 请周五前报' } }).mentions).toEqual([
      { name: '李四' },
      { everyone: true },
    ])
  })

  it('keeps what a type that nobody knows says out of judgement, and the message in the store', () => {
    expect(message({ msgtype: 'hologram' })).toMatchObject({ kind: 'unsupported', text: '[其他内容]' })
    expect(message({ msgtype: 'constructor' })).toMatchObject({ kind: 'unsupported' })
  })

  it('does not judge what robots say', () => {
    expect(message({ from: 'wbjc7bDwAAJVylUKpSA3Z5U11tDO4AAA' })).toMatchObject({
      kind: 'unsupported',
      text: '请周五前报台账',
    })
    expect(message({ from: 'wbchen' }).kind).toBe('text')
  })

  it.each([
    ['a private conversation', { roomid: '' }],
    ['a private conversation without the field', { roomid: undefined }],
    ['a recall in a private conversation', { roomid: '', action: 'recall', revoke: { pre_msgid: '1' } }],
    ['a change of corp', { action: 'switch' }],
    ['a consent', { msgtype: 'agree', agree: { userid: 'wm1' } }],
    ['a refused consent', { msgtype: 'disagree', disagree: { userid: 'wm1' } }],
  ])('passes over %s', (_name, changes) => {
    expect(readRecord(said(changes), AT)).toEqual({ kind: 'passed', at: 1_700_000_000_123 })
  })

  it('takes a recall for an amendment of the message it names', () => {
    expect(readRecord(said({ action: 'recall', msgtype: 'revoke', revoke: { pre_msgid: '1000' } }), AT)).toEqual({
      kind: 'amendment',
      amendment: {
        tenantId: 'default',
        groupId: 'wrROOM1',
        messageId: '1000',
        at: 1_700_000_000_123,
        change: { kind: 'recalled' },
      },
    })
  })

  it('tells a reply from what it answers', () => {
    const text = { content: '这是一条引用/回复消息:\n“李四:\n请周五前报台账”\n------\n已报' }
    expect(message({ text })).toMatchObject({ text: '已报', quote: { text: '请周五前报台账' } })
    const wechat = { content: '「李四:请周五前报台账」\n- - - - - - - - - - - - - - -\n已报' }
    expect(message({ text: wechat })).toMatchObject({ text: '已报', quote: { text: '请周五前报台账' } })
    expect(message({ text: { content: '「通知」请看\n------' } })).not.toHaveProperty('quote')
  })

  it('reads a record with raw control characters inside', () => {
    const heard = readRecord(said({ text: { content: '甲乙' } }).replace('甲乙', '甲\u0001\u000b乙\n丙'), AT)
    expect(heard).toMatchObject({ kind: 'message', message: { text: '甲乙 丙' } })
  })

  it('reads numbers that a dump wrote as strings', () => {
    expect(message({ msgtime: '1700000000123' }).sentAt).toBe(1_700_000_000_123)
  })

  it('cuts what is longer than any message, and says so', () => {
    const { text } = message({ text: { content: '报'.repeat(MAX_TEXT + 1) } })
    expect(text.length).toBe(MAX_TEXT)
    expect(text).toMatch(/后面略去\)$/)
  })

  it('shows records within records to a certain depth only', () => {
    let item: unknown = { type: 'ChatRecordText', content: JSON.stringify({ content: '最里面' }) }
    for (let depth = 0; depth < 6; depth++)
      item = { type: 'chatrecord', content: JSON.stringify({ title: '转发', item: [item] }) }
    const { text } = message({ msgtype: 'chatrecord', chatrecord: { title: '转发', item: [item] } })
    expect(text).toBe('[聊天记录]转发\n[聊天记录]转发\n[聊天记录]转发\n[其他内容]')
  })

  it.each(['', 'null', '[]', '{"msgid":"1"', '{"msgid":1}', said({ from: undefined }), said({ msgtime: 'soon' })])(
    'says of %j that it cannot be read',
    (text) => {
      expect(readRecord(text, AT)).toEqual({ kind: 'unreadable' })
    },
  )

  it('gives a storable message, or none, whatever the contents are', () => {
    const types = FIXTURES.map(({ record }) => record)
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.string(), fc.jsonValue(), (record, key, value) => {
        const fields = Object.keys(record)
        const field = fields[key.length % fields.length] as string
        const heard = readRecord(JSON.stringify({ ...record, [field]: value }), AT)
        if (heard.kind === 'message') expect(groupMessageSchema.safeParse(heard.message).success).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})
