import type { Kysely, Selectable } from 'kysely'
import type { EpochMs } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import { storable, timestamp } from './rows.ts'
import type { Tables } from './tables.ts'

/** A policy as it was set: its YAML, who set it and why. `groupId` is empty for the tenant's default. */
export interface PolicyVersion extends GroupRef {
  version: number
  source: string
  author: string
  reason: string
  createdAt: EpochMs
  /** The version that this one brings back; 0 for the tenant's default, null for one of its own. */
  restores: number | null
}

const toVersion = (row: Selectable<Tables['policies']>): PolicyVersion => ({
  tenantId: row.tenant_id,
  groupId: row.group_id,
  version: row.version,
  source: row.source,
  author: row.author,
  reason: row.reason,
  createdAt: row.created_at.getTime(),
  restores: row.restores,
})

/** The policy versions in force, one a tenant default (`groupId` empty) and one a group that has its own. */
export async function currentPolicies(db: Kysely<Tables>): Promise<PolicyVersion[]> {
  const rows = await db
    .selectFrom('policies')
    .selectAll()
    .distinctOn(['tenant_id', 'group_id'])
    .orderBy('tenant_id')
    .orderBy('group_id')
    .orderBy('version', 'desc')
    .execute()
  return rows.map(toVersion)
}

/** All versions that were ever set for a group, or with an empty `groupId` for its tenant, oldest first. */
export async function policyVersions(db: Kysely<Tables>, { tenantId, groupId }: GroupRef): Promise<PolicyVersion[]> {
  const rows = await db
    .selectFrom('policies')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .orderBy('version')
    .execute()
  return rows.map(toVersion)
}

/** The version in force for a group as the store has it: its own, else its tenant's default. */
export async function policyInForce(
  db: Kysely<Tables>,
  { tenantId, groupId }: GroupRef,
): Promise<PolicyVersion | undefined> {
  const row = await db
    .selectFrom('policies')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('group_id', 'in', [groupId, ''])
    .orderBy('group_id', 'desc')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toVersion(row)
}

/** Sets a policy as the next version; returns it unchanged where the source is the one in force. */
export async function savePolicy(
  db: Kysely<Tables>,
  policy: Omit<PolicyVersion, 'version' | 'restores'> & { restores?: number },
): Promise<{ version: number }> {
  const source = storable(policy.source)
  for (;;) {
    const latest = await db
      .selectFrom('policies')
      .select(['version', 'source'])
      .where('tenant_id', '=', policy.tenantId)
      .where('group_id', '=', policy.groupId)
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (latest?.source === source) return { version: latest.version }
    const version = (latest?.version ?? 0) + 1
    const added = await db
      .insertInto('policies')
      .values({
        tenant_id: policy.tenantId,
        group_id: policy.groupId,
        version,
        source,
        author: policy.author,
        reason: policy.reason,
        created_at: timestamp(policy.createdAt),
        restores: policy.restores ?? null,
      })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'group_id', 'version']).doNothing())
      .executeTakeFirst()
    // Another node has taken this version in between: what it set is looked at, and the next one tried.
    if (added.numInsertedOrUpdatedRows === 1n) return { version }
  }
}
