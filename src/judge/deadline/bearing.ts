import type { EpochMs } from '../../domain/message.ts'
import { isCancelled } from './cancelled.ts'
import type { Around } from './clause.ts'
import { isClosing } from './closing.ts'
import { isConditional } from './condition.ts'
import { isForecast, isState, isValidity, isWeather } from './facts.ts'
import { isDayOf, isIdle, WEAK_NOUN } from './idle.ts'
import { isOwn, isPromised } from './own.ts'
import { isAsOf, tellsOfPast } from './past.ts'
import { isProcedure } from './procedure.ts'
import { isQuestion } from './question.ts'
import type { Resolved } from './resolve.ts'

/**
 * What a time does in its message.
 * `demand`: binds the readers · `own`: somebody else's duty or a mere attribute, used where the readers have no time
 * of their own · `fact`: a state of the world, used only where work must precede it.
 */
export type Bearing = 'demand' | 'own' | 'fact'

const AFTERWARDS = /^(?:之后|以后|后(?!勤|台|续|厨|备|面|场|门))/

const ABOUT = /^(?:前后|上下)/

const STARTS =
  /^(?:\)?起(?!草|来|飞|运|跑|降|重|止|点|吊)|以来|开始(?:施行|实施|执行|生效|启用|实行|计|恢复|供|停|放|封|涨|下调|上调))/

/** 3月15日是消费者权益日 tells what a day is. */
const IS =
  /^见(?:[,。;!]|$)|^(?:就|正|刚好|又)?是(?!截止|截稿|[^,。;]{0,10}最后[期时]限|最后|最迟|最晚|报送|上报|交|底线|死线)|^了(?:[,。!]|$)/

const ALWAYS =
  /^\)?(?:期间)?,?(?:24小时|全天|正常|照常)(?:值班|值守|在线|带班|上班|营业|接诊|开放)|^(?:也|都|均)?(?:不休息|休息|双休|无休)/

const DURING = /^期间|^(?:假期|节日)期间/

const BASIS = /(?:根据|按照?|依据|落实|关于|印发的?|贯彻|对照|参照|截至|截止)(?:[^,。;]{0,3})$/

/** 周四的会 is something to attend, 周四的菜单 a mere attribute. */
const ATTRIBUTE =
  /^的(?!时间|会(?!议纪要)|.{0,6}(?:会|培训|课|航班|车|票|活动|考试|飞机|高铁|庭|比赛|面试|接待|检查|验收|节点))/

/** The words around it make the time something else than a limit: about, during, from then on, afterwards. */
function isOtherwiseUsed({ left, right }: Around, range: boolean): boolean {
  if (/期间\($/.test(left) || ALWAYS.test(right)) return true
  // “30日内” in quotes is quoted; 明天是植树节前一天 tells what a day is.
  if (/[“"「『]$/.test(left) && /^[”"」』]/.test(right)) return true
  if (/(?<!不是)[今明后昨]天(?:又|就|正|刚好)*是$/.test(left)) return true
  if (ABOUT.test(right) || (DURING.test(right) && !range) || IS.test(right)) return true
  if (AFTERWARDS.test(right) && !/内$/.test(right.slice(0, 6))) return true
  return !range && STARTS.test(right)
}

/** Tells what a time does, or null where it is no due time at all. */
export function bearing(found: Resolved, near: Around, at: EpochMs): Bearing | null {
  const { day, clock, parts, span, end, limit } = found.mention
  const { right, before, left } = near
  const strong = limit || (end?.limit ?? false)
  const range = end !== null || day?.start !== undefined
  const counted = span !== null || (day?.bound === true && /relative|workday/.test(day.kind))
  if (isOtherwiseUsed(near, range)) return null
  if (day?.every && clock === null && parts.length === 0 && day.kind === 'relative') return null
  if (isValidity(near, strong)) return 'fact'
  if (counted && (isProcedure(near) || /^的(?!时间)/.test(right))) return null
  if (isAsOf(found, near, at) || isDayOf(found, right) || tellsOfPast(found, near, at)) return null
  if (isForecast(near, strong)) return 'fact'
  if (isConditional(near) || isCancelled(near, strong) || isQuestion(near, strong)) return null
  if (isWeather(near, strong)) return 'fact'
  if (!range && !day?.every && isClosing(near)) return 'demand'
  if (day?.every && /照常|开放|营业|接诊|办公/.test(before)) return 'fact'
  if ((!strong || day?.period) && isState(near, range)) return 'fact'
  if (BASIS.test(before.slice(-8)) && !strong && !/截[至止]$/.test(left)) return 'own'
  if (day?.period && clock === null && !strong && WEAK_NOUN.test(right)) return null
  if (isIdle(found, near) || isPromised(near)) return null
  if (isOwn(near, strong)) return 'own'
  if (!strong && (ATTRIBUTE.test(right) || (range && /^的(?!时间)/.test(right)))) return null
  return 'demand'
}
