import { ADDRESSES, ASKS } from './asks.ts'
import type { Around } from './clause.ts'
import { withoutCourtesies } from './greeting.ts'

const ANCHORED =
  /(?:(?:[^知到文告发日起,。;:]|接到?报|发现|事发|签到|到岗|到货|报到|收到货|出发|开发)后|(?:[入出到]院|接诊|[术产]后|发病|下单|签收|受理|立案|离岗|成交)|结束后|完成后|之日起|日起)(?:的|起|,)?$/

const NOTICED =
  /(?:通知|文到|收到|接到|来函|来文|文件|发文|印发|发布|公告|即日|今日|通报|此件|本文|函件|短信|消息|看到)[^,。;]{0,6}(?:后|之日|日|时)?(?:起|的)?$/

const ELAPSED =
  /(?:近|最近|过去|此前|每|连续|持续|存放|前|以后|三年|头|满|累计|保存|保留|限速|间隔|至少|超过|不足|平均|同一|任意)$/

/** 《办法》第15条规定3日内答复 tells a rule. */
const PROVISION = /(?:》|第[\d一二三四五六七八九十]+条)[^,。;]{0,8}规定[^,。;]{0,3}$/
/** 发现险情后10分钟内电话报告,30分钟内书面报告. */
const IN_CASE = /(?:发现|发生|出现|接报|事发|遇到?)[^,。;]{0,8}后[^。;!?]*$|(?:一旦|凡是?)[^。;!?]*$/

/** A duration from an event of its own (事发后1小时内) or backwards (近三天内) sets no time on the calendar. */
export function isProcedure({ left, right, before, after }: Around): boolean {
  // 3分钟内救起,已无碍 tells how fast it was.
  if (/^[^,]{0,6},?已(?!定)|^[^,]{1,4}了/.test(after) && !ADDRESSES.test(withoutCourtesies(`${before}${after}`)))
    return true
  if (ELAPSED.test(left.slice(-4))) return true
  if (/(?:未来|今后)$/.test(left) && !ASKS.test(right)) return true
  if (NOTICED.test(withoutCourtesies(left))) return false
  return (
    PROVISION.test(left) ||
    IN_CASE.test(before) ||
    ANCHORED.test(left.slice(-14)) ||
    /^(?:有雨|雨量|有效|累计|降雨|到账|都?(?:能|可以?)(?!以)|退款|免费|可退|包退|的(?:数据|记录|照片|录像|监控|台账|票据))/.test(
      right,
    )
  )
}
