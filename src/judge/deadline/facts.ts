import { ASKS } from './asks.ts'
import { ATTEND } from './attend.ts'
import type { Around } from './clause.ts'

const VALIDITY =
  /有效期|有效至|有效到|保质期|质保|使用期|服务期|任期|聘期|合同期|租期|授权期|证书?到期|保修|执行至|实施至|期限为.{0,8}至$|(?:年检|年审|检验|保险|授权)[^,]{0,4}[到至]$/
const EXPIRES =
  /^(?:就|将|即将|也)?(?:到期|期满|届满|过期|失效|截断)|^(?:[、,和及]|\(.{0,6}\))*(?:正常|照常|补)?上班$|^补[班课]|^方向/
/** 预计3月20日通车. */
const ROUGHLY = /(?:大概|大约|差不多)[^,]{0,2}$/
const FORECAST = /预计|预报|估计|可能|据悉|据气象|未来|有望|可望|或将|大概率/
const WEATHER =
  /[大中小暴阵雷]雨|雨夹雪|[大中小暴]雪|降雨|降雪|降温|气温|寒潮|台风|大风|[0-9一二三四五六七八九十]级风|高温|雾|霾|多云|晴|阴天|雷电|强对流|℃|升温|潮位|洪峰|预警/
const OUTAGE =
  /停电|停水|停诊|停止|停供|停售|停气|停暖|停机|停用|停运|停业|停航|停课|断网|断电|断水|断路|封闭|封路|封道|封桥|封航|封控|闭馆|闭园|闭店|限行|限号|管制|放假|休市|休假|歇业|关闭|关停|暂停|不营业|不开(?!会)|不开放|不上班|绕行|中断/
const OPENING =
  /(?:早餐|午餐|晚餐|食堂)[^,]{0,4}⏰|(?:开放|营业|办公|服务|接待|门诊|就餐|供应|供水|供电|供暖|开馆|作息|咨询|上下?班|经营|运营|开门|食堂|早餐|午餐|晚餐)时[间段]|[开营](?:放|业)?[到至]⏰|⏰[、,]?(?:对外)?(?:办公|营业|接诊|开放|开馆)(?![室厅用前])|(?:最后入[园场馆]|末班)[^,]{0,3}⏰|⏰关(?:门(?!后)|[,。;]|$)|⏰开门(?!后|前)|照常|延长运营|对外(?:开放|办公|服务|接待|营业)|(?<!公)开放$|开放[至到]|延时服务|免费开放|正常(?:营业|开放|上班|办公|接诊|供应)|开门|营业|值班电话/
/** 门诊时间:8点到12点. */
const HOURS = /(?:开放|营业|办公|服务|接待|门诊|就餐|供应|开馆|作息|咨询|经营|运营|开门)时[间段]:$/
const EFFECT =
  /施行|实施|生效|执行新|启用|实行|启动运行|正式运行|上线运行|起执行|恢复(?:供|通|营|运|正常|开放)|开通|通车|投产|开业|开园|开市|上市|发薪|发工资|到账|扣款|调价|涨价|开学|开考|揭晓|公布|发布|到货|出成绩|出结果/
const MAINTENANCE = /检修|维护|升级|切换|割接|演习|喷洒|消杀|施工|上线/

/** The clause is about the weather and asks nothing. */
export const isWeather = ({ right, clause }: Around, strong: boolean): boolean =>
  WEATHER.test(clause) &&
  !(strong && ASKS.test(right)) &&
  !/把|请|务必|必须|完成|报|领|交|转移|检查|清|演练/.test(clause)

export const isForecast = ({ left }: Around, strong: boolean): boolean =>
  FORECAST.test(left.replace(/未来$/, '')) || (!strong && ROUGHLY.test(left))

/** 有效期至3月31日, 6月20日到期. */
export const isValidity = ({ left, right }: Around, strong: boolean): boolean =>
  VALIDITY.test(left) || (!strong && (EXPIRES.test(right) || VALIDITY.test(right.slice(0, 6))))

const PAY = /(?:工资|奖金|补贴|津贴|绩效|福利|薪)[^,]{0,6}$/
const COMES = /到岗|到位|到齐|到场|集合|报到/

/** States of the world that a time may tell of: what takes effect, is cut off, opens or is worked on. */
export function isState({ left, right, clause, before, after, follows }: Around, range: boolean): boolean {
  if (PAY.test(left) && /^(?:统一|开始)?发(?!我|给我|群|一份)/.test(right)) return true
  if (range && /放假|调休/.test(before.slice(-12)) && !ASKS.test(right)) return true
  if (!range && EFFECT.test(right.slice(0, 14)) && !/报|交|完成/.test(right)) return true
  const late = /逾期|过[时期]|届时|到时|之后/.test(follows)
  if (OUTAGE.test((range && !late ? follows : right).slice(0, 16)) || (OUTAGE.test(left) && !ASKS.test(right)))
    return !/^[^,]*(?:报|交|完成|把)/.test(right)
  if (OPENING.test(clause.replace(/\([^)]*\)/, '')) || HOURS.test(before)) return !COMES.test(after)
  if (/^开(?:[,。;]|$)/.test(right) && !ATTEND.test(before)) return true
  if (MAINTENANCE.test(right.slice(0, 12)))
    return !/请|把|必须|务必|要|安排|完成|做好|集合|参加|到岗|到场|到位|值守|准时|组织|集中|开展|各/.test(
      `${clause}${after}`,
    )
  return false
}
