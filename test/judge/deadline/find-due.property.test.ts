import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDue } from '../../../src/judge/deadline/find-due.ts'

const WORDS =
  '今天 明天 后天 周五 下周三 3月10日 15号 5日内 月底 节前 国庆前 腊月二十三 上午 下午 晚上 凌晨 下班前 3点 五点半 17:30 24点 差一刻四点 前 之前 内 至 到 - 、 , 。 ( ) 报 交 请 会议 改到 不是 是 最迟 提前三天 每天 每月 三个工作日内 两小时内 上半年 元宵节前 \n ３ ： \u0000 \ud83d \udc00 😀'.split(
    ' ',
  )
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }).map((words) => words.join('')),
)
const anyMoment = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) })

describe('findDue', () => {
  it('gives a moment later than the posting and a stretch of the text, or null, on any text', () => {
    fc.assert(
      fc.property(anyText, anyMoment, (text, at) => {
        const found = findDue(text, at)
        if (found === null) return
        expect(found.due).toBeGreaterThan(at)
        expect(found.match.length).toBeGreaterThan(0)
        expect(text).toContain(found.match)
      }),
      { numRuns: 2000 },
    )
  })

  it('says the same after a greeting', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('大家早上好,', '各位下午好!', '周末愉快!', '中秋快乐!'),
        fc.constantFrom('请于', '材料', '各科室', ''),
        fc.constantFrom(
          '3月10日',
          '周五',
          '明天',
          '5日内',
          '月底',
          '国庆前',
          '下周三下午3点',
          '17:30',
          '两小时内',
          'Friday',
        ),
        fc.constantFrom('前', '之前', '以前', ''),
        fc.constantFrom('报送', '交办公室', '完成整改', '集合'),
        anyMoment,
        (greeting, who, when, limit, what, at) => {
          const text = `${who}${when}${limit}${what}`
          expect(findDue(greeting + text, at)?.due).toBe(findDue(text, at)?.due)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('says the same of the same text and moment', () => {
    fc.assert(
      fc.property(anyText, anyMoment, (text, at) => {
        expect(findDue(text, at)).toEqual(findDue(text, at))
      }),
      { numRuns: 300 },
    )
  })

  it('names the words of the original, in the width they were typed', () => {
    const at = Date.parse('2026-03-04T09:10:00+08:00')
    expect(findDue('请于今日１７：３０前回复', at)?.match).toBe('今日１７：３０前')
    expect(findDue('材料 3 月 9 日 前交', at)?.match).toBe('3 月 9 日 前')
    expect(findDue('3月9日至3月13日集中办理', at)?.match).toBe('3月9日至3月13日')
  })

  it('reads the longest texts in time that grows with their length', () => {
    const at = Date.parse('2026-03-04T09:10:00+08:00')
    const repeated = [
      '1',
      '一',
      '周',
      ' ',
      '-',
      '前',
      '3月5日',
      '3点',
      '1号、',
      '三天内',
      '年前',
      '遇',
      '提前',
      '1:11',
      '1.1',
    ]
    for (const piece of repeated) {
      const text = piece.repeat(Math.floor(20_000 / piece.length))
      findDue(text, at)
      const begun = process.cpuUsage()
      findDue(text, at)
      const { user } = process.cpuUsage(begun)
      // 20 ms on a quiet machine; a pattern that backtracks takes seconds.
      expect(user / 1000, piece).toBeLessThan(200)
    }
  })
})
