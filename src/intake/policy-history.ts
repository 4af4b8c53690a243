import type { Kysely } from 'kysely'
import { type LineChange, lineDifference } from '../policy/line-difference.ts'
import type { GroupRef } from '../store/groups.ts'
import { type PolicyVersion, policyVersions } from '../store/policies.ts'
import type { Tables } from '../store/tables.ts'

/** A version with what it changed: against the one before, or for a group's first against its tenant's default then. */
export interface PolicyStep extends PolicyVersion {
  changes: LineChange[]
}

/** All versions of a group's own policy, or with an empty `groupId` of its tenant's default, oldest first. */
export async function policyHistory(db: Kysely<Tables>, group: GroupRef): Promise<PolicyStep[]> {
  const versions = await policyVersions(db, group)
  const defaults = group.groupId === '' ? [] : await policyVersions(db, { ...group, groupId: '' })
  return versions.map((version, index) => {
    const origin = defaults.findLast(({ createdAt }) => createdAt <= version.createdAt)
    const before = (versions[index - 1] ?? origin ?? defaults[0])?.source ?? ''
    return { ...version, changes: lineDifference(before, version.source) }
  })
}

/** A version that can be brought back, and the one that this takes back. */
export interface UndoStep {
  undone: PolicyVersion
  /** Null: the group had no policy of its own before. */
  restored: PolicyVersion | null
}

/**
 * What undoing the last change of a policy brings back; null where nothing was changed. What was undone before is
 * passed over, so that undoing twice goes two steps back.
 */
export function undoStep(versions: readonly PolicyVersion[]): UndoStep | null {
  const steps: PolicyVersion[] = []
  for (const version of versions) {
    if (version.restores === null) steps.push(version)
    else bringBack(steps, version.restores, versions)
  }
  const undone = steps.at(-1)
  return undone ? { undone, restored: steps.at(-2) ?? null } : null
}

/** Leaves of the steps those up to the version that was brought back. */
function bringBack(steps: PolicyVersion[], restored: number, versions: readonly PolicyVersion[]): void {
  while (steps.length > 0 && (steps.at(-1) as PolicyVersion).version > restored) steps.pop()
  // It had been undone itself before.
  const again = versions.find(({ version }) => version === restored)
  if (again && steps.at(-1) !== again) steps.push(again)
}
