import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areAlike, likeness, type Sketch, sketchOf } from '../../src/policy/sketch.ts'
import { DIFFERENT, DIFFERENT_UNSEEN, SAME, SAME_UNSEEN } from './demand-pairs.ts'
import { brief, newWorld, policyOf, rule, say, WEDNESDAY_10 } from './fixtures.ts'

const DAY = 86_400_000
const at = WEDNESDAY_10

const alike = ([one, other]: readonly [string, string]): boolean => {
  const [first, second] = [sketchOf(one), sketchOf(other)]
  return first !== null && second !== null && areAlike(first, second)
}
const shareBand = (one: Sketch, other: Sketch) => one.bands.some((band, index) => band === other.bands[index])

describe('the sketch of a demand', () => {
  it.each([
    ['that it was made with', SAME, DIFFERENT],
    ['written after it was settled', SAME_UNSEEN, DIFFERENT_UNSEEN],
  ])('tells the same from another on the pairs %s: precision 0.95, recall 0.9 at least', (name, same, different) => {
    const found = same.filter(alike).length
    const wrong = different.filter(alike).length
    const [precision, recall] = [found / (found + wrong), found / same.length]
    console.info(
      `same demand, pairs ${name}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} (${found}/${same.length}, ${wrong}/${different.length} wrong)`,
    )
    expect(precision).toBeGreaterThanOrEqual(0.95)
    expect(recall).toBeGreaterThanOrEqual(0.9)
  })
  it('is the same for other dates, figures and addressees', () => {
    expect(sketchOf('请各村于3月6日前上报防汛物资台账')).toEqual(sketchOf('@张三 请各社区于本周五前上报防汛物资台账'))
  })
  it('is none for what is too short to compare', () => {
    for (const text of ['', '收到', '请各村报一下人数', '[图片]']) expect(sketchOf(text)).toBeNull()
  })
  it('shares a band with every other that is alike, so that a look-up by bands finds it', () => {
    const pairs = [...SAME, ...SAME_UNSEEN].filter(alike)
    for (const [one, other] of pairs) expect(shareBand(sketchOf(one) as Sketch, sketchOf(other) as Sketch)).toBe(true)
  })
  it('is as like itself as can be, for any text, and compares the same both ways', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 8 }),
        fc.string({ unit: 'grapheme', minLength: 8 }),
        (a, b) => {
          const [one, other] = [sketchOf(a), sketchOf(b)]
          if (one) expect(likeness(one, one)).toBe(1)
          if (one && other) expect(likeness(one, other)).toBe(likeness(other, one))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the same demand twice', () => {
  const policy = policyOf([rule('twice', { label: ['task', 'mandate'], repeated: '30d' }, ['remind-sender'])])
  const demand = (day: number, text: string, from = 'boss') =>
    ({ label: 'task', at: at + day * DAY, from, text }) as const
  const FIRST = '请各村于3月6日前上报防汛物资台账'
  const AGAIN = '请各村于3月20日前报送防汛物资台账'

  it('is met the second time, whoever makes it, and says when it was made before', () => {
    const world = newWorld()
    expect(say(policy, world, demand(0, FIRST))).toEqual([])
    const decisions = say(policy, world, demand(14, AGAIN, 'clerk'))
    expect(brief(decisions)).toEqual(['remind-sender→clerk'])
    expect(decisions[0]?.reason).toContain('30天内要过差不多的内容(上一次在3月4日10:00)')
  })
  it('is no repetition once the time has passed', () => {
    const world = newWorld()
    say(policy, world, demand(0, FIRST))
    expect(say(policy, world, demand(30, AGAIN))).toEqual([])
  })
  it('is another matter where something else is demanded', () => {
    const world = newWorld()
    say(policy, world, demand(0, FIRST))
    expect(say(policy, world, demand(1, '请各村于3月6日前上报危房改造台账'))).toEqual([])
  })
  it('never reproaches the first demand because the second was delivered before it', () => {
    const world = newWorld()
    say(policy, world, demand(14, AGAIN))
    expect(say(policy, world, demand(0, FIRST))).toEqual([])
  })
  it('is kept for later only where a rule speaks of it', () => {
    const world = newWorld()
    say(policy, world, { ...demand(0, FIRST), label: 'progress' })
    expect(world.sketches).toEqual([])
    say(policy, world, demand(0, FIRST))
    expect(world.sketches).toHaveLength(1)
  })
})
