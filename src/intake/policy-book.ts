import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Clock } from '../domain/message.ts'
import { parsePolicy } from '../policy/parse.ts'
import { type GroupRef, groupKey } from '../store/groups.ts'
import { currentPolicies, savePolicy } from '../store/policies.ts'
import type { Tables } from '../store/tables.ts'
import type { PolicyInForce } from './group-state.ts'

/** Which policy is in force where: a group's own, else its tenant's default. */
export interface PolicyBook {
  of(group: GroupRef): PolicyInForce
  /** Checks and stores a new version, then puts it in force. Throws CodedError POLICY_INVALID; the old one stays. */
  set(
    group: GroupRef,
    source: string,
    by: { author: string; reason: string; fileName?: string },
  ): Promise<PolicyInForce>
  /** The YAML in force for a group. */
  sourceOf(group: GroupRef): string
  /** Reads again what other nodes have set. */
  refresh(): Promise<void>
}

/** Opens the book; `set` is to be called for each tenant (with an empty group id) before its first message. */
export async function openPolicyBook(db: Kysely<Tables>, now: Clock): Promise<PolicyBook> {
  const inForce = new Map<string, PolicyInForce & { source: string }>()

  const find = ({ tenantId, groupId }: GroupRef) => {
    const found = inForce.get(groupKey({ tenantId, groupId })) ?? inForce.get(groupKey({ tenantId, groupId: '' }))
    if (!found) throw new CodedError('POLICY_MISSING', `tenant ${tenantId} has no policy`)
    return found
  }

  async function refresh() {
    for (const { source, version, ...group } of await currentPolicies(db)) {
      const key = groupKey(group)
      if (inForce.get(key)?.version === version) continue
      inForce.set(key, { policy: parsePolicy(source, `policy ${version}`), version, source })
    }
  }

  await refresh()
  return {
    of: find,
    sourceOf: (group) => find(group).source,
    refresh,
    set: async ({ tenantId, groupId }, source, by) => {
      const policy = parsePolicy(source, by.fileName ?? 'policy.yaml')
      const { version } = await savePolicy(db, {
        tenantId,
        groupId,
        source,
        author: by.author,
        reason: by.reason,
        createdAt: now(),
      })
      const entry = { policy, version, source }
      inForce.set(groupKey({ tenantId, groupId }), entry)
      return entry
    },
  }
}
