import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGroups } from '../../src/burden/check-groups.ts'
import { suggestMerges } from '../../src/burden/duplicates.ts'
import { overlaps } from '../../src/burden/overlap.ts'
import { titleKey, titleLikeness } from '../../src/burden/title-likeness.ts'
import { checked, daysAgo, facts, NOW, people } from './group-fixtures.ts'

const pairs = (...groups: ReturnType<typeof checked>[]) =>
  suggestMerges(groups).map(({ groupId, otherGroupId, to }) => `${groupId}+${otherGroupId}→${to}`)
const alike = (one: string, other: string) => titleLikeness(titleKey(one), titleKey(other))

const LARGE = checked({ groupId: 'large', purpose: null, memberIds: ['chen', ...people(10)] })
const SMALL = checked({
  groupId: 'small',
  name: '柳河镇综治群(新)',
  purpose: null,
  ownerId: 'u3',
  memberIds: people(10),
})

describe('check 15, duplicate groups', () => {
  it('with nearly the same members and names are suggested to be merged, once, to the owner of the smaller one', () => {
    expect(pairs(LARGE, SMALL)).toEqual(['small+large→u3'])
    expect(pairs(SMALL, LARGE)).toEqual(['small+large→u3'])
    const [found] = suggestMerges([LARGE, SMALL])
    expect(found?.reason).toMatch(
      /「柳河镇综治群\(新\)」和「柳河镇综治工作群」.*10 位相同.*合并.*如各有用途,请分别登记用途/,
    )
    expect(found?.facts).toMatchObject({ shared: 10, members: 10, otherMembers: 11 })
  })

  it('of one size: the younger one is suggested to go into the older', () => {
    const older = checked({ groupId: 'a', purpose: null })
    const younger = checked({ groupId: 'b', purpose: null, knownSince: daysAgo(10) })
    expect(pairs(older, younger)).toEqual(['b+a→chen'])
    expect(pairs(younger, older)).toEqual(['b+a→chen'])
  })

  it('of three, each smaller one is named with one other, so that no group is named in every combination', () => {
    const middle = checked({
      groupId: 'middle',
      purpose: null,
      memberIds: ['chen', ...people(9)],
      knownSince: daysAgo(9),
    })
    const found = pairs(LARGE, middle, SMALL)
    expect(found).toHaveLength(2)
    expect(new Set(found.map((each) => each.split('+')[0])).size).toBe(2)
  })

  it('are none where the same people do something else there', () => {
    expect(pairs(LARGE, checked({ ...SMALL.group, name: '机关食堂订餐' }))).toEqual([])
  })

  it('are none where the name is alike and the people are others', () => {
    expect(pairs(LARGE, checked({ ...SMALL.group, memberIds: people(10, 5) }))).toEqual([])
  })

  it('are none where too few members are known to tell', () => {
    const few = { purpose: null, memberIds: ['chen', ...people(3)] }
    expect(pairs(checked({ ...few, groupId: 'a' }), checked({ ...few, groupId: 'b' }))).toEqual([])
  })

  it('are none any more once each has its own purpose registered', () => {
    const [one, other] = [
      checked({ ...LARGE.group, purpose: '综治' }),
      checked({ ...SMALL.group, purpose: '网格巡查' }),
    ]
    expect(pairs(one, other)).toEqual([])
    expect(pairs(one, checked({ ...SMALL.group, purpose: ' 综治 ' }))).toEqual(['small+large→u3'])
  })

  it('are none where one is temporary and will end by itself', () => {
    expect(pairs(LARGE, checked({ ...SMALL.group, temporary: true, endsOn: '2026-12-31' }))).toEqual([])
  })

  it('tell nobody of a group that they are not in: the admin hears instead, or nobody', () => {
    const [one, other] = [facts({ ...LARGE.group, ownerId: 'liu' }), facts({ ...SMALL.group, ownerId: 'zhou' })]
    expect(pairs(checked(one), checked(other))).toEqual(['small+large→null'])
    expect(pairs(checked(one, { admin: 'zhao' }), checked(other, { admin: 'zhao' }))).toEqual(['small+large→zhao'])
    expect(pairs(LARGE, checked(other))).toEqual(['small+large→null'])
    expect(pairs(checked({ ...LARGE.group, ownerId: 'u1' }), checked(other))).toEqual(['small+large→u1'])
  })

  it('are none where one of them may be dissolved', () => {
    const over = { ...SMALL.group, purpose: '综治', lastWorkAt: daysAgo(90), itemsMovedAt: null }
    const large = checked({ ...LARGE.group, purpose: '综治' })
    expect(checkGroups([large, checked(over)], NOW).map(({ check }) => check)).toEqual(['idle'])
  })

  it('are looked for as closely as the policy of the smaller one says, and not at all where it does not', () => {
    expect(pairs(LARGE, checked(SMALL.group, { similar: 0.95 }))).toEqual([])
    expect(pairs(checked(LARGE.group, { similar: 0.95 }), SMALL)).toEqual(['small+large→u3'])
    expect(pairs(LARGE, checked(SMALL.group, { similar: undefined }))).toEqual([])
    expect(pairs()).toEqual([])
  })
})

describe('titles', () => {
  it('are compared without years and without what nearly every group is called', () => {
    expect(alike('柳河镇2025年防汛工作群', '柳河镇2026年度防汛通知群')).toBe(1)
    expect(alike('工作群', '工作交流群')).toBe(0)
  })

  it('that count differently are not alike: the first grid is not the second', () => {
    expect(alike('柳河镇第一网格工作群', '柳河镇第二网格工作群')).toBe(0)
    expect(alike('3号楼业主', '3号楼的业主')).toBeGreaterThan(0.6)
  })

  it('share a place name without being alike', () => {
    expect(alike('柳河镇干部群', '柳河镇防汛专班群')).toBeLessThan(0.6)
  })
})

describe('overlaps', () => {
  const sharing = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 10 }), { maxLength: 25 })

  it('finds the very pairs that comparing each group with each would find', () => {
    fc.assert(
      fc.property(sharing, fc.constantFrom(0.5, 0.6, 0.75, 0.8, 0.9, 1), (numbers, threshold) => {
        const groups = numbers.map((each) => each.map(String))
        const expected = groups.flatMap((one, i) =>
          groups.slice(0, i).flatMap((other, j) => {
            const shared = one.filter((id) => other.includes(id)).length
            const all = one.length + other.length - shared
            return shared > 0 && shared / all >= threshold ? [`${j}+${i}`] : []
          }),
        )
        const found = overlaps(groups, threshold, () => true).map(
          ({ one, other }) => `${Math.min(one, other)}+${Math.max(one, other)}`,
        )
        expect(found.sort()).toEqual(expected.sort())
      }),
      { numRuns: 300 },
    )
  })

  it('counts a pair that shares exactly as much as asked for, which fractions do not come to exactly', () => {
    expect(overlaps([people(100), people(55)], 0.55, () => true)).toMatchObject([{ likeness: 0.55 }])
    expect(overlaps([people(50), people(29)], 0.58, () => true)).toMatchObject([{ likeness: 0.58 }])
  })

  it('compares each of ten thousand groups with a few, and with five hundred at most where all share the same people', () => {
    let compared = 0
    const same = Array.from({ length: 2000 }, () => people(30))
    overlaps(same, 0.8, () => {
      compared++
      return false
    })
    expect(compared).toBeLessThanOrEqual(2000 * 500)
    const mixed = Array.from({ length: 10_000 }, (_, i) => ['boss', ...people(30, (i * 17) % 40_000)])
    compared = 0
    overlaps(mixed, 0.8, () => {
      compared++
      return true
    })
    expect(compared).toBeLessThan(10_000 * 10)
  })
})
