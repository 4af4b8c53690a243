import type { Kysely } from 'kysely'
import { type Appeal, listAppealsOf } from '../../store/appeals.ts'
import { findGroup, groupKey } from '../../store/groups.ts'
import type { Tables } from '../../store/tables.ts'
import { appealCase } from './appeal-case.ts'
import { caseLine } from './appeal-words.ts'
import type { AppealContext } from './decide-appeal.ts'
import { decidersOf } from './deciders.ts'

const SHOWN = 5

/** Open appeals with those who may decide them; none where only the operator can. */
export async function openCases(
  trx: Kysely<Tables>,
  of: { tenantId: string; groupId: string | null },
  rooms: AppealContext['rooms'] | Pick<AppealContext['rooms'], 'roleOf'>,
): Promise<{ appeal: Appeal; deciders: string[] }[]> {
  const known = new Map<string, string[]>()
  const cases: { appeal: Appeal; deciders: string[] }[] = []
  for (const appeal of await listAppealsOf(trx, { ...of, open: true })) {
    const key = `${groupKey(appeal)}\0${appeal.memberId}`
    const group = known.has(key) ? undefined : await findGroup(trx, appeal)
    const deciders = known.get(key) ?? (group ? await decidersOf(trx, group, appeal.memberId, rooms) : [])
    known.set(key, deciders)
    cases.push({ appeal, deciders })
  }
  return cases
}

/**
 * The open appeals that this person may decide, in words. With a group, as it is asked in one, only their numbers:
 * what is appealed against is nobody else's business.
 */
export async function listAppeals(
  trx: Kysely<Tables>,
  { tenantId, memberId, groupId }: { tenantId: string; memberId: string; groupId: string | null },
  { rooms }: Pick<AppealContext, 'rooms'>,
): Promise<string> {
  const cases = await openCases(trx, { tenantId, groupId }, rooms)
  const own = cases.flatMap(({ appeal, deciders }) => (deciders.includes(memberId) ? [appeal] : []))
  if (own.length === 0) return '没有等您处理的申诉。'
  if (groupId !== null) {
    const numbers = own.map(({ number }) => `${number} 号`).join('、')
    return `本群有 ${own.length} 件申诉待处理:${numbers}。详情请私下发“申诉列表”给我。`
  }
  const lines = []
  for (const appeal of own.slice(0, SHOWN)) lines.push(caseLine(await appealCase(trx, appeal)))
  const more = own.length > SHOWN ? [`…另有 ${own.length - SHOWN} 件,处理后再发“申诉列表”查看。`] : []
  const first = own[0]?.number ?? 1
  const how = `同意请发“同意申诉 ${first}”(可写明它其实是什么,如“同意申诉 ${first} 任务”),不同意请发“驳回申诉 ${first} 理由”。`
  return [`有 ${own.length} 件申诉待处理:`, ...lines, ...more, how].join('\n')
}
