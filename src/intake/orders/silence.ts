import type { Kysely } from 'kysely'
import { chinaShort, DAY_MS } from '../../domain/calendar.ts'
import { endSilences, insertSilence, type Silence, silenceIn } from '../../store/silences.ts'
import type { Tables } from '../../store/tables.ts'
import type { Rooms } from '../rooms.ts'
import type { OrderedGroup } from './admins.ts'
import { silenceTime } from './silence-time.ts'

const LONGEST_MS = 31 * DAY_MS
const LONGEST_REASON = 200

type World = Pick<Rooms, 'findDue' | 'now' | 'newId'>

/** Silences the bot in a group until a time, in place of a silence that holds already. Answers in words. */
export async function beSilent(
  trx: Kysely<Tables>,
  { group }: OrderedGroup,
  order: { kind: Silence['kind']; rest: string; by: string },
  { findDue, now, newId }: World,
): Promise<string> {
  const at = now()
  const time = silenceTime(order.rest, at, findDue)
  const word = order.kind === 'emergency' ? '应急静默' : '静默'
  if (time === null || time.until <= at) return `请写明到什么时候(要晚于现在),例如:${word}到18:00、${word}到明天9点。`
  if (time.until > at + LONGEST_MS) return `静默最长 31 天,请写早一些的时间,例如:${word}到周五。`
  const { tenantId, groupId } = group
  await endSilences(trx, group, { by: order.by, at })
  await insertSilence(trx, {
    tenantId,
    groupId,
    silenceId: newId(),
    kind: order.kind,
    since: at,
    until: time.until,
    by: order.by,
    reason: time.reason.slice(0, LONGEST_REASON),
  })
  const until = chinaShort(time.until)
  return order.kind === 'emergency'
    ? `已进入应急静默,到${until}:不提醒、不发小结,任务和问题照常记录,提问照常回答。提前结束发“取消静默”。`
    : `已静默到${until}:不提醒、不发小结,任务和问题照常记录。提前结束发“取消静默”。`
}

/** Ends the silence of a group before its time. Answers in words. */
export async function speakAgain(
  trx: Kysely<Tables>,
  { group }: OrderedGroup,
  by: string,
  { now }: Pick<World, 'now'>,
): Promise<string> {
  const held = await silenceIn(trx, group, now())
  if (!held) return '现在没有静默,不用取消。'
  await endSilences(trx, group, { by, at: now() })
  return `已结束静默(原定到${chinaShort(held.until)})。静默期间的消息不会补发提醒。`
}
