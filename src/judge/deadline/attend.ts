import type { Around } from './clause.ts'

/** What people come to at an hour. */
export const ATTEND =
  /(?<!委员|居委|村委|常委|业委|理事|监事|董事|联合|可能|[社机工学协商不都能就还才误体领约也])会(?!计|员|同|费|展部|被|把|有|不|更|影|使|导|造|给|让|跟|再|去|来|发|继|陆|在|尽|及|按|认|安|做|积)|培训|开庭|庭审|集合|乘车|上车|发车|(?:检查|督查|督导|考核|验收|巡察|巡视|审计|考察|专家|工作|调研)组(?:[来到进莅]|.{0,6}(?:检查|督查|督导|来))|调研|值班|值守|带班|考试|[上听讲授党法开]课|讲座|比赛|演练|直播|面试|笔试|彩排|签约|听证|座谈|观摩|轮训|参训|集训|典礼|仪式|就餐|到场|入场|进场|报到|参观|巡查|路演|宣讲|聚餐|出发|开课|授课|答辩|研讨|论坛|点名|点验|到岗|(?:[省市县区厅局办部]|总部|集团|上级)[^,各]{0,8}(?:来|莅|交叉|实地|现场|飞行)(?:我[^,]{1,3})?(?:检查|督查|督导|考核|暗访|调研|验收|审核)/

/** What people do by an hour, or within hours. */
export const HAND_IN =
  /领|交|报名|上报|填报|申报|登记|收(?!看|听)|办理|填|采集|缴|提交|投票|整改|自查|排查|清点|征集|征求|公示|录入|核对|补|认购|预约|选课|确认|反馈|报送|提报|打扫|整理|完成|盘点|接种|采样|投放|施工|抢修|受理|下载|打印|更换|摸排|走访|检查(?!组)|销售|促销/

/** Something to attend counts from its start, work until its end. */
export function isAttended({ left, before, after, follows }: Around): boolean {
  const attend = follows.search(ATTEND)
  const work = follows.search(HAND_IN)
  if (attend !== -1 || work !== -1) return attend !== -1 && (work === -1 || attend < work)
  const lastOf = (pattern: RegExp) => Math.max(-1, ...[...left.matchAll(new RegExp(pattern, 'g'))].map((m) => m.index))
  if (lastOf(ATTEND) !== lastOf(HAND_IN)) return lastOf(ATTEND) > lastOf(HAND_IN)
  const wide = `${before}⏰${after}`
  return ATTEND.test(wide) && !HAND_IN.test(wide)
}
