import { describe, expect, it } from 'vitest'
import { contentText } from '../../../src/adapters/feishu/content.ts'
import { envelopeOf } from '../../../src/adapters/feishu/envelope.ts'
import { readEvent } from '../../../src/adapters/feishu/event.ts'
import { readHistoryItem } from '../../../src/adapters/feishu/history-item.ts'
import { resolveMentions } from '../../../src/adapters/feishu/mentions.ts'
import type { Reading } from '../../../src/adapters/feishu/message.ts'
import { feishuItem, feishuReceived } from '../../platforms/feishu-wire.ts'
import { readingOf } from './reading.ts'

const read = (content: unknown, changes: Record<string, unknown> = {}, reading: Partial<Reading> = {}) => {
  const { messages } = readEvent(envelopeOf(feishuReceived('om_1', content, changes)), readingOf(reading))
  return messages[0] as NonNullable<(typeof messages)[0]>
}
const at = (key: string, open_id: string, name: string, mentioned_type = 'user') => ({
  key,
  id: { open_id },
  name,
  mentioned_type,
})

describe('Feishu messages as clients show them', () => {
  it('reads every type', () => {
    const shown: [string, unknown, string | null][] = [
      ['text', { text: '周五前报送' }, '周五前报送'],
      ['text', { text: '见[整改台账](https://a.feishu.cn/x)' }, '见[链接]整改台账'],
      ['text', { text: '[https://a.cn](https://a.cn) [图]' }, 'https://a.cn [图]'],
      ['image', { image_key: 'k' }, '[图片]'],
      ['file', { file_key: 'k', file_name: '台账.xlsx' }, '[文件]台账.xlsx'],
      ['folder', { file_key: 'k', file_name: '资料' }, '[文件]资料'],
      ['audio', { file_key: 'k', duration: 2000 }, '[语音]'],
      ['media', { file_key: 'k', file_name: 'a.mp4' }, '[视频]'],
      ['sticker', { file_key: 'k' }, '[表情]'],
      ['location', { name: '镇政府', longitude: '1' }, '[位置]镇政府'],
      ['share_chat', { chat_id: 'oc' }, '[名片]'],
      ['share_user', { user_id: 'ou' }, '[名片]'],
      ['hongbao', { text: '[红包]' }, '[红包]'],
      ['calendar', { summary: '例会' }, '[日程]例会'],
      ['general_calendar', {}, '[日程]'],
      ['video_chat', { topic: '周会' }, '[视频会议]周会'],
      ['vote', { topic: '时间', options: ['一', '二'] }, '[投票]时间\n一\n二'],
      ['todo', { summary: { title: '', content: [[{ tag: 'text', text: '报台账' }]] } }, '[任务]报台账'],
      ['merge_forward', { content: 'Merged and Forwarded Message' }, '[聊天记录]'],
      ['system', { template: '{from_user} invited' }, null],
      ['hologram', { text: 'x' }, null],
    ]
    for (const [type, content, text] of shown)
      expect([type, contentText(type, JSON.stringify(content))]).toEqual([type, text])
    for (const broken of ['', '{', '[]', 'null', '7']) expect(contentText('text', broken)).toBeNull()
  })

  it('reads posts and cards line by line', () => {
    const content = [
      [
        { tag: 'text', text: '请 ' },
        { tag: 'at', user_id: '@_user_1', user_name: '' },
        { tag: 'a', href: 'https://a.cn', text: '填表' },
      ],
      [{ tag: 'img', image_key: 'k' }],
      [{ tag: 'media', file_key: 'k' }, { tag: 'emotion', emoji_type: 'SMILE' }, { tag: 'hr' }],
      [{ tag: 'code_block', language: 'GO', text: 'a\nb' }, 'nonsense', null, { text: 'no tag' }],
    ]
    expect(contentText('post', JSON.stringify({ title: '通知', content }))).toBe(
      '通知\n请 @_user_1[链接]填表\n[图片]\n[视频][SMILE]\na\nb',
    )
    const elements = [[{ tag: 'button', text: '提交' }], [{ tag: 'note', elements: [{ tag: 'text', text: '备注' }] }]]
    expect(contentText('interactive', JSON.stringify({ title: '卡', elements }))).toBe('卡\n备注')
    expect(contentText('interactive', JSON.stringify({ title: '', elements: [] }))).toBe('[卡片]')
  })

  it('puts names for placeholders, without the bot, whose mention addresses it', () => {
    const mentions = [
      at('@_user_1', 'ou_bot', '清群', 'bot'),
      at('@_user_2', 'ou_li', '李四'),
      at('@_user_10', 'ou_w', '王五'),
    ]
    expect(read('@_user_1 请 @_user_10、@_user_2 报送', { mentions })).toMatchObject({
      text: '请 @王五、@李四 报送',
      mentions: [
        { memberId: 'ou_w', name: '王五' },
        { memberId: 'ou_li', name: '李四' },
      ],
      addressesBot: true,
    })
  })

  it('is not addressed where another bot is, and cannot tell before it knows itself', () => {
    const mentions = [at('@_user_1', 'ou_other', '考勤', 'bot')]
    expect(read('@_user_1 你好', { mentions })).toMatchObject({ text: '@考勤 你好', addressesBot: false })
    expect(read('@_user_1 你好', { mentions }, { botOpenId: () => undefined })).toMatchObject({
      text: '你好',
      mentions: [],
      addressesBot: true,
    })
  })

  it('hears @所有人 in the text alone and in the list', () => {
    const everyone = { text: '@所有人 开会', mentions: [{ everyone: true }] }
    expect(read('@_all 开会')).toMatchObject(everyone)
    expect(read('@_all 开会', { mentions: [{ key: '@_all', name: '所有人' }] })).toMatchObject(everyone)
    expect(resolveMentions('a@_all_in.cn', [], undefined).mentions).toEqual([])
  })

  it('leaves a placeholder that the list does not explain', () => {
    expect(read('@_user_7 好', { mentions: 'x' })).toMatchObject({ text: '@_user_7 好', mentions: [] })
  })

  it('takes names from mentions as they are, and no second meaning from them', () => {
    const mentions = [at('@_user_1', 'ou_1', '@_all $& @_user_2'), at('@_user_2', 'ou_2', '李四')]
    const message = read('@_user_1 好', { mentions })
    expect(message.text).toBe('@@_all $& @_user_2 好')
    expect(message.mentions.some((mention) => mention.everyone)).toBe(false)
  })

  it('is addressed in private', () => {
    expect(read('我的任务', { chat_type: 'p2p' })).toMatchObject({
      chat: 'single',
      groupId: 'oc_1',
      addressesBot: true,
    })
  })

  it('names group, sender and role where they are known', () => {
    const chat = () => ({ name: '项目群', members: new Map([['ou_zhang', '张三']]), leaders: new Set(['ou_li']) })
    expect(read('好', {}, { chat })).toMatchObject({
      groupName: '项目群',
      sender: { memberId: 'ou_zhang', name: '张三', role: 'member' },
    })
  })

  it('keeps a type that it does not know as unsupported', () => {
    expect(read({ x: 1 }, { message_type: 'hologram' })).toMatchObject({ kind: 'unsupported', mentions: [] })
  })

  it('makes NUL and lone surrogates storable and keeps emoji and right-to-left marks', () => {
    expect(read('\u202e甲\ud800\u0000👍').text).toBe('\u202e甲\ufffd\ufffd👍')
  })
})

describe('Feishu history items', () => {
  it('say the same as the event of the message', () => {
    const item = feishuItem('om_1', '@_user_1 报送', 1_700_000_000_000, {
      parent_id: 'om_0',
      mentions: [{ key: '@_user_1', id: 'ou_li', id_type: 'open_id', name: '李四' }],
    })
    const event = read('@_user_1 报送', { parent_id: 'om_0', mentions: [at('@_user_1', 'ou_li', '李四')] })
    expect(readHistoryItem(item, readingOf())?.messages).toEqual([event])
  })

  it('tell of recalls and edits, and pass over bots and nonsense', () => {
    const at = 1_700_000_000_000
    const recalled = readHistoryItem(
      feishuItem('om_1', 'This message was recalled', at, { deleted: true }),
      readingOf(),
    )
    expect(recalled).toMatchObject({ messages: [], amendments: [{ messageId: 'om_1', change: { kind: 'recalled' } }] })
    const edited = readHistoryItem(feishuItem('om_1', '改', at, { updated: true }), readingOf())
    expect(edited).toMatchObject({
      messages: [{ text: '改' }],
      amendments: [{ change: { kind: 'edited', text: '改' } }],
    })
    const sender = { id: 'cli_1', id_type: 'app_id', sender_type: 'app' }
    expect(readHistoryItem(feishuItem('om_1', 'a', at, { sender }), readingOf())?.messages).toEqual([])
    for (const nonsense of [null, 7, {}, []]) expect(readHistoryItem(nonsense, readingOf())).toBeNull()
  })
})
