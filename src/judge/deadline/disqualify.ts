import { chinaTime, DAY_MS } from '../../domain/calendar.ts'
import type { EpochMs } from '../../domain/message.ts'
import type { Around } from './clause.ts'
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
  /^(?:\)?起(?!草|来|飞|运|跑|降|重|止|点)|以来|开始(?:施行|实施|执行|生效|启用|实行|计|恢复|供|停|放|封|涨|下调|上调))/
/** 3月15日是消费者权益日 tells what a day is. */
const IS = /^见(?:[,。;!]|$)|^(?:就|正|刚好|又)?是(?!截止|截稿|最后|最迟|最晚|报送|上报|交|底线|死线)|^了(?:[,。!]|$)/
const DURING = /^期间|^(?:假期|节日)期间/

/** Reports of what has been. */
const REPORTED = /^[^前]{0,10}?(?:已经?(?!定|确定|改|调|发通)|了(?![,再才]|解|吗|再)|过了|过的|刚|曾)/
const DONE_OF = /^(?:开|来|到|发|报|交|签|送|拿|收|下|走|修|接|打|去|做|办)(?:始|来|到|出)?的/
const AS_OF_LEFT = /截[至止]到?$/
const AS_OF = /(?:已|共|累计|完成(?!时限)|还有|仍有|尚有|达到?|未交|没交|只有|报了|交了|收到|登记|统计)/
/** 周三就该交的表: what was owed by a day that has gone. */
const OVERDUE =
  /⏰[^,]{0,4}(?:该|应交|应报|要求)|本该|本应|没交|还没|未交|未报|没报|逾期|拖到|已过|说好|定的|过期|[还仍尚][差缺欠未]|至今|到现在/
const BASIS = /(?:根据|按照?|依据|落实|关于|印发的?|贯彻|对照|参照|截至|截止)(?:[^,。;]{0,3})$/

const VALIDITY =
  /有效期|有效至|有效到|保质期|质保|使用期|服务期|任期|聘期|合同期|租期|授权期|证书?到期|保修|执行至|实施至|期限为.{0,8}至$/
const EXPIRES =
  /^(?:就|将|即将|也)?(?:到期|期满|届满|过期|失效|截断)|^(?:[、,和及]|\(.{0,6}\))*(?:正常|照常|补)?上班$|^补[班课]|^方向/
const FORECAST = /预计|预报|估计|可能|据悉|据气象|未来|有望|可望|或将|大概率/
const WEATHER =
  /[大中小暴阵雷]雨|雨夹雪|[大中小暴]雪|降雨|降雪|降温|气温|寒潮|台风|大风|[0-9一二三四五六七八九十]级风|高温|雾|霾|多云|晴|阴天|雷电|强对流|℃|升温|潮位|洪峰|预警/
const OUTAGE =
  /停电|停水|停诊|停止|停供|停售|停气|停暖|停机|停用|停运|停业|停航|停课|断网|断电|断水|断路|封闭|封路|封道|封桥|封航|封控|闭馆|闭园|闭店|限行|限号|管制|放假|休市|休假|歇业|关闭|关停|暂停|不营业|不开放|不上班|绕行|中断/
const OPENING =
  /(?:早餐|午餐|晚餐|食堂)[^,]{0,4}⏰|(?:开放|营业|办公|服务|接待|门诊|就餐|供应|供水|供电|供暖|开馆|作息|咨询|上下?班|经营|运营|开门|食堂|早餐|午餐|晚餐)时[间段]|照常|延长运营|对外(?:开放|办公|服务|接待|营业)|(?<!公)开放$|开放[至到]|延时服务|免费开放|正常(?:营业|开放|上班|办公|接诊|供应)|开门|营业|值班电话/
const EFFECT =
  /施行|实施|生效|执行新|启用|实行|启动运行|正式运行|上线运行|起执行|恢复(?:供|通|营|运|正常|开放)|开通|通车|投产|开业|开园|开市|上市|发薪|发工资|到账|扣款|调价|涨价|开学|开考|揭晓|公布|发布|到货|出成绩|出结果/
const MAINTENANCE = /检修|维护|升级|切换|割接|演习|喷洒|消杀|施工|上线/
const CANCELLED =
  /取消(?!资格|评|成绩|名额|其|当|该|本|一切|所有)|不开了|不用(?:来|交|报|去|参加)|作罢|作废|暂缓|不再(?:召开|举行|进行)|不办了|另行通知|另定|改期(?![至到])|(?:延期|推迟|延后|(?<!遇.{0,8})顺延)(?![至到一二三四五六七八九十两\d]|办理|申请)|待定(?=[,。;!?]|$)/
const ASKED = /几点|几号|什么时候|啥时候|何时|哪天|哪一天|多久|谁在|谁有空|有没有空|是几|对吗|是不是/
const WEAK_NOUN =
  /^(?:的?(?:工作(?!组|专班|人员)|例会|重点|值班|食谱|菜单|菜谱|总结|情况|天气|安排|行程|排名|考核|评比|通报|兑现|结算|绩效|奖金|小结|数据|报表|台账|计划|课表|考勤|工资|账单|用量|产量|销量|任务(?!要|必)|主题|亮点|目标|盘点|汇总|会议)|是|又|就是|刚好|正好|轮到|该谁)/

const ASKS =
  /请|务必|必须|必需|一定|要(?!求|点|闻|件|素)|把|须|应|得|需|通知|安排|报|交|完成|到位|参加|别|抓|各|大家|@|给我|发我|找我|填|改|弄|搞|清|补|整|出|做|查|送|领|签|传|办|处理|解决|落实|答复|回复|盘|写|拿|定稿|收|退|搬|贴|换|装|修|拍|洗|拆|备|买|订|约|催|核|回|取|发(?!生|现|奖|展)|摆|放|还|存|倒|扫|卸|转|接|关|找|等|碰|见|乘|坐|来|到(?!货|账|款|底|处)|登记|升|重|挑|走|看|挪|停|推|盯|跟|带|用|换|去|验|跑|推|审|录|统计|结|挂|撤|测|试|打印|准备|上传|集合|开会|召开/
const HAPPENED =
  /^[^前内]{0,14}(?:发现|收到(?!后|的)|接到|已|刚|检查(?:了|发现)|通报|有\d|只|还有|仍|又|来了|出现|发生|反映|太|真|辛苦|感谢|谢谢|轮到|是)|^(?:的(?!时间)|[好吃天没怎谁很心])/

export const ATTEND =
  /(?<!委员|居委|村委|常委|业委|理事|监事|董事|联合|可能|[社机工学协商不都能就还才误体领约也])会(?!计|员|同|费|展部|被|把|有|不|更|影|使|导|造|给|让|跟|再|去|来|发|继|陆|在|尽|及|按|认|安|做|积)|培训|开庭|庭审|集合|乘车|上车|发车|(?:检查|督查|督导|考核|验收|巡察|巡视|审计|考察|专家|工作|调研)组(?:[来到进莅]|.{0,6}(?:检查|督查|督导|来))|调研|值班|值守|带班|考试|上课|听课|讲座|比赛|演练|直播|面试|笔试|彩排|签约|听证|座谈|观摩|轮训|参训|集训|典礼|仪式|就餐|到场|入场|进场|报到|参观|巡查|路演|宣讲|聚餐|出发|开课|授课|答辩|研讨|论坛/

const SELF =
  /(?:^|[,。;!?\s])(?:我|本人|我们|咱们?|俺|我这边|我们这边|我处|我科|我办)(?![县市区镇乡村局院校司行部队街省州厅])[^,。;]{0,8}$/
const GIVES_ME = /(?:给|报|发|找|交|传|告诉|叫|跟|到|向|联系|替|帮|让|通知|回复|私|提醒)我(?:们|这|处|办|科)?[^,]{0,8}$/
const RELAYED = /(?:说好?|讲|约了?|答应|表示|听说|反映|回复|告诉我|师傅|厂家|供应商|客户|对方)[^,]{0,5}$/
const ANCHORED =
  /(?:(?:[^知到文告发日起,。;:]|接到?报|发现|事发|签到|到岗|到货|报到|收到货|出发|开发)后|结束后|完成后|之日起|日起)(?:的|起|,)?$/
const NOTICED =
  /(?:通知|文到|收到|接到|来函|来文|文件|发文|印发|发布|公告|即日|今日|通报|此件|本文|函件|短信|消息|看到)[^,。;]{0,6}(?:后|之日|日|时)?(?:起|的)?$/
const ELAPSED =
  /(?:近|最近|过去|此前|每|连续|持续|存放|前|以后|三年|头|满|累计|保存|保留|限速|间隔|至少|超过|不足|平均|同一|任意)$/

const isStrong = (found: Resolved) => found.mention.limit || (found.mention.end?.limit ?? false)

/** A duration from an event of its own (事发后1小时内) or backwards (近三天内) sets no time on the calendar. */
function isProcedure({ left, right }: Around): boolean {
  if (ELAPSED.test(left.slice(-4))) return true
  if (/(?:未来|今后)$/.test(left) && !ASKS.test(right)) return true
  if (NOTICED.test(left)) return false
  return (
    ANCHORED.test(left.slice(-14)) ||
    /^(?:有雨|雨量|有效|累计|降雨|到账|退款|免费|可退|包退|的(?:数据|记录|照片|录像|监控|台账|票据))/.test(right)
  )
}

/** 今晚 said in the morning cannot tell of the past. */
function isStillAhead({ mention: { day, parts, clock } }: Resolved, at: EpochMs): boolean {
  const hour = chinaTime(at).hour
  const last = parts.at(-1)?.part
  if (day?.today !== true || clock?.doubtful === true) return false
  return (last === 'night' && hour < 18) || (last === 'afternoon' && hour < 12)
}

/** 今天把检查发现的隐患改完: an order, whatever it mentions. */
const ORDERS =
  /^(?:之?内|[就都再也先全统一]{0,2}(?:把|务必|必须|要(?!闻|求)|请|得|须|应|抓紧|给我|报我|发我|交我|麻烦|记得|别|不得))/

/** A reading that could as well lie behind, in a clause that tells of something done. */
function tellsOfPast(found: Resolved, { left, right, after }: Around, at: EpochMs): boolean {
  const { day, clock, limit } = found.mention
  if (found.mention.span !== null || isStillAhead(found, at) || (!limit && ORDERS.test(right))) return false
  const owed = /^[要应该需]?[交报做完]\S{0,2}的/.test(right) ? after.slice(0, 30) : right
  if (limit) return day?.mayBePast?.(at) === true && clock === null && OVERDUE.test(`${left}⏰${owed}`)
  if (day?.today && clock === null && found.mention.parts.length === 0) return HAPPENED.test(right)
  const nextYear = day?.month !== undefined && (found.moment ?? at) - at > 200 * DAY_MS
  const open = day === null || day.today || day.mayBePast?.(at) === true || nextYear
  if (!open) return false
  if (REPORTED.test(right) || DONE_OF.test(right)) return true
  if (/(?:已经?|刚刚?|曾)(?:于|在)?$/.test(left)) return !/已定|定于/.test(left)
  if (day?.mayBePast?.(at) !== true) return false
  return OVERDUE.test(`${left}⏰${right}`) || (day.kind === 'date' && !ASKS.test(right))
}

/** Tells what a time does, or null where it is no due time at all. */
export function bearing(found: Resolved, near: Around, at: EpochMs): Bearing | null {
  const { mention } = found
  const { left, right, before } = near
  const strong = isStrong(found)
  const range = mention.end !== null || mention.day?.start !== undefined
  if (
    /期间\($/.test(left) ||
    /^\)?(?:期间)?,?(?:24小时|全天|正常|照常)(?:值班|值守|在线|带班|上班|营业|接诊|开放)/.test(right)
  )
    return null
  if (ABOUT.test(right) || (DURING.test(right) && !range) || IS.test(right)) return null
  if (AFTERWARDS.test(right) && !/内$/.test(right.slice(0, 6))) return null
  if (!range && STARTS.test(right)) return null
  if (mention.day?.every && mention.clock === null && mention.parts.length === 0 && mention.day.kind === 'relative')
    return null
  if (!strong && EXPIRES.test(right)) return 'fact'
  if (VALIDITY.test(left) || (VALIDITY.test(right.slice(0, 6)) && !strong)) return 'fact'
  if ((mention.span !== null || (mention.day?.bound && /relative|workday/.test(mention.day.kind))) && isProcedure(near))
    return null
  if (isSnapshot(found, near, at)) return null
  if (
    AS_OF_LEFT.test(left) &&
    (AS_OF.test(right) || AS_OF.test(near.after.slice(0, 20))) &&
    !/前$/.test(right.slice(0, 2)) &&
    isToday(found, at)
  )
    return null
  if (isDayOf(found, right)) return null
  if (tellsOfPast(found, near, at)) return null
  if (FORECAST.test(left.replace(/未来$/, ''))) return 'fact'
  if (isCancelled(near, strong)) return null
  if (ASKED.test(near.clause) && !strong) return null
  if (
    WEATHER.test(near.clause) &&
    !(strong && ASKS.test(right)) &&
    !/把|请|务必|必须|完成|报|转移|检查|清|演练/.test(near.clause)
  )
    return 'fact'
  if (mention.day?.every && /照常|开放|营业|接诊|办公/.test(before)) return 'fact'
  const free = strong && !mention.day?.period
  if (!free && factual(near, range)) return 'fact'
  if (BASIS.test(before.slice(-8)) && !strong && !/截[至止]$/.test(left)) return 'own'
  if (mention.day?.period && mention.clock === null && !strong && WEAK_NOUN.test(right)) return null
  if (isIdle(found, near)) return null
  const together = /(?:我|咱)们?[^,]{0,4}$/.test(left) && /们|咱/.test(left) && ATTEND.test(right)
  if (SELF.test(left) && !GIVES_ME.test(left) && !together) return 'own'
  if (
    !strong &&
    /^(?:我|我们)(?![县市区镇乡村局院校司])/.test(right) &&
    !/^我们?(?:要(?:用|看|收|带|的)|来收|收)/.test(right)
  )
    return 'own'
  if (!strong && RELAYED.test(left)) return 'own'
  if (!strong && range && /^的(?!时间)/.test(right)) return null
  if (
    !strong &&
    /^的(?!时间|会(?!议纪要)|.{0,6}(?:会|培训|课|航班|车|票|活动|考试|飞机|高铁|庭|比赛|面试|接待|检查|验收|节点))/.test(
      right,
    )
  )
    return null
  return 'demand'
}

const OF_THE_DAY =
  /^(?:[,。;!?\s]|$|必须|务必|就|要(?!闻)|完成|传|写|整理|送|领|交(?!通|接班)|报(?!表|告|名)|上报|办结|处理|清|反馈|整改|录入|归|补|把|解决|回|发(?!生|现|放)|结|销|到)/

/** 当日进度, 当天数据: the day's own, no limit. */
function isDayOf({ mention }: Resolved, right: string): boolean {
  const bare = mention.day?.same === true && mention.clock === null && mention.parts.length === 0 && !mention.limit
  return bare && !OF_THE_DAY.test(right)
}

/** 截至今日10:00,完成率…: a clause of its own before figures. */
function isSnapshot(found: Resolved, { left, right, after }: Around, at: EpochMs): boolean {
  if (!/^截[至止]到?$/.test(left) || right !== '' || !isToday(found, at)) return false
  return /\d|[一二三四五六七八九十]+[户人件个]/.test(after.slice(1, 24)) && !/请|务必|必须|把/.test(after.slice(0, 24))
}

const isToday = (found: Resolved, at: EpochMs) => found.moment === null || found.moment - at < 24 * 3_600_000

function isCancelled({ clause, right, after }: Around, strong: boolean): boolean {
  if (/(?:改|调整?|延期|推迟|延|提前|挪|顺延|变更|延长|延后)(?:为|到|至|成)$/.test(clause.split('⏰')[0] ?? ''))
    return false
  if (CANCELLED.test(clause)) return true
  if (strong) return false
  const rest = after.slice(right.length + 1)
  const next = /^[^,。;!?\n]*/.exec(rest)?.[0] ?? ''
  return next.length < 16 && CANCELLED.test(next) && !/未|不[报交]|逾期|否则|[前内]/.test(next)
}

function factual({ left, right, clause, after }: Around, range: boolean): boolean {
  if (!range && EFFECT.test(right.slice(0, 14)) && !/报|交|完成/.test(right)) return true
  if (OUTAGE.test(right.slice(0, 16)) || (OUTAGE.test(left) && !ASKS.test(right)))
    return !/^[^,]*(?:报|交|完成|把)/.test(right)
  if (OPENING.test(clause.replace(/\([^)]*\)/, ''))) return true
  if (MAINTENANCE.test(right.slice(0, 12)))
    return !/请|把|必须|务必|要|安排|完成|做好|集合|参加|到岗|到场|组织|集中|开展|各/.test(`${clause}${after}`)
  return false
}

/** A long period is a due time where its own clause goes on to ask; the noun it may qualify (上半年耗材) asks nothing. */
const DONE_BY =
  /^(?:[,。;!?\s]|$|必须|务必|要(?!闻)|就?得|须|应|完成|全部|全面|都|确保|力争|交(?!通)|报(?!表)|上报|把|将|建成|实现|达到?|清|销|办|收|给|弄|搞|做|填|补|统一|再|截|到位|出|发(?!奖|现|放|生)|之?前|验收|结|签|到|开(?!支|销))/

/** A time without a word that limits it counts only where the sentence asks something or calls together. */
function isIdle(found: Resolved, { left, right, before, after }: Around): boolean {
  const { day, clock, parts, limit, end } = found.mention
  if (limit || end !== null || day?.start !== undefined) return false
  if (/[“"「『]$/.test(left) || NOT_PUT_OFF.test(left)) return true
  if (clock !== null && parts.length === 0 && day === null && LOGGED.test(right)) return true
  // 今天周三: says what day it is.
  if (day?.today && clock === null && parts.length === 0 && found.mention.to > day.to) return true
  const whole = `${before}${after}`
  const asks = ASKS.test(whole) || ATTEND.test(whole)
  if (day?.period && day.kind === 'month-part' && clock === null) {
    return !asks || !(DONE_BY.test(right) || /(?:即日|现在|今[天日]|明[天日])?起?(?:至|到|-)$/.test(left))
  }
  if (day === null && clock === null) return !(ASKS.test(right) || /(?:请|务必|必须|要|@|把|各|大家)/.test(left))
  if (/的(?:反馈|通报|通知|精神|要求|纪要|文件|结果|问题)/.test(right.slice(0, 18)) && clock === null) return true
  return !asks && !(day !== null && (clock !== null || (parts.length > 0 && !day.today)))
}

const NOT_PUT_OFF = /(?:不|别|莫)(?:要|能|得|许)?(?:拖|等|留|压)[^,]{0,3}$/
/** 7:20那趟, 8:12 at the end of a watermark. */
const LOGGED = /^(?:雨情|水情|水位|测温|巡检|实时|路况|数据|监测|报$|的?那[趟班场]|的?这[趟班场]|的班车)/
