import type { Kysely } from 'kysely'
import {
  askedMessage,
  CONFIRM_WITHIN_MS,
  type Confirmation,
  findConfirmations,
  groupsKnowing,
  insertRead,
} from '../../store/confirmations.ts'
import type { Tables } from '../../store/tables.ts'
import { type Answered, type ConfirmContext, type Meant, only } from './confirm-context.ts'

/**
 * The started confirmation that a reader means, the last one asked first; in private, of the groups that know the
 * reader, else the only one of that number: who has never spoken is known nowhere.
 */
async function readByNumber(
  trx: Kysely<Tables>,
  meant: Meant,
  memberId: string,
): Promise<Confirmation | 'unknown' | 'unclear'> {
  const started = (await findConfirmations(trx, meant)).filter(({ startedAt }) => startedAt !== null)
  const groupIds = [...new Set(started.map(({ groupId }) => groupId))]
  if (meant.groupId !== null || started.length === 0) return started[0] ?? 'unknown'
  const knowing = await groupsKnowing(trx, meant.tenantId, groupIds, memberId)
  const known = started.filter(({ groupId }) => knowing.has(groupId))
  if (known[0] && (meant.number === null || knowing.size === 1)) return known[0]
  if (known[0] === undefined && meant.number === null) return 'unclear'
  return groupIds.length === 1 ? (started[0] ?? 'unknown') : 'unclear'
}

/**
 * Notes that a member has read a message; a second time changes nothing. `openly`: typed in the group, where everybody
 * would read an answer, so that there is none; what names a group counts as such unless told otherwise.
 */
export async function confirmRead(
  trx: Kysely<Tables>,
  { memberId, openly, ...meant }: Meant & { memberId: string; openly?: boolean },
  { now }: Pick<ConfirmContext, 'now'>,
): Promise<Answered> {
  const found = await readByNumber(trx, meant, memberId)
  if (found === 'unclear') return only('不确定是哪个群的通知,请到群里点「已阅」,或写上通知的编号,例如“已阅 3”。')
  if (found === 'unknown')
    return only(meant.number === null ? '现在没有要确认的通知。' : `没有第 ${meant.number} 号要确认的通知。`)
  if (found.askedAt <= now - CONFIRM_WITHIN_MS) return only('那条通知已过两周,不用再点。')
  const asked = await askedMessage(trx, found)
  if (!asked || asked.recalled) return only('那条通知已撤回,不用确认了。')
  if (found.askerId === memberId) return only('这是您自己发的通知,不用点。')
  await insertRead(trx, found, memberId, now)
  return only((openly ?? meant.groupId !== null) ? '' : '已记下,谢谢。群里不显示,也不用再回复。')
}
