import { composeDigest } from '../outbox/compose-digest.ts'
import { listGroups } from '../store/groups.ts'
import { parseOptions, USAGE } from './call.ts'
import { wrongCall } from './input.ts'
import { print } from './print.ts'
import { withStore } from './with-store.ts'

const KINDS = new Map<string, 'weekly' | 'daily'>([
  ['week', 'weekly'],
  ['day', 'daily'],
])

/** `digest --group ID [--period week|day]`: the digest of a group as it would be posted. */
export async function digestCommand(args: string[]): Promise<void> {
  const { group: groupId, period } = parseOptions(args, {
    group: { type: 'string' },
    period: { type: 'string', default: 'week' },
  })
  const kind = KINDS.get(period)
  if (groupId === undefined || kind === undefined)
    throw wrongCall('digest 需要 --group 群编号,--period 为 week 或 day', USAGE)
  await withStore(async (db) => {
    const groups = await listGroups(db)
    const group = groups.find((each) => each.groupId === groupId)
    if (!group) {
      const known = groups.map((each) => each.groupId).join('、') || '(还没有)'
      throw wrongCall(`没有编号为 ${groupId} 的群 (no such group)`, `已知的群: ${known}`)
    }
    print(await composeDigest(db, group, kind, Date.now()))
  })
}
