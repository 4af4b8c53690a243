import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLAGS, isSubstantive, LABELS } from '../../src/domain/label.ts'
import type { JudgeInput } from '../../src/domain/verdict.ts'
import { findDanger } from '../../src/judge/danger.ts'
import { loadJudge } from '../../src/judge/load.ts'
import { HARD_CASES } from './hard-cases.ts'

const judge = loadJudge()
const say = (text: string, more: Partial<JudgeInput> = {}) =>
  judge.classify({ text, role: 'member', context: [], ...more })
const input: fc.Arbitrary<JudgeInput> = fc.record(
  {
    text: fc.string({ unit: 'binary', maxLength: 300 }),
    role: fc.constantFrom('leader', 'member'),
    from: fc.constantFrom('a', 'b'),
    context: fc.array(fc.record({ role: fc.constantFrom('leader', 'member'), text: fc.string({ maxLength: 80 }) }), {
      maxLength: 12,
    }),
    quote: fc.string({ maxLength: 40 }),
  },
  { requiredKeys: ['text', 'role', 'context'] },
) as fc.Arbitrary<JudgeInput>

describe('the judge', () => {
  it('tells the plainest messages apart', () => {
    expect(say('喜报!我镇荣获全县人居环境整治第一名!👍👍').label).toBe('boast')
    expect(say('后山滑坡了,路断了,请求支援').label).toBe('problem')
    expect(say('收到').label).toBe('ritual')
    expect(say('[图片][图片]今日巡查打卡').label).toBe('checkin')
    expect(say('今晚12点前全员关注公众号并截图发群', { role: 'leader' }).label).toBe('mandate')
  })

  it('says a task with its flags', () => {
    const verdict = say('今天下午5点前把危房台账报给小周', { role: 'leader' })
    expect(verdict.label).toBe('task')
    expect(verdict.flags).toEqual(expect.arrayContaining(['deadline', 'form']))
  })

  it('takes a bare figure as an answer where one was asked for', () => {
    const context = [{ role: 'leader', text: '三组还剩几户没走访?' }] as const
    expect(say('12户', { context }).label).toBe('progress')
  })

  it('gives probabilities that add up to one, the label the greatest, for any input', () => {
    fc.assert(
      fc.property(input, (one) => {
        const { label, confidence, probabilities, flags } = judge.classify(one)
        const values = LABELS.map((each) => probabilities[each])
        const sum = values.reduce((a, b) => a + b, 0)
        return (
          Math.abs(sum - 1) < 1e-6 &&
          confidence === probabilities[label] &&
          confidence === Math.max(...values) &&
          flags.every((flag) => FLAGS.includes(flag))
        )
      }),
    )
  })

  it('gives reasons whose stretches lie within the text, four at most', () => {
    fc.assert(
      fc.property(input, (one) => {
        const { evidence } = judge.classify(one)
        return (
          evidence.length <= 4 &&
          evidence.every(({ span, score, reason }) => {
            const within = span === null || (span[0] >= 0 && span[0] < span[1] && span[1] <= one.text.length)
            return within && Number.isFinite(score) && reason !== ''
          })
        )
      }),
    )
  })

  it('names the stretch that decided, in words', () => {
    const { evidence } = say('喜报!我镇荣获全县人居环境整治第一名')
    expect(evidence[0]?.reason).toMatch(/^".+"\(晒成绩 \+\d/)
    expect(evidence[0]?.span).not.toBeNull()
  })

  it('gives the same verdict whatever was judged in between', () => {
    const before = say('三组水管爆了')
    for (let i = 0; i < 6_000; i++) say(`第${i}条无关的话`)
    expect(say('三组水管爆了')).toEqual(before)
  })

  const odd: Record<string, string> = {
    'no character': '',
    'one character': '中',
    '20,000 characters': '请各单位于周五前报送台账。'.repeat(1_600).slice(0, 20_000),
    '20,000 blanks': ' '.repeat(20_000),
    'a lone surrogate': 'a\ud800b\udc00',
    'NUL and direction marks': '\u0000\u202e收到\u200f',
    'emoji alone': '😀🎉👨‍👩‍👧‍👦',
    'media alone': '[图片]',
    'open brackets and signs': '[[[[@@@@【【【http://',
  }
  for (const [name, text] of Object.entries(odd))
    it(`judges ${name} without acting on it as if it were sure of work`, () => {
      const verdict = say(text)
      expect(verdict.confidence).toBeGreaterThan(0)
      expect(LABELS).toContain(verdict.label)
    })
})

describe('words of danger', () => {
  const context = [{ role: 'leader', text: '各点位拍照打卡' }] as const

  it('keep a message from being acted on as noise, and say so', () => {
    const verdict = say('到村口了,桥塌了半边[图片][图片]打卡', { context })
    expect(isSubstantive(verdict.label) || verdict.confidence < 0.8).toBe(true)
    const praises = [
      '热烈祝贺我局救援队荣获全国先进集体!荣誉属于大家!👍👍',
      '喜报!我镇救援经验被省报头版刊发,全省推广,走在前列![强][强][强]',
      '我队在全市救援技能大比武中勇夺第一名,再创佳绩,热烈祝贺!',
    ].map((text) => say(text))
    for (const { confidence } of praises) expect(confidence).toBeLessThan(0.8)
    const said = praises.flatMap((praise) => praise.evidence).filter(({ rule }) => rule === 'danger')
    expect(said[0]?.reason).toContain('救援')
  })

  it('do not count where they are denied', () => {
    expect(findDanger('巡查完毕,堤脚无渗水、未见滑坡')).toBeNull()
    expect(findDanger('堤脚渗水了')).toEqual([2, 4])
  })
})

describe('work that looks like ceremony is never called noise with confidence to act', () => {
  for (const [kind, cases] of Object.entries(HARD_CASES))
    for (const [text, role = 'member', ...context] of cases)
      it(`${kind}: ${text}`, () => {
        const { label, confidence } = judge.classify({ text, role, context })
        const acted = !isSubstantive(label) && confidence >= 0.8
        expect(acted, `${label} ${confidence.toFixed(2)}`).toBe(false)
      })
})
