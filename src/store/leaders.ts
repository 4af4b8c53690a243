import type { Kysely } from 'kysely'
import type { Member } from '../domain/message.ts'
import type { GroupRef } from './groups.ts'
import type { Tables } from './tables.ts'

const MOST = 200

/** Who leads some group of the tenant, a row for each group. */
export async function leadersOf(db: Kysely<Tables>, tenantId: string): Promise<(Member & GroupRef)[]> {
  const rows = await db
    .selectFrom('members')
    .select(['group_id', 'member_id', 'name', 'role'])
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'leader')
    .orderBy('group_id')
    .orderBy('position')
    .limit(MOST)
    .execute()
  return rows.map((row) => ({
    tenantId,
    groupId: row.group_id,
    memberId: row.member_id,
    name: row.name,
    role: row.role,
  }))
}
