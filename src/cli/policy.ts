import { basename } from 'node:path'
import type { Kysely } from 'kysely'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { chinaIso } from '../domain/calendar.ts'
import { openPolicyBook, type PolicyChange } from '../intake/policy-book.ts'
import { policyHistory } from '../intake/policy-history.ts'
import { checkPolicy } from '../policy/check.ts'
import { findGroup, type GroupRef, listGroups } from '../store/groups.ts'
import { policyInForce, policyVersions } from '../store/policies.ts'
import type { Tables } from '../store/tables.ts'
import { parseOptions, USAGE } from './call.ts'
import { readInput, wrongCall } from './input.ts'
import { print, say } from './print.ts'
import { withStore } from './with-store.ts'

const OPTIONS = {
  tenant: { type: 'string', default: DEFAULT_TENANT },
  group: { type: 'string' },
  history: { type: 'boolean', default: false },
  set: { type: 'string' },
  rollback: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
} as const
type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>

const MOST_BY = 100
const MOST_REASON = 1_000

/** The group, or with no `--group` the tenant itself, whose policy holds for all groups that have none of their own. */
async function refOf(db: Kysely<Tables>, { tenant: tenantId, group: groupId }: Options): Promise<GroupRef> {
  if (groupId === undefined) return { tenantId, groupId: '' }
  const group = await findGroup(db, { tenantId, groupId })
  if (group?.chat === 'group') return { tenantId, groupId }
  const known = (await listGroups(db)).filter((each) => each.tenantId === tenantId).map((each) => each.groupId)
  throw wrongCall(
    `租户 ${tenantId} 没有编号为 ${groupId} 的群 (no such group)`,
    `已知的群: ${known.join('、') || '(还没有)'}`,
  )
}

function changeOf({ by, reason }: Options): Pick<PolicyChange, 'author' | 'reason'> {
  const author = by?.trim() ?? ''
  const why = reason?.trim() ?? ''
  if (author === '' || author.length > MOST_BY || why === '' || why.length > MOST_REASON)
    throw wrongCall('修改规则需要 --by 修改人和 --reason 原因 (who changes it, and why?)', USAGE)
  return { author, reason: why }
}

async function change(db: Kysely<Tables>, ref: GroupRef, source: string, by: PolicyChange): Promise<void> {
  const book = await openPolicyBook(db, Date.now)
  const before = await policyVersions(db, ref)
  const { version, policy } = await book.set(ref, source, by)
  const isNew = before.at(-1)?.version !== version
  print(
    JSON.stringify({ tenant: ref.tenantId, group: ref.groupId || null, version, mode: policy.mode, changed: isNew }),
  )
  for (const warning of checkPolicy(policy)) say(`提醒: ${warning}`)
  say(isNew ? `已生效: 第 ${version} 版。此前的消息不会重新判断。` : `内容和第 ${version} 版一样,没有改动。`)
}

async function rollback(db: Kysely<Tables>, ref: GroupRef, asked: string, by: PolicyChange): Promise<void> {
  const versions = await policyVersions(db, ref)
  const found = versions.find(({ version }) => String(version) === asked)
  if (!found)
    throw wrongCall(
      `没有第 ${asked} 版 (no such version)`,
      `已有的版本: ${versions.map(({ version }) => version).join('、') || '(没有,正在用本单位的通用规则)'}`,
    )
  await change(db, ref, found.source, { ...by, restores: found.version })
}

async function history(db: Kysely<Tables>, ref: GroupRef): Promise<void> {
  for (const { version, author, reason, createdAt, restores, changes } of await policyHistory(db, ref)) {
    const lines = changes.map(({ kind, line, text }) => `${kind === 'added' ? '+' : '-'}${line} ${text}`)
    print(JSON.stringify({ version, at: chinaIso(createdAt), by: author, reason, restores, changes: lines }))
  }
}

/** `policy …`: shows the policy of a group or tenant, its versions, sets a new one or brings one back. */
export async function policyCommand(args: string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS)
  const { set, rollback: to } = options
  if ([set !== undefined, to !== undefined, options.history].filter(Boolean).length > 1)
    throw wrongCall('--history、--set、--rollback 一次只写一个 (one at a time)', USAGE)
  if (options.group === undefined && (set !== undefined || to !== undefined))
    throw wrongCall('修改规则需要 --group;本单位的通用规则写在 POLICY_FILE 里 (which group?)', USAGE)
  const source = set === undefined ? '' : await readInput(set)
  const by = set === undefined && to === undefined ? null : changeOf(options)
  await withStore(async (db) => {
    const ref = await refOf(db, options)
    if (options.history) return history(db, ref)
    if (by !== null && to !== undefined) return rollback(db, ref, to, by)
    if (by !== null && set !== undefined) return change(db, ref, source, { ...by, fileName: basename(set) })
    const found = await policyInForce(db, ref)
    if (!found) throw wrongCall(`租户 ${options.tenant} 还没有规则 (no policy yet)`, '启动一次服务,或用 --set 设置。')
    process.stdout.write(found.source)
    say(`第 ${found.version} 版,${found.groupId === '' ? '本单位的通用规则' : '本群自己的规则'}。`)
  })
}
