import type { Kysely } from 'kysely'
import { CodedError } from '../domain/errors.ts'
import type { Clock } from '../domain/message.ts'
import { parsePolicy } from '../policy/parse.ts'
import { type GroupRef, groupKey } from '../store/groups.ts'
import { currentPolicies, savePolicy } from '../store/policies.ts'
import type { Tables } from '../store/tables.ts'
import type { PolicyInForce } from './group-state.ts'

/** Who sets a policy and why. */
export interface PolicyChange {
  author: string
  reason: string
  fileName?: string
  /** The version that is brought back, 0 for the tenant's default. */
  restores?: number
}

/** A policy that is stored and not yet in force. */
export interface PreparedPolicy extends PolicyInForce {
  /** To be called once the transaction has committed. */
  apply(): void
}

/** Which policy is in force where: a group's own, else its tenant's default. */
export interface PolicyBook {
  of(group: GroupRef): PolicyInForce
  /** Checks and stores a new version, then puts it in force. Throws CodedError POLICY_INVALID; the old one stays. */
  set(group: GroupRef, source: string, by: PolicyChange): Promise<PolicyInForce>
  /** As `set` within somebody else's transaction: it comes into force by `apply`, or by `refresh` on other nodes. */
  prepare(trx: Kysely<Tables>, group: GroupRef, source: string, by: PolicyChange): Promise<PreparedPolicy>
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

  async function prepare(trx: Kysely<Tables>, { tenantId, groupId }: GroupRef, source: string, by: PolicyChange) {
    const policy = parsePolicy(source, by.fileName ?? 'policy.yaml')
    const { author, reason, restores } = by
    const saved = { tenantId, groupId, source, author, reason, createdAt: now() }
    const { version } = await savePolicy(trx, restores === undefined ? saved : { ...saved, restores })
    const key = groupKey({ tenantId, groupId })
    const apply = () => {
      // A later one may have been read from another node meanwhile.
      if ((inForce.get(key)?.version ?? 0) <= version) inForce.set(key, { policy, version, source })
    }
    return { policy, version, apply }
  }

  await refresh()
  return {
    of: find,
    sourceOf: (group) => find(group).source,
    refresh,
    prepare,
    set: async (group, source, by) => {
      const { policy, version, apply } = await prepare(db, group, source, by)
      apply()
      return { policy, version }
    },
  }
}
