import type { Kysely } from 'kysely'
import { DEFAULT_TENANT } from '../app/ways/way.ts'
import { missingOf, missingText } from '../burden/registry.ts'
import { chinaDate, DAY_MS } from '../domain/calendar.ts'
import { REGISTERED } from '../domain/policy.ts'
import { type GroupRecord, groupRecords, type Registration, registerGroup } from '../store/group-registry.ts'
import type { Tables } from '../store/tables.ts'
import { parseOptions, USAGE } from './call.ts'
import { wrongCall } from './input.ts'
import { print, say } from './print.ts'
import { withStore } from './with-store.ts'

const OPTIONS = {
  tenant: { type: 'string', default: DEFAULT_TENANT },
  json: { type: 'boolean', default: false },
  group: { type: 'string' },
  owner: { type: 'string' },
  purpose: { type: 'string' },
  ends: { type: 'string' },
  temporary: { type: 'boolean', default: false },
  standing: { type: 'boolean', default: false },
  by: { type: 'string' },
} as const
type Options = ReturnType<typeof parseOptions<typeof OPTIONS>>

const MOST_ID = 256
const MOST_PURPOSE = 200
const MOST_BY = 100
/** The last sign of work is looked for so far back. */
const LOOK_BACK_MS = 400 * DAY_MS
const NAMED = 20

/** A group with what is registered of it and what is missing, as programs read it. */
const groupLine = (group: GroupRecord) => ({
  id: group.groupId,
  name: group.name,
  owner: group.ownerId,
  purpose: group.purpose,
  temporary: group.temporary,
  ends: group.endsOn,
  registeredBy: group.registeredBy,
  members: group.memberIds.length,
  open: group.open,
  lastWork: group.lastWorkAt === null ? null : chinaDate(group.lastWorkAt),
  missing: missingOf(group, REGISTERED),
})

function groupText(group: GroupRecord): string {
  const missing = missingOf(group, REGISTERED)
  const term = group.temporary ? `临时${group.endsOn === null ? '' : ` 到 ${group.endsOn}`}` : '长期'
  return [
    group.groupId,
    group.name ?? '(未命名)',
    `群主 ${group.ownerId ?? '—'}`,
    `用途 ${group.purpose ?? '—'}`,
    term,
    `未办结 ${group.open} 项`,
    missing.length === 0 ? '登记齐全' : `缺 ${missingText(group, missing)}`,
  ].join('\t')
}

function filled(name: string, value: string | undefined, most: number): string | undefined {
  const text = value?.trim()
  if (text === undefined || (text !== '' && text.length <= most)) return text
  throw wrongCall(`--${name} 要写 1 到 ${most} 个字 (empty or too long)`, USAGE)
}

/** A date that the calendar has, as `YYYY-MM-DD`. */
function readDate(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return text
  throw wrongCall(`--ends 不是日期: ${text} (not a date)`, '写成 2026-12-31 这样。')
}

function readEnds({ ends, temporary, standing }: Options): Registration['ends'] {
  if (standing && (temporary || ends !== undefined))
    throw wrongCall('--standing 是长期群,不能和 --ends、--temporary 一起写 (a standing group has no end)', USAGE)
  if (standing) return null
  if (ends !== undefined) return { on: readDate(ends) }
  return temporary ? 'undated' : undefined
}

async function register(db: Kysely<Tables>, options: Options, groupId: string): Promise<void> {
  const given = {
    ownerId: filled('owner', options.owner, MOST_ID),
    purpose: filled('purpose', options.purpose, MOST_PURPOSE),
    ends: readEnds(options),
  }
  if (Object.values(given).every((value) => value === undefined))
    throw wrongCall('要登记什么?请写 --owner、--purpose、--ends、--temporary 或 --standing (register what?)', USAGE)
  const { tenant: tenantId } = options
  const by = filled('by', options.by, MOST_BY) ?? 'operator'
  const isKnown = await registerGroup(db, { tenantId, groupId }, { ...given, by, at: Date.now() })
  const all = await groupRecords(db, tenantId, Date.now() - LOOK_BACK_MS)
  const group = all.find((each) => each.groupId === groupId)
  if (!isKnown || group === undefined) {
    const names = all.slice(0, NAMED).map((each) => each.groupId)
    throw wrongCall(`没有编号为 ${groupId} 的群 (no such group)`, `已知的群: ${names.join('、') || '(还没有)'}`)
  }
  print(JSON.stringify(groupLine(group)))
  const isMember = given.ownerId === undefined || group.memberIds.includes(given.ownerId)
  say(isMember ? '已登记。' : '已登记。这位群主还没有在群里说过话,请核对编号。')
}

/**
 * `groups [--json]`: the groups of a tenant with what is registered of each and what is missing, a line each.
 * `groups --group ID …`: registers owner, purpose or end of one.
 */
export async function groupsCommand(args: string[]): Promise<void> {
  const options = parseOptions(args, OPTIONS)
  const { group: groupId, tenant } = options
  if (groupId !== undefined) return withStore((db) => register(db, options, groupId))
  const { owner, purpose, ends, by, temporary, standing } = options
  if ([owner, purpose, ends, by].some((each) => each !== undefined) || temporary || standing)
    throw wrongCall('登记要写明 --group 群编号 (which group?)', USAGE)
  const groups = await withStore((db) => groupRecords(db, tenant, Date.now() - LOOK_BACK_MS))
  for (const group of groups) print(options.json ? JSON.stringify(groupLine(group)) : groupText(group))
}
