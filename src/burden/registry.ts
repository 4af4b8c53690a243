import type { Policy } from '../domain/policy.ts'
import { type GroupFacts, type GroupSettings, speakerOf } from './group-facts.ts'
import { groupTitle } from './group-title.ts'
import type { Suggestion } from './suggestion.ts'

type Registered = NonNullable<Policy['groups']>['required'][number]

const HAN = /\p{Script=Han}/u

/** How many members the bot knows by an id alone. An export may give names for ids: Chinese characters are a name. */
const nameless = ({ namelessIds }: Pick<GroupFacts, 'namelessIds'>): number =>
  namelessIds.filter((id) => !HAN.test(id)).length

/** Which of the things asked for are not registered of a group. A group that is not registered as temporary needs no end. */
export function missingOf(
  group: Pick<GroupFacts, 'ownerId' | 'purpose' | 'temporary' | 'endsOn' | 'namelessIds'>,
  required: readonly Registered[],
): Registered[] {
  const lacks: Readonly<Record<Registered, boolean>> = {
    owner: group.ownerId === null,
    purpose: group.purpose === null,
    ends: group.temporary && group.endsOn === null,
    names: nameless(group) > 0,
  }
  return required.filter((field) => lacks[field])
}

/** What is missing in words; of members only how many, never who. */
export function missingText(group: Pick<GroupFacts, 'namelessIds'>, missing: readonly Registered[]): string {
  const words: Readonly<Record<Registered, string>> = {
    owner: '群主',
    purpose: '用途',
    ends: '临时群的结束日期',
    names: `${nameless(group)} 位成员的姓名(只有编号)`,
  }
  return missing.map((field) => words[field]).join('、')
}

/** Check 16: what the registration of a group lacks, for whoever keeps the registry, else for the group's own owner. */
export function suggestRegistering(group: GroupFacts, settings: GroupSettings): Suggestion | null {
  const missing = missingOf(group, settings.required)
  if (missing.length === 0) return null
  return {
    check: 'registry',
    groupId: group.groupId,
    otherGroupId: null,
    to: settings.admin ?? speakerOf(group),
    reason: `${groupTitle(group)}缺${missingText(group, missing)}`,
    facts: { missing },
  }
}
