import type { Kysely } from 'kysely'
import type { EpochMs } from '../../../domain/message.ts'
import { lockGroups, saveMembers } from '../../../store/groups.ts'
import type { Tables } from '../../../store/tables.ts'
import { SANDBOX_CHANNEL, SANDBOX_TENANT, type SandboxGroup } from './sandbox-groups.ts'

/** Makes the sandbox's groups and their members known before anybody speaks, as a platform's member list would. */
export async function seedSandbox(db: Kysely<Tables>, groups: readonly SandboxGroup[], now: EpochMs): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const common = { tenantId: SANDBOX_TENANT, adapter: 'sandbox', channelId: SANDBOX_CHANNEL, chat: 'group' as const }
    await lockGroups(
      trx,
      groups.map(({ groupId, name }) => ({ ...common, groupId, name })),
      now,
    )
    await saveMembers(
      trx,
      groups.flatMap(({ groupId, members }) =>
        members.map((member) => ({ ...member, tenantId: SANDBOX_TENANT, groupId })),
      ),
    )
  })
}
