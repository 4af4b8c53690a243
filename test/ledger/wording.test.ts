import { describe, expect, it } from 'vitest'
import { completionOf } from '../../src/ledger/wording.ts'

describe('completionOf', () => {
  it.each([
    '换好了',
    '已完成整改',
    '台账交了',
    '全部到位',
    '上午10点到的现场,处理完了',
    '路通了[视频]',
    '9/9 都走访了',
    '没有问题',
    '[文件]排班表.xlsx',
  ])('takes 「%s」 as finished', (text) => expect(completionOf(text)).toBe('complete'))

  it.each([
    '还差两户',
    '正在换',
    '预计下午能完',
    '没修好',
    '走访完成80%',
    '46/47,差小邓',
    '师傅明天上午来',
    '换好了一半,剩下的还在等件',
    '铲车出发了',
    '先用汽车吊顶着',
    '压路机到了,开始压',
  ])('takes 「%s」 as still owed', (text) => expect(completionOf(text)).toBe('partial'))

  it.each(['水管断了', '铁鞋24只', '在的', ''])('takes 「%s」 as neither', (text) =>
    expect(completionOf(text)).toBe('unclear'),
  )
})
