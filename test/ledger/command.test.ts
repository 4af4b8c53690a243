import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HELP, parseCommand } from '../../src/ledger/command.ts'

describe('parseCommand', () => {
  it.each([
    '销号 3',
    '销号3',
    '\u9500\u53f7\u3000\uff13',
    '销号 3',
    '销号 #3',
    '销号3号',
    '销号第三号',
    '完成 3',
    '关闭3号',
    '3号销号',
    '第三号任务完成',
    '办结任务3',
    ' 销号 三 。',
  ])('reads 「%s」 as closing number 3', (text) => {
    expect(parseCommand(text)).toEqual({ name: 'confirm', number: 3 })
  })

  it.each([
    ['退回 3 缺附件二', { name: 'return', number: 3, reason: '缺附件二' }],
    ['退回3号,原因:照片看不清', { name: 'return', number: 3, reason: '照片看不清' }],
    ['取消 12', { name: 'cancel', number: 12, reason: '' }],
    ['重开十二号 又漏水了', { name: 'reopen', number: 12, reason: '又漏水了' }],
    ['重新打开 一百零五', { name: 'reopen', number: 105, reason: '' }],
    ['任务清单', { name: 'list-tasks' }],
    ['我的任务。', { name: 'list-mine' }],
    ['本群问题', { name: 'list-problems' }],
    ['周报', { name: 'digest', kind: 'weekly' }],
    ['日报!', { name: 'digest', kind: 'daily' }],
    ['帮助', { name: 'help' }],
    ['?', { name: 'help' }],
  ])('reads 「%s」', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  it.each([
    '',
    '请各村明天下班前报危房台账',
    '取消3楼的会议',
    '取消 3 楼的会议',
    '完成3户走访',
    '完成 3 户走访',
    '销号',
    '销号 0',
    '周报什么时候交',
    '退回去重写',
    '任务清单发我一份,下午要用',
  ])('leaves 「%s」 to go its normal way', (text) => {
    expect(parseCommand(text)).toEqual({ name: 'unknown' })
  })

  it('never throws, and every number it reads is a whole one above zero', () => {
    const words = fc.constantFrom(
      '销号',
      '退回',
      '取消',
      '#',
      '号',
      ' ',
      '三',
      '十',
      '百',
      '零',
      '3',
      '0',
      '99999',
      '原因',
      '\ud800',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (text) => {
          const command = parseCommand(text)
          if ('number' in command) expect(Number.isInteger(command.number) && command.number > 0).toBe(true)
        },
      ),
    )
  })

  it('explains in its help only commands that it understands', () => {
    for (const word of [
      '任务清单',
      '我的任务',
      '本群问题',
      '销号 3',
      '退回 3 原因',
      '取消 3',
      '重开 3',
      '周报',
      '日报',
    ]) {
      expect(HELP).toContain(word)
      expect(parseCommand(word).name).not.toBe('unknown')
    }
  })
})
