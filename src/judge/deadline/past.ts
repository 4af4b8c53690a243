import { chinaTime, DAY_MS, startOfDay } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import { ASKS, ORDERS } from './asks.ts'
import { ATTEND } from './attend.ts'
import type { Around } from './clause.ts'
import { withoutCourtesies } from './greeting.ts'
import type { Resolved } from './resolve.ts'

/** Reports of what has been. */
const REPORTED = /^[^前]{0,10}?(?:已经?(?!定|确定|改|调|发通)|了(?![,再才]|解|吗|再)|过了|过的|刚|曾)/

const DONE_OF = /^(?:开|来|到|发|报|交|签|送|拿|收|下|走|修|接|打|去|做|办|换|装|查|停|抽|测|断|上)(?:始|来|到|出)?的/

const AS_OF_LEFT = /截[至止]到?$/

const AS_OF = /(?:已|共|累计|完成(?!时限)|还有|仍有|尚有|达到?|未交|没交|只有|报了|交了|收到|登记|统计)/

/** 周三就该交的表: what was owed by a day that has gone. */
const OVERDUE =
  /⏰[^,]{0,4}(?:该|应交|应报|要求)|本该|本应|没交|还没|未交|未报|没报|逾期|拖到|已过|说好|定的|过期|[还仍尚][差缺欠未]|至今|到现在/

/** 周三就不制冷了. */
const CEASED = /^(?:就|又|才)(?:不|没|坏|停|开始)[^,前]{0,6}了/
const CALLS = new RegExp(`${ATTEND.source}|请|务必|必须|把|要(?!求|点)|得|@|各|大家|出车|[给报发交]我`)
const HAPPENED =
  /^[^前内]{0,14}(?:发现|收到(?!后|的)|接到|已|刚|检查(?:了|发现)|通报|有\d|只|还有|仍|又|来了|出现|发生|反映|没关系|没事|请假(?!的)|休息(?!前|之前)|人手|[一-鿿]了(?:[\d一二两三四五六七八九十几好半]|个)|太|(?<!认)真(?!实)|辛苦|感谢|谢谢|轮到|是)|^(?:的(?!时间)|[好吃天没怎谁很心])/

/** 今晚 said in the morning cannot tell of the past. */
function isStillAhead({ mention: { day, parts, clock } }: Resolved, at: EpochMs): boolean {
  const hour = chinaTime(at).hour
  const last = parts.at(-1)?.part
  if (day?.today !== true || clock?.doubtful === true) return false
  return (last === 'night' && hour < 18) || (last === 'afternoon' && hour < 12)
}

/** 早上六点退到37.8, 9点12分到站: the hour as written has gone, and nobody is called for the next one. */
function isGone({ mention, rolled }: Resolved, { clause }: Around, at: EpochMs): boolean {
  const { clock, parts, day } = mention
  if (clock === null || day !== null || CALLS.test(withoutCourtesies(clause))) return false
  if (rolled === true && parts.at(-1)?.part !== 'dawn') return true
  const written = (clock.hour * 60 + clock.minute) * 60_000
  return parts.length === 0 && clock.minute % 5 !== 0 && startOfDay(at) + written <= at
}

/** A reading that could as well lie behind, in a clause that tells of something done. */
export function tellsOfPast(found: Resolved, near: Around, at: EpochMs): boolean {
  const { left, right, after } = near
  const { day, clock, limit } = found.mention
  if (found.mention.span !== null || isStillAhead(found, at) || (!limit && ORDERS.test(right))) return false
  const owed = /^[要应该需]?[交报做完]\S{0,2}的/.test(right) ? after.slice(0, 30) : right
  if (limit) return day?.mayBePast?.(at) === true && clock === null && OVERDUE.test(`${left}⏰${owed}`)
  if (CEASED.test(right) || isGone(found, near, at)) return true
  if (day?.today && clock === null && found.mention.parts.length === 0) return HAPPENED.test(right)
  const nextYear = day?.month !== undefined && (found.moment ?? at) - at > 200 * DAY_MS
  const open = day === null || day.today || day.mayBePast?.(at) === true || nextYear
  if (!open) return false
  if (REPORTED.test(right) || DONE_OF.test(right)) return true
  if (/(?:已经?|刚刚?|曾)(?:于|在)?$/.test(left)) return !/已定|定于/.test(left)
  if (day?.mayBePast?.(at) !== true) return false
  return OVERDUE.test(`${left}⏰${right}`) || (day.kind === 'date' && !ASKS.test(right))
}

/** 截至今日10:00,完成率…: a clause of its own before figures. */
const isSnapshot = ({ left, right, after }: Around): boolean =>
  AS_OF_LEFT.test(left) &&
  right === '' &&
  /\d|[一二三四五六七八九十]+[户人件个]/.test(after.slice(1, 24)) &&
  !/请|务必|必须|把/.test(after.slice(0, 24))

/** 截至 before a time of today, or one that has gone, with figures: how things stand, no limit. */
export function isAsOf({ moment }: Resolved, near: Around, at: EpochMs): boolean {
  if (moment !== null && moment - at >= DAY_MS) return false
  const { left, right, after } = near
  if (isSnapshot(near)) return true
  return (
    AS_OF_LEFT.test(left) && (AS_OF.test(right) || AS_OF.test(after.slice(0, 20))) && !/前$/.test(right.slice(0, 2))
  )
}
