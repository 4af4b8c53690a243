import { type GroupFacts, type GroupSettings, speakerOf } from './group-facts.ts'
import { groupTitle } from './group-title.ts'
import { overlaps } from './overlap.ts'
import type { Suggestion } from './suggestion.ts'
import { titleKey, titleLikeness } from './title-likeness.ts'

/** Of fewer members the bot does not know enough to call two groups the same. */
const FEWEST_MEMBERS = 5
const TITLES_ALIKE = 0.6

/** A group with the settings that its policy has for it. */
export interface CheckedGroup {
  group: GroupFacts
  settings: GroupSettings
}

/** True where somebody has registered what each of the two is for, and it is not the same. */
const haveOwnPurposes = (one: GroupFacts, other: GroupFacts): boolean =>
  one.purpose !== null && other.purpose !== null && one.purpose.trim() !== other.purpose.trim()

/** The one that would go into the other: the smaller as far as its members are known, else the younger. */
const goesInto = (one: GroupFacts, other: GroupFacts): boolean =>
  one.memberIds.length - other.memberIds.length < 0 ||
  (one.memberIds.length === other.memberIds.length &&
    (one.knownSince > other.knownSince || (one.knownSince === other.knownSince && one.groupId > other.groupId)))

/** Who may hear of both groups: the owner of the one, else of the other, where they are in both; else the admin. */
function whoKnowsBoth(one: GroupFacts, other: GroupFacts, { admin }: GroupSettings): string | null {
  const isIn = (group: GroupFacts, id: string) => speakerOf(group) === id || group.memberIds.includes(id)
  const owners = [speakerOf(one), speakerOf(other)]
  return owners.find((id) => id !== null && isIn(one, id) && isIn(other, id)) ?? admin ?? null
}

function suggestMerging(smaller: CheckedGroup, larger: GroupFacts, likeness: number): Suggestion {
  const { group, settings } = smaller
  const known = new Set(larger.memberIds)
  const shared = group.memberIds.filter((id) => known.has(id)).length
  return {
    check: 'duplicate',
    groupId: group.groupId,
    otherGroupId: larger.groupId,
    to: whoKnowsBoth(group, larger, settings),
    reason: `${groupTitle(group)}和${groupTitle(larger)}群名相近,已知的成员有 ${shared} 位相同(分别是 ${group.memberIds.length} 位和 ${larger.memberIds.length} 位):建议合并成一个。如各有用途,请分别登记用途,以后不再提。`,
    facts: { shared, members: group.memberIds.length, otherMembers: larger.memberIds.length, likeness },
  }
}

/**
 * Check 15: groups of one tenant with nearly the same members and nearly the same name. A group is suggested to go into
 * at most one other, the most alike one that is larger, so that a pair is named once.
 */
export function suggestMerges(groups: readonly CheckedGroup[]): Suggestion[] {
  const taking = groups.filter(
    ({ group, settings }) =>
      settings.similar !== undefined && group.name !== null && group.memberIds.length >= FEWEST_MEMBERS,
  )
  const keys = taking.map(({ group }) => titleKey(group.name ?? ''))
  const lowest = Math.min(...taking.map(({ settings }) => settings.similar ?? 1))
  const pairs = overlaps(
    taking.map(({ group }) => group.memberIds),
    lowest,
    (i, j) => {
      const [one, other] = [taking[i] as CheckedGroup, taking[j] as CheckedGroup]
      if (one.group.temporary !== other.group.temporary || haveOwnPurposes(one.group, other.group)) return false
      return titleLikeness(keys[i] as (typeof keys)[0], keys[j] as (typeof keys)[0]) >= TITLES_ALIKE
    },
  )
  const best = new Map<string, { smaller: CheckedGroup; larger: GroupFacts; likeness: number }>()
  for (const pair of pairs) {
    const [one, other] = [taking[pair.one] as CheckedGroup, taking[pair.other] as CheckedGroup]
    const [smaller, larger] = goesInto(one.group, other.group) ? [one, other] : [other, one]
    if (pair.likeness < (smaller.settings.similar ?? 1)) continue
    const before = best.get(smaller.group.groupId)
    const isBetter =
      before === undefined ||
      pair.likeness > before.likeness ||
      (pair.likeness === before.likeness && goesInto(before.larger, larger.group))
    if (isBetter) best.set(smaller.group.groupId, { smaller, larger: larger.group, likeness: pair.likeness })
  }
  return [...best.values()].map(({ smaller, larger, likeness }) => suggestMerging(smaller, larger, likeness))
}
