import { ADDRESSES, ASKS, asks } from './asks.ts'
import { ATTEND, HAND_IN } from './attend.ts'
import type { Around } from './clause.ts'
import { withoutCourtesies } from './greeting.ts'
import type { Resolved } from './resolve.ts'

/** A long period is a due time where its own clause goes on to ask; the noun it may qualify (上半年耗材) asks nothing. */
const DONE_BY =
  /^(?:[,。;!?\s]|$|必须|务必|要(?!闻)|就?得|须|应|完成|汇(?:总|编)|全部|全面|都|确保|力争|交(?!通)|报(?!表)|上报|把|将|建成|实现|达到?|清|销|办|收|给|弄|搞|做|填|补|统一|再|截|到位|出|发(?!奖|现|放|生)|之?前|验收|结|签|到|开(?!支|销))/

/** The clause goes on to tell how things stand or went. */
const STATES =
  /了(?:[,。;!?]|$|[\d一二两三四五六七八九十几好半])|过(?:了|的|[,。]|$)|着呢|还在|正在|很|太(?!阳)|挺|(?<!认)真(?!实)|^(?:多|左右)?才(?!能|可)|^恢复(?=[,。;!]|$|了|正常)|有点|有\d|^(?:都|也|就|又|还|才)?(?:没有?(?![交报填])|不(?![得能准要许]))/

const NOT_PUT_OFF = /(?:不|别|莫)(?:要|能|得|许)?(?:拖|等|留|压)[^,]{0,3}$/

/** 7:20那趟, 8:12 at the end of a watermark. */
const LOGGED = /^(?:雨情|水情|水位|测温|巡检|实时|路况|数据|监测|报$|的?那[趟班场]|的?这[趟班场]|的班车)/

/** 打卡, 战报, a picture with its place: a record of what was done, not an order. */
const RECORD = /\[(?:图片|位置|视频|照片)\]|打卡|签到|战报|喜报|祝贺|恭喜|荣获/

const THANKS = /辛苦了|谢谢|感谢/
/** 收到,今天安排: the speaker promises. */
const ANSWERS = /^(?:收到|好的?|好嘞|明白|嗯+|行|没问题|知道了)[,! ]$/
const UNTIL_NOW = /到$/

/** A time without a word that limits it counts only where the sentence asks something or calls together. */
export function isIdle(found: Resolved, { left, right, before, after, follows }: Around): boolean {
  const { day, clock, parts, limit, end } = found.mention
  if (limit) return false
  const whole = withoutCourtesies(`${before}${after}`)
  if (/[“"「『]$/.test(left) || NOT_PUT_OFF.test(left)) return true
  if (clock !== null && parts.length === 0 && day === null && LOGGED.test(right)) return true
  if (/^的?[那这][场趟班次]/.test(follows)) return true
  if (end !== null || day?.start !== undefined) {
    if (ATTEND.test(whole)) return false
    // 工作日九点到三点: hours alone are somebody's hours.
    const hours = day === null && end?.day == null && clock !== null
    return hours ? !ADDRESSES.test(whole) && !HAND_IN.test(`${left}${follows}`) : !ASKS.test(whole)
  }
  if (day?.today && UNTIL_NOW.test(left) && /^(?:都|也)?[还仍没不一]/.test(right)) return true
  const today = clock === null && (day === null || day.today === true)
  // 今天周三: says what day it is.
  if (today && day !== null && parts.length === 0 && found.mention.to > day.to) return true
  if (ANSWERS.test(withoutCourtesies(before).replace(/^[,!~ ]+/, '')) && !/请|你|大家|@|各/.test(after)) return true
  if (!ADDRESSES.test(whole)) {
    if (day?.after !== undefined || (/从$/.test(left) && /^(?:左右|前后)?开始/.test(right))) return true
    if (RECORD.test(whole) || THANKS.test(after)) return true
    if (STATES.test(right) && !ATTEND.test(right)) return true
  }
  if (/的(?:反馈|通报|通知|精神|要求|纪要|文件|结果|问题)/.test(right.slice(0, 18)) && clock === null) return true
  // 今天食堂有羊肉汤: today's are mostly told of, so that more than any verb must ask; 写我,今晚 is asked before it.
  if (today && (day === null || follows !== '')) {
    const wanted = asks(withoutCourtesies(`${left}${after}`), follows)
    if (day !== null || ATTEND.test(right)) return !wanted && !ATTEND.test(right)
    return !wanted || !(ASKS.test(right) || ADDRESSES.test(left))
  }
  const asked = ASKS.test(whole) || ATTEND.test(whole)
  if (day?.period && day.kind === 'month-part' && clock === null) {
    return !asked || !(DONE_BY.test(right) || /(?:即日|现在|今[天日]|明[天日])?起?(?:至|到|-)$/.test(left))
  }
  return !asked && !(day !== null && (clock !== null || parts.length > 0))
}

const OF_THE_DAY =
  /^(?:[,。;!?\s]|$|必须|务必|就|要(?!闻)|完成|传|写|整理|送|领|交(?!通|接班)|报(?!表|告|名)|上报|办结|处理|清|反馈|整改|录入|归|补|把|解决|回|发(?!生|现|放)|结|销|到)/

/** 当日进度, 当天数据: the day's own, no limit. */
export function isDayOf({ mention }: Resolved, right: string): boolean {
  const bare = mention.day?.same === true && mention.clock === null && mention.parts.length === 0 && !mention.limit
  return bare && !OF_THE_DAY.test(right)
}

export const WEAK_NOUN =
  /^(?:的?(?:工作(?!组|专班|人员)|例会|重点|值班|食谱|菜单|菜谱|总结|情况|天气|安排|行程|排名|考核|评比|通报|兑现|结算|绩效|奖金|小结|数据|报表|台账|计划|课表|考勤|工资|账单|用量|产量|销量|任务(?!要|必)|主题|亮点|目标|盘点|汇总|会议)|是|又|就是|刚好|正好|轮到|该谁)/
