import type { Around } from './clause.ts'

const CANCELLED =
  /取消(?!资格|评|成绩|名额|其|当|该|本|一切|所有)|不开了|不用(?:来|交|报|去|参加)|作罢|作废|暂缓|不再(?:召开|举行|进行)|不办了|另行通知|另定|改期(?![至到])|(?:延期|推迟|延后|(?<!遇.{0,8})顺延)(?![至到一二三四五六七八九十两\d]|办理|申请)|待定(?=[,。;!?]|$)/

/** 下周再说. */
const PUT_OFF = /^再(?:说|定|议|看|约|聊|通知|研究|商量)/

/** Taken back or put off without a new time. */
export function isCancelled({ clause, right, after }: Around, strong: boolean): boolean {
  if (/(?:改|调整?|延期|推迟|延|提前|挪|顺延|变更|延长|延后)(?:为|到|至|成)$/.test(clause.split('⏰')[0] ?? ''))
    return false
  if (CANCELLED.test(clause) || PUT_OFF.test(right)) return true
  if (strong) return false
  const rest = after.slice(right.length + 1)
  const next = /^[^,。;!?\n]*/.exec(rest)?.[0] ?? ''
  return next.length < 16 && CANCELLED.test(next) && !/未|不[报交]|逾期|否则|[前内]/.test(next)
}
