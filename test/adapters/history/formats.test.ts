import { describe, expect, it } from 'vitest'
import { readHistory } from '../../../src/adapters/history/read-history.ts'
import { chinaIso } from '../../../src/domain/calendar.ts'
import { refusalOf } from '../refused.ts'

const NOW = Date.parse('2026-11-23T09:00:00+08:00')
const read = (content: string | Uint8Array) =>
  readHistory(typeof content === 'string' ? Buffer.from(content) : content, NOW)
/** What stands in a file, in brief: `line time sender text`. */
const brief = (content: string) =>
  read(content).messages.map(({ line, sentAt, from, text }) => [
    line,
    chinaIso(sentAt).slice(0, 19),
    from.memberId === undefined ? from.name : `${from.name}<${from.memberId}>`,
    text,
  ])
const faultsOf = (content: string | Uint8Array) => {
  const { code, status, message } = refusalOf(() => read(content))
  expect([code, status]).toEqual(['HISTORY_INVALID', 400])
  return message
}

describe('text of WeChat and WeCom', () => {
  it('is read where time and name stand before the words', () => {
    expect(
      brief('2026-03-02 08:31:00 张三\n请各村报台账\n\n周五前\n\n2026-03-02 08:32:05 李四(wxid_ab12)\n收到\n'),
    ).toEqual([
      [1, '2026-03-02T08:31:00', '张三', '请各村报台账\n\n周五前'],
      [6, '2026-03-02T08:32:05', '李四<wxid_ab12>', '收到'],
    ])
  })

  it('is read where the name comes first, with any way of writing the time', () => {
    expect(
      brief(
        '张三 2026/3/2 8:31\n早\n东河村-李梅(12345678) 2026年3月2日 下午2:05\r\n好\r\n王五 2026-3-2 上午12:00:01\n零点\n',
      ),
    ).toEqual([
      [5, '2026-03-02T00:00:01', '王五', '零点'],
      [1, '2026-03-02T08:31:00', '张三', '早'],
      [3, '2026-03-02T14:05:00', '东河村-李梅<12345678>', '好'],
    ])
  })

  it('is read where all stands on one line, and words that look like another layout stay words', () => {
    expect(brief('[2026-03-02 08:31:00] 张三: 安排:\n李四 2026/3/2 8:31\n[2026-03-02 08:33:00] 李四: 好\n')).toEqual([
      [1, '2026-03-02T08:31:00', '张三', '安排:\n李四 2026/3/2 8:31'],
      [3, '2026-03-02T08:33:00', '李四', '好'],
    ])
  })

  it('is read as WeChat sends it by mail', () => {
    const mail =
      '“测试群”的聊天记录如下:\n\n—————  2026-3-2  —————\n\n\n张三  15:07\n\n你好\n\n李四  15:08\n\n在\n\n—————  2026-3-3  —————\n\n张三  9:00\n\n早\n'
    expect(brief(mail)).toEqual([
      [6, '2026-03-02T15:07:00', '张三', '你好'],
      [10, '2026-03-02T15:08:00', '李四', '在'],
      [16, '2026-03-03T09:00:00', '张三', '早'],
    ])
  })

  it('is refused with the line of a day that no calendar has, of a time to come, and of a date without year', () => {
    expect(
      faultsOf('2026-03-02 08:31:00 张三\n早\n2026-02-30 08:31:00 李四\n早\n2026-03-02 25:00:00 李四\n早'),
    ).toMatch(/第 3 行: 没有这样的日期或时间\n {2}第 5 行/)
    expect(faultsOf('2026-03-02 08:31:00 张三\n早\n2062-03-02 08:31:00 李四\n早')).toContain('第 3 行: 时间在将来')
    expect(faultsOf('\n张三 3/2 8:31:05\n早')).toContain('第 2 行: 日期没有年份')
    expect(faultsOf(`2026-03-02 08:31:00 张三\n${'长'.repeat(20_001)}`)).toContain('第 1 行: 消息超过 20000 字')
  })
})

describe('tables', () => {
  it('are read by the names of their columns, quoted cells with line ends and quotes in them', () => {
    expect(
      brief(
        '\uFEFF发送时间,发送人,发送人ID,消息内容\n2026-03-02 08:31:00,张三,u1,"第一行\n""第二行"",完"\n2026/3/2 8:35,李四,u2,收到\n',
      ),
    ).toEqual([
      [2, '2026-03-02T08:31:00', '张三<u1>', '第一行\n"第二行",完'],
      [4, '2026-03-02T08:35:00', '李四<u2>', '收到'],
    ])
    expect(brief('time\tfrom\ttext\n2026-03-02T08:31:00Z\t张三\t早\n')).toEqual([
      [2, '2026-03-02T16:31:00', '张三', '早'],
    ])
  })

  it('are refused with the line of each fault', () => {
    const head = '时间,姓名,内容\n'
    expect(faultsOf(`${head}昨天,张三,早\n2026-03-02 08:31:00,,早\n`)).toMatch(
      /第 2 行: 发送时间[^\n]*\n {2}第 3 行: 没有发送人/,
    )
    expect(faultsOf(`${head}2026-03-02 08:31:00,张三,早\n2026-03-02 08:31:00,张三,"早\n`)).toContain(
      '第 3 行: 引号没有结束',
    )
  })
})

describe('JSON', () => {
  const item = (changes: object = {}) => ({
    message_id: 'om_1',
    msg_type: 'text',
    create_time: '1772411460000',
    sender: { id: 'ou_1', sender_type: 'user', name: '张三' },
    body: { content: JSON.stringify({ text: '@_user_1 报台账' }) },
    mentions: [{ key: '@_user_1', name: '李四' }],
    ...changes,
  })

  it('of Feishu is read with the ids of the platform, robots and recalled messages left out', () => {
    const items = [
      item(),
      item({ message_id: 'om_2', deleted: true }),
      item({ message_id: 'om_3', sender: { id: 'cli_1', sender_type: 'app' } }),
      item({ message_id: 'om_4', msg_type: 'image', body: { content: '{"image_key":"k"}' } }),
    ]
    for (const file of [items, { items }, { code: 0, data: { items } }]) {
      const { format, messages } = read(JSON.stringify(file, null, 1))
      expect([format, messages.map(({ messageId, text }) => [messageId, text])]).toEqual([
        '飞书 JSON',
        [
          ['om_1', '@李四 报台账'],
          ['om_4', '[图片]'],
        ],
      ])
    }
  })

  it('of Feishu is refused with the line of each item that is wrong', () => {
    const file = `{"items": [\n${JSON.stringify(item())},\n${JSON.stringify(item({ create_time: '1772411460' }))}\n]}`
    expect(faultsOf(file)).toContain('第 3 行: create_time: 单位是毫秒')
  })

  it('of a transcript is read with roles and without its ids, and refused with lines', () => {
    const message = (id: string, at: string) => ({ id, at, from: 'u1', text: '报台账' })
    const file = (at: string) =>
      JSON.stringify(
        {
          group: '群',
          members: [{ id: 'u1', name: '张三', role: 'leader' }],
          messages: [message('m1', '2026-03-02T08:31:00+08:00'), message('m2', at)],
        },
        null,
        1,
      )
    const { format, messages } = read(file('2026-03-02T08:30:00+08:00'))
    expect(format).toBe('清群群聊记录 JSON')
    expect(messages).toMatchObject([
      { line: 17, text: '报台账', from: { memberId: 'u1', name: '张三', role: 'leader' } },
      { line: 11, text: '报台账' },
    ])
    expect(messages[0]).not.toHaveProperty('messageId')
    expect(faultsOf(file('2026-03-02'))).toContain('第 19 行: messages.1.at')
    expect(faultsOf(file('2026-03-02T08:30:00+08:00').replace('"m2",', '"m2"'))).toMatch(/第 1[89] 行: 不是有效的 JSON/)
    expect(faultsOf(file('2026-03-02T08:30:00+08:00').replace('"m2"', '甲'))).toMatch(/第 18 行: 不是有效的 JSON/)
  })

  it('in lines is read in its short form and as the bridge takes it', () => {
    const short = { at: '2026-03-02T08:31:00+08:00', from: '张三', text: '早' }
    const whole = {
      messageId: 'm9',
      sentAt: 1_772_411_520_000,
      sender: { memberId: 'u2', name: '李四', role: 'leader' },
      text: '好',
    }
    expect(read(`${JSON.stringify(short)}\n\n${JSON.stringify(whole)}\n`).messages).toEqual([
      { line: 1, sentAt: Date.parse(short.at), from: { name: '张三' }, text: '早' },
      { line: 3, sentAt: whole.sentAt, from: whole.sender, text: '好', messageId: 'm9' },
    ])
    expect(faultsOf(`${JSON.stringify(short)}\nnot json\n${JSON.stringify({ text: '早' })}\n{"at":"3 月"}\n`)).toMatch(
      /第 2 行: 不是有效的 JSON\n {2}第 3 行: at: 缺少; from: 缺少\n {2}第 4 行: .*at: 写成带时区/,
    )
  })
})

describe('any file', () => {
  const text = '2026-03-02 08:31:00 张三\n镕基、堃、喆\n'

  it('is read as UTF-8, with a mark or without, as UTF-16 and as GB18030', () => {
    const gb = Buffer.from('323032362d30332d30322030383a33313a303020d5c5c8fd0ad4e70a', 'hex')
    expect(read(gb).messages).toMatchObject([{ from: { name: '张三' }, text: '早' }])
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), Buffer.from(`\uFEFF${text}`, 'utf16le')])
      expect(read(bytes).messages).toMatchObject([{ from: { name: '张三' }, text: '镕基、堃、喆' }])
  })

  it('is refused with the line where its bytes are no text, where it is unknown, and where it is empty', () => {
    expect(faultsOf(Buffer.from([...Buffer.from('2026-03-02 08:31:00 a\nb\n'), 0xff, 0xff, 10]))).toContain(
      '第 3 行: 编码',
    )
    expect(faultsOf('\n\n随便写的\n')).toMatch(/第 3 行: 认不出.*飞书.*微信/)
    expect(faultsOf('')).toContain('第 1 行')
    expect(faultsOf('时间,姓名,内容\n')).toContain('没有消息')
  })
})
