import { describe, expect, it } from 'vitest'
import { checkGroups } from '../../src/burden/check-groups.ts'
import type { CheckedGroup } from '../../src/burden/duplicates.ts'
import type { GroupFacts } from '../../src/burden/group-facts.ts'
import type { Suggestion } from '../../src/burden/suggestion.ts'
import { checked, daysAgo, NOW } from './group-fixtures.ts'

/** A busy group of its own people: the ear on the platform works. */
const BUSY = checked({ groupId: 'busy', name: '值班室', memberIds: ['x1', 'x2'] })
const find = (...groups: CheckedGroup[]): Suggestion[] => checkGroups([...groups, BUSY], NOW)
const brief = (found: readonly Suggestion[]) => found.map(({ check, groupId, to }) => `${check} ${groupId}→${to}`)

const QUIET: Partial<GroupFacts> = { lastWorkAt: daysAgo(61), itemsMovedAt: null, overheardAt: daysAgo(61) }

describe('check 13, an idle group', () => {
  it('suggests to its owner to dissolve it after sixty days without work, and not a day sooner', () => {
    const [found, ...others] = find(checked(QUIET))
    expect(others).toEqual([])
    expect(found).toMatchObject({ check: 'idle', groupId: 'g1', to: 'chen', facts: { days: 61, open: 0 } })
    expect(found?.reason).toMatch(/「柳河镇综治工作群」已有 61 天没有.*2026年9月24日.*建议解散/)
    expect(find(checked({ ...QUIET, lastWorkAt: daysAgo(59) }))).toEqual([])
  })

  it('is idle for all the greetings and clock-ins that are posted there', () => {
    expect(brief(find(checked({ ...QUIET, overheardAt: daysAgo(0) })))).toEqual(['idle g1→chen'])
  })

  it('is none where the bot has known it for less than that', () => {
    expect(find(checked({ ...QUIET, lastWorkAt: null, knownSince: daysAgo(30) }))).toEqual([])
    expect(brief(find(checked({ ...QUIET, lastWorkAt: null, knownSince: daysAgo(90) })))).toEqual(['idle g1→chen'])
  })

  it('is none where the bot hears only what mentions it: what it does not hear may be work', () => {
    expect(find(checked({ ...QUIET, overheardAt: null }))).toEqual([])
  })

  it('is none where nothing at all was heard on the platform lately: the bot may be deaf', () => {
    expect(find(checked({ ...QUIET, adapter: 'wecom' }))).toEqual([])
    expect(checkGroups([checked(QUIET)], NOW)).toEqual([])
    expect(brief(find(checked({ ...QUIET, adapter: 'wecom', overheardAt: daysAgo(3) })))).toEqual(['idle g1→chen'])
  })

  it('is none while a task there is not due yet, nor where somebody closed one lately', () => {
    expect(find(checked({ ...QUIET, open: 1, lastDueAt: NOW + 1 }))).toEqual([])
    expect(find(checked({ ...QUIET, itemsMovedAt: daysAgo(5) }))).toEqual([])
  })

  it('says what stands open, which must be closed or handed on first', () => {
    const [found] = find(checked({ ...QUIET, open: 2, lastDueAt: daysAgo(80) }))
    expect(found?.reason).toContain('还有 2 项没有办结,请先办结或移交')
  })

  it('is told to the leader who was seen first where no owner is set, else to the admin, else to nobody', () => {
    const ownerless = { ...QUIET, ownerId: null }
    const only = { required: [] }
    expect(brief(find(checked({ ...ownerless, leaderId: 'wang' }, only)))).toEqual(['idle g1→wang'])
    expect(brief(find(checked(ownerless, { ...only, admin: 'zhao' })))).toEqual(['idle g1→zhao'])
    expect(brief(find(checked(ownerless, only)))).toEqual(['idle g1→null'])
  })

  it('is not looked for where the policy does not ask for it', () => {
    expect(find(checked(QUIET, { idle: undefined }))).toEqual([])
  })

  it('names a group so that its name cannot format or mention anything', () => {
    const [found] = find(checked({ ...QUIET, name: '**@所有人**\n# 群' }))
    expect(found?.reason).not.toMatch(/[*@#\n]/)
  })
})

describe('check 14, a temporary group', () => {
  const PROJECT: Partial<GroupFacts> = { temporary: true, endsOn: '2026-12-31' }
  const CLOSED: Partial<GroupFacts> = { ...PROJECT, itemsMovedAt: daysAgo(15), lastWorkAt: daysAgo(15) }

  it('past its registered end is suggested to be dissolved, or its date to be changed', () => {
    const [found] = find(checked({ ...PROJECT, endsOn: '2026-11-23', open: 1 }))
    expect(found).toMatchObject({ check: 'ended', to: 'chen', facts: { endsOn: '2026-11-23', open: 1 } })
    expect(found?.reason).toMatch(/到 2026-11-23 为止.*建议解散;还有 1 项没有办结.*请改登记的结束日期/)
  })

  it('is left alone on its last day, by the date in China', () => {
    expect(find(checked({ ...PROJECT, endsOn: '2026-11-24' }))).toEqual([])
  })

  it('is suggested to be dissolved once all its tasks have been closed for fourteen days', () => {
    expect(find(checked(CLOSED))).toMatchObject([{ check: 'ended', to: 'chen', facts: { closedDays: 15 } }])
  })

  it('is left alone while something is open, was said lately, or has never stood in its ledger', () => {
    expect(find(checked({ ...CLOSED, open: 1 }))).toEqual([])
    expect(find(checked({ ...CLOSED, lastWorkAt: daysAgo(13) }))).toEqual([])
    expect(find(checked({ ...CLOSED, itemsMovedAt: daysAgo(13) }))).toEqual([])
    expect(find(checked({ ...CLOSED, itemsMovedAt: null }))).toEqual([])
  })

  it('is only one that was registered as temporary, whatever its name says', () => {
    expect(find(checked({ ...CLOSED, temporary: false, name: '临时专班群' }))).toEqual([])
  })

  it('that is idle as well is named once, for its end', () => {
    expect(brief(find(checked({ ...QUIET, ...PROJECT, endsOn: '2026-10-01' })))).toEqual(['ended g1→chen'])
  })
})

describe('check 16, the registry', () => {
  const BARE: Partial<GroupFacts> = { ownerId: null, purpose: null, leaderId: 'wang' }

  it('lists to the admin what is missing of a group, and to nobody else', () => {
    const [found, ...others] = find(checked(BARE, { admin: 'zhao' }))
    expect(others).toEqual([])
    expect(found).toMatchObject({ check: 'registry', to: 'zhao', facts: { missing: ['owner', 'purpose'] } })
    expect(found?.reason).toBe('「柳河镇综治工作群」缺群主、用途')
  })

  it('tells the one whose word counts in the group where no admin is named', () => {
    expect(brief(find(checked(BARE)))).toEqual(['registry g1→wang'])
  })

  it('asks for an end date of temporary groups alone', () => {
    expect(find(checked({ temporary: false, endsOn: null }))).toEqual([])
    expect(find(checked({ temporary: true, endsOn: null }))).toMatchObject([{ facts: { missing: ['ends'] } }])
  })

  it('counts members who are known by an id alone, and never names one', () => {
    const [found] = find(checked({ namelessIds: ['ou_7f3a', 'zhangsan'] }, { required: ['names'] }))
    expect(found?.reason).toBe('「柳河镇综治工作群」缺2 位成员的姓名(只有编号)')
    expect(JSON.stringify(found)).not.toMatch(/ou_7f3a|zhangsan/)
  })

  it('wrongs nobody whose id is their name, as exports have it, and judges no nickname', () => {
    expect(find(checked({ namelessIds: ['李梅', '东河村-李梅'] }, { required: ['names'] }))).toEqual([])
  })

  it('asks for nothing that the policy does not require', () => {
    expect(find(checked(BARE, { required: [] }))).toEqual([])
  })

  it('asks nobody to register a group that may be dissolved', () => {
    expect(brief(find(checked({ ...QUIET, ...BARE })))).toEqual(['idle g1→wang'])
  })
})
