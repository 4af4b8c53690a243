import type { CheckedGroup } from '../../src/burden/duplicates.ts'
import type { GroupFacts, GroupSettings } from '../../src/burden/group-facts.ts'
import { DAY_MS } from '../../src/domain/calendar.ts'

/** A Tuesday morning in China. */
export const NOW = Date.parse('2026-11-24T10:10:00+08:00')
export const daysAgo = (days: number): number => NOW - days * DAY_MS

const SETTINGS: GroupSettings = {
  idle: 60 * DAY_MS,
  finished: 14 * DAY_MS,
  similar: 0.8,
  required: ['owner', 'purpose', 'ends'],
}

export const people = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `u${from + i}`)

/** A group in good order where work was done yesterday. */
export const facts = (changes: Partial<GroupFacts> = {}): GroupFacts => ({
  groupId: 'g1',
  adapter: 'feishu',
  name: '柳河镇综治工作群',
  knownSince: daysAgo(300),
  ownerId: 'chen',
  leaderId: null,
  purpose: '综治工作',
  temporary: false,
  endsOn: null,
  memberIds: ['chen', ...people(9)],
  namelessIds: [],
  lastWorkAt: daysAgo(1),
  overheardAt: daysAgo(1),
  open: 0,
  lastDueAt: null,
  itemsMovedAt: daysAgo(1),
  ...changes,
})

/** The same under a policy; `settings` changes it. */
export const checked = (changes: Partial<GroupFacts> = {}, settings: Partial<GroupSettings> = {}): CheckedGroup => ({
  group: facts(changes),
  settings: { ...SETTINGS, ...settings },
})
