import { performance } from 'node:perf_hooks'
import { expect, it } from 'vitest'
import { checkGroups } from '../../src/burden/check-groups.ts'
import { checked, daysAgo, NOW, people } from './group-fixtures.ts'

const GROUPS = 10_000
const MEMBERS = 30
const STREETS = ['柳河', '东河', '清源', '石桥', '南山', '北关', '城西', '新安']
const MATTERS = ['综治', '防汛', '党建', '扶贫', '环保', '信访', '计生', '统计', '民政', '教育']

/** A county: a few people sit in every group, every tenth group is nearly a copy of another, some are idle. */
const county = () =>
  Array.from({ length: GROUPS }, (_, i) => {
    const of = i % 10 === 9 ? i - 1 : i
    const name = `${STREETS[of % 8]}${MATTERS[Math.floor(of / 8) % 10]}${String.fromCodePoint(0x4e00 + (of % 7000))}工作群`
    return checked({
      groupId: `g${i}`,
      name,
      purpose: null,
      memberIds: ['chen', 'boss', ...people(MEMBERS - 2, (of * 13) % 40_000)],
      lastWorkAt: daysAgo(i % 70),
      itemsMovedAt: null,
    })
  })

it(`checks 13–16 take ${GROUPS.toLocaleString('en-US')} groups of ${MEMBERS} members in a few seconds`, () => {
  const groups = county()
  const before = performance.now()
  const found = checkGroups(groups, NOW)
  const ms = performance.now() - before
  console.log(`${GROUPS} groups: ${Math.round(ms)} ms, ${found.length} suggestions`)
  const count = (check: string) => found.filter((each) => each.check === check).length
  expect(count('idle')).toBeGreaterThan(1000)
  expect(count('duplicate')).toBeGreaterThan(700)
  expect(count('registry')).toBeGreaterThan(5000)
  expect(ms).toBeLessThan(10_000)
})
