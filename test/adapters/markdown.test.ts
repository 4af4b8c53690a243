import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markdownParam } from '../../src/adapters/dingtalk/markdown.ts'
import { cutToBytes, neutraliseMentions, plainText, titleOf } from '../../src/adapters/markdown.ts'

const CALLS = /@(?:所有人|全体成员|all(?![a-z0-9]))|<@/i

describe('neutraliseMentions', () => {
  it('leaves words and ordinary mentions alone', () => {
    expect(neutraliseMentions('@王五 请看 a@allied.example,@allen')).toBe('@王五 请看 a@allied.example,@allen')
    expect(neutraliseMentions('> @所有人 报台账 <@u1> @ALL')).toBe('> 所有人 报台账 <u1> ALL')
  })

  it('never leaves a call, never grows, and is done after one pass', () => {
    const pieces = fc.array(fc.constantFrom('@', '<', '所有人', 'all', 'ALL', ' ', '>', 'a', '全体成员', '好'), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('')
        const harmless = neutraliseMentions(text)
        expect(harmless).not.toMatch(CALLS)
        expect(Buffer.byteLength(harmless)).toBeLessThanOrEqual(Buffer.byteLength(text))
        expect(neutraliseMentions(harmless)).toBe(harmless)
      }),
      { numRuns: 1000 },
    )
  })

  it('takes no longer than a moment over 20,000 signs', () => {
    const started = performance.now()
    expect(neutraliseMentions('@'.repeat(20_000))).toHaveLength(20_000)
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('cutToBytes', () => {
  it('keeps what fits and cuts the rest between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 3, max: 120 }), (text, max) => {
        const cut = cutToBytes(text, max)
        if (Buffer.byteLength(text) <= max) expect(cut).toBe(text)
        else {
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max)
          expect(Buffer.byteLength(cut)).toBeGreaterThan(max - 4)
          expect(cut.isWellFormed()).toBe(true)
          expect(text.startsWith(cut.slice(0, -1))).toBe(true)
        }
      }),
    )
  })
})

describe('titleOf', () => {
  it('is the first line that says something, without signs', () => {
    expect(titleOf('\n---\n## **本周**清单\n正文')).toBe('本周清单')
    expect(titleOf('---')).toBe('清群')
    expect(Array.from(titleOf('😀字'.repeat(30)))).toHaveLength(20)
  })
})

describe('markdownParam', () => {
  it('fits the limit of DingTalk whatever the text escapes to, and cuts nothing that fits', () => {
    for (const text of [
      '\n'.repeat(10_000),
      '"'.repeat(10_000),
      '\u0001'.repeat(10_000),
      '好'.repeat(3333),
      'a\n'.repeat(2000),
    ]) {
      expect(Buffer.byteLength(markdownParam(text, 15_000))).toBeLessThanOrEqual(15_000)
    }
    expect(JSON.parse(markdownParam('好'.repeat(3333), 15_000)).text).toBe('好'.repeat(3333))
    expect(JSON.parse(markdownParam('a\n'.repeat(2000), 15_000)).text).toBe('a  \n'.repeat(2000))
  })
})

describe('plainText', () => {
  it('leaves the words and addresses and takes the marks', () => {
    expect(plainText('## 小结\n**第 3 号**,见 [详情](https://example.com/a?b=1)\n- #3 一项')).toBe(
      '小结\n第 3 号,见 详情 https://example.com/a?b=1\n- #3 一项',
    )
  })
})
