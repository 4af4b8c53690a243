import { describe, expect, it } from 'vitest'
import { titleOf } from '../../src/ledger/title.ts'

describe('the title of a task', () => {
  it.each([
    ['@东河村-李梅 请于明天17:00前把危房排查台账报到综合办', '把危房排查台账报到综合办'],
    ['请在本周五前完成防汛物资清点', '完成防汛物资清点'],
    ['各位同事,最迟下周三下班前把发票交到财务室。收到请回复。', '把发票交到财务室'],
    ['3号楼外墙脚手架今天拆完', '3号楼外墙脚手架今天拆完'],
    ['5号下午开会,各组带上台账', '开会，各组带上台账'],
    ['在建项目安全检查表今天报我', '在建项目安全检查表今天报我'],
  ])('says what is to be done, without address, time and courtesy: %s', (text, title) => {
    expect(titleOf(text, 'task')).toBe(title)
  })
})
