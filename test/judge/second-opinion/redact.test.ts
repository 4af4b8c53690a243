import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, redact } from '../../../src/judge/second-opinion/redact.ts'

const plain = (text: string, names: readonly string[] = []) => redact(text, names).text

describe('redaction', () => {
  it.each([
    ['@张大勇 请报台账', '@〔人A〕 请报台账'],
    ['@柳河村-张大勇\u2005请报台账', '@〔人A〕\u2005请报台账'],
    ['@张勇请今天报上来', '@〔人A〕请今天报上来'],
    ['\uff20张大勇\uff0c辛苦', '@〔人A〕,辛苦'],
    ['请联系张大勇书记', '请联系〔人A〕书记'],
    ['王建副镇长带队到现场', '〔人A〕副镇长带队到现场'],
    ['书记王建国到现场', '书记〔人A〕到现场'],
    ['欧阳修远老师请假', '〔人A〕老师请假'],
    ['联系人\uff1a李雷 13800138000', '联系人:〔人A〕 〔电话〕'],
    ['李梅(138-0013-8000)负责', '〔人A〕(〔电话〕)负责'],
  ])('hides the name in %s', (text, expected) => {
    expect(plain(text)).toBe(expected)
  })

  it('hides a name that is known wherever it stands, also without its unit', () => {
    const names = ['柳河村-周小雨', 'Li Na']
    expect(plain('周小雨家的水管又漏了, Li Na knows', names)).toBe('〔人A〕家的水管又漏了, 〔人B〕 knows')
    expect(plain('柳河村-周小雨说online会议照开', names)).toBe('〔人A〕说online会议照开')
  })

  it('does not stumble over a name that looks like a pattern', () => {
    expect(plain('甲.*乙(说)漏水', ['.*', '(说', '[', '\\'])).toBe('甲〔人A〕乙〔人B〕)漏水')
  })

  it('calls the same person by the same placeholder in every text of a conversation', () => {
    const inOne = createRedactor()
    expect([inOne('@张大勇 快报', 100), inOne('@李小雨 呢', 100), inOne('@张大勇 在吗', 100)]).toEqual([
      '@〔人A〕 快报',
      '@〔人B〕 呢',
      '@〔人A〕 在吗',
    ])
  })

  it('leaves a call to everybody, and work words that are no names', () => {
    const text = '@所有人 请村两委、网格员、办公室主任把台账报上来,镇党委书记和分管领导要看,何总结一下'
    expect(plain(text)).toBe(text)
  })

  it.each([
    ['13800138000', '〔电话〕'],
    ['+86 138 0013 8000', '〔电话〕'],
    ['值班电话0716-8123456', '值班电话〔电话〕'],
    ['\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10', '〔电话〕'],
    ['1 3 8 0 0 1 3 8 0 0 0', '〔数〕'],
    ['1\u200b3\u200b800138000', '〔电话〕'],
    ['幺三八零零幺三八零零零', '〔数〕'],
    ['身份证42010119900101123X', '身份证〔证件号〕'],
    ['卡号6222020200112233445', '卡号〔账号〕'],
    ['微信号:zhang_dy88', '微信号:〔账号〕'],
    ['鄂A12345停错了', '〔车牌〕停错了'],
    ['发到zhang.dy@example.com', '发到〔邮箱〕'],
    ['见https://example.com/a?b=1 即可', '见〔链接〕 即可'],
    ['拨付3.5万元', '拨付〔金额〕'],
    ['欠三千二百元', '欠〔金额〕'],
    ['完成率98.6%,还差12户', '完成率〔数〕%,还差〔数〕户'],
    ['2026年3月5日17:00前报', '〔时间〕〔时间〕前报'],
    ['提3点要求', '提〔数〕点要求'],
  ])('hides %s as %s', (text, expected) => {
    expect(plain(text)).toBe(expected)
  })

  it('does not let a message forge a placeholder', () => {
    expect(plain('〔人A〕同意')).toBe('[人A]同意')
  })

  it('keeps the beginning and the end of what is too long', () => {
    const text = createRedactor()(`头${'中'.repeat(500)}尾`, 100)
    expect(text).toHaveLength(100)
    expect(text).toMatch(/^头中+〔略〕中+尾$/)
  })

  it('leaves no decimal digit of any script, nothing invisible, and stays within its limit, for any text', () => {
    const digits = fc.stringMatching(/^[\d\uff10-\uff19\u0660-\u0669\u0966-\u096f.,:\- ]{1,30}$/u)
    const words = fc.constantFrom(
      '@',
      '张大勇',
      '书记',
      '年',
      '元',
      '¥',
      '电话',
      '\u200b',
      '〔',
      '\u2005',
      '微信号',
      'X',
      '一',
    )
    const text = fc
      .array(fc.oneof(digits, words, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 30 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 400 }), (raw, limit) => {
        const safe = createRedactor(['张大勇'])(raw, limit)
        expect(safe).not.toMatch(/\p{Nd}|\p{Cf}|\p{N}{4}/u)
        expect(safe).not.toContain('张大勇')
        expect(safe.length).toBeLessThanOrEqual(limit)
        expect(safe.isWellFormed()).toBe(true)
      }),
    )
  })
})
