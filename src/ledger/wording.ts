/** What a report says about how far the work is: `unclear` where it says neither. */
export type Completion = 'complete' | 'partial' | 'unclear'

const ALL_DONE =
  /(?:全部|全都|都已?经?|均已|已经?全|全)(?:已经?)?[^,。;,;!]{0,8}?(?:完成|办结|办完|到位|交|报|发|修|换|清|搞定|弄|解决|恢复|整改|落实|齐|收|通|走完|做完|改完|核完|装|贴|送|录)|齐了|收齐|交齐|全齐|到齐|闭环/
const STILL =
  /还(?:差|剩|缺|有(?!劲)|没|未|在|得|要|需|不(?!错))|剩(?:下|余|\d|一|两|三)|尚(?:未|有|缺)|仍(?:在|有|未)|未(?:完成|到|交|办|修|解决|处理)|没(?:完|弄|做|修|交|报|到|有到|处理|搞)|差(?:\d|一|两|三)/
const UNDER_WAY =
  /正在|在(?:路上|办|修|处理|抢修|弄|做|整理|核|赶|联系|排|等|装|查|推|清|送|拆)|出发了?|动身了?|开始了?|启动了?|着手|动工了?|开工了?|进场了?|联系(?:了|上)|约好了?|安排(?:了|上|好了)|派(?:了|人|车)|(?:^|(?<=[,。;\s我们人傅]))(?:过|上|下)?去了(?=[,。!,!]|$)|(?:收到|知道|明白|看到|了解)了/gu
const LATER =
  /预计|估计|争取|马上|这就|现在就|稍后|待会|等.{0,12}(?:再|后|到|回)|准备|打算|计划|(?:明天|后天|今晚|晚上|下午|明早|下周|周[一二三四五六日]|[\d一二三四五六七八九十]+点半?|[\d一二两三四五六七八九十]+(?:分钟|小时|天)后?).{0,10}(?:能|可以|前|才|到(?!了)|来|弄|开始|送|装|修|换|再|补|出|交|报|发|给您|给你|上门|完成)(?!了|完了)|先.{0,12}(?:再|着|顶|用|垫)|过半|一半|多半|初步/u
const BROKEN = /(?:断|坏|停|爆|漏|堵|塌|丢|掉线|没|不行|不动|不了|晚|忘|病|伤|堵死|卡住)了$/u
const DONE =
  /(?:完成|办结|搞定|解决|恢复|落实|到位|到货|结束|完毕|销号|排除|送到|送达|关闭|修复|正常|合格|齐全)|已(?:经)?.{0,10}?(?:交|报|发|送|换|修|贴|装|改|补|清|拆|搬|收|签|传|录|填|办|完|好|毕|到|齐|处理|整改|解决|恢复|撤|关闭|核|更新|上架|下架|封|转移|通知)|见附件|请(?:查收|审阅|过目)|\[文件\]|(?:没有?|无)(?:问题|异常|缺|隐患|遗漏|漏)/u
const CLAUSE = /[,。!;、\s[(]+/u

/** A clause that ends in 「了」 reports something as done, unless what happened is a mishap. */
const hasHappened = (text: string): boolean =>
  text.split(CLAUSE).some((clause) => /了[啊哈呀哦吧啦]?$/u.test(clause) && !BROKEN.test(clause))
const NOT_DONE = /(?:没|未|不|别|难)(?:能|有)?(?:完成|办结|解决|恢复|到位|交|报|发|修好|弄好)/

const outOf = (text: string): Completion | null => {
  const share = /(\d+)\s*(?:[户个人份处家条台间栋])?\s*[//]\s*(\d+)/.exec(text)
  if (share) return Number(share[1]) >= Number(share[2]) ? 'complete' : 'partial'
  const percent = /(\d{1,3})\s*[%%]/.exec(text)
  if (percent && /完成|进度|已/.test(text)) return Number(percent[1]) >= 100 ? 'complete' : 'partial'
  return null
}

/** Reads how far a report says the work is. What is still owed outweighs what is done. */
export function completionOf(text: string): Completion {
  const all = ALL_DONE.test(text)
  if (STILL.test(text) || NOT_DONE.test(text)) return 'partial'
  const share = outOf(text)
  if (share && !all) return share
  if (all) return 'complete'
  const rest = text.replace(UNDER_WAY, '')
  const last = text.split(CLAUSE).findLast((clause) => clause.length > 1) ?? ''
  if (last.search(UNDER_WAY) >= 0 && !hasHappened(last.replace(UNDER_WAY, ''))) return 'partial'
  const done = DONE.test(rest) || hasHappened(rest)
  if (LATER.test(rest) && !(hasHappened(last.replace(UNDER_WAY, '')) && !LATER.test(last))) return 'partial'
  if (done) return 'complete'
  return rest === text ? 'unclear' : 'partial'
}

const CANCEL =
  /取消(?!资格)|作废|撤销|(?:不用|不必|不需要?)再?(?:报|交|做|弄|搞|去|来|写|统计|填|参加|管|准备|上报|摸排|送|跑|发)|不(?:再)?(?:搞|开|办|报|查|弄|做|要)了|停止(?:执行)?|终止|暂停|暂不|先不要?(?!紧)/
const RESCHEDULE =
  /改[到为成在期]|推迟|延期|延[到至后长]|顺延|提前[到至]|提前(?:一|半|两)|推[到后]|调整[到为至]|往[后前](?:推|延|挪|提)|宽限|放宽到|(?:时间|时限|期限|截止).{0,6}(?:改|变|调|提前|延|推)|最迟(?:到|不)/
const REMINDER =
  /提醒|催|别忘|抓紧|(?:还|尚)(?:没|未|有.{0,10}[没未])|[没未](?:交|报|到|发|填|弄|完成|上报|反馈|回)|(?:还|就|只)(?:差|剩)|怎么样了|到哪|进度|进展|什么情况|咋样|如何了|呢\s*[??]?$|再(?:说|强调|提醒|催|明确|补充)|重申|补充(?:一下|说明|通知)?[,::,一]|快到(?:时间|期|点)|赶紧|抓点紧|等着(?:用|要|汇总)|(?:好|完|齐|到|交|报|弄|做|修)了?(?:没有?|吗)|更正|以.{1,6}为准/
const HAND_OVER =
  /改由|转(?:交|给)|移交|交给|接手|由.{1,8}(?:负责|接手|牵头|跟进|顶)|换(?:成|[^,。,]{1,6}(?:去|来|负责))|顶[上替]|代替|替.{1,6}(?:去|跑|做|弄)/
const CONFIRM =
  /销号|办结|可以了|没问题了?|通过了?|验收|结束了?|到此|齐了|收齐|收到.{0,4}(?:材料|表|数据)了|闭环|完成了?|解决了?|恢复了?|好了|核对无误|已经?报/

export const cancels = (text: string): boolean => CANCEL.test(text)
export const reschedules = (text: string): boolean => RESCHEDULE.test(text)
export const reminds = (text: string): boolean => REMINDER.test(text)
export const handsOver = (text: string): boolean => HAND_OVER.test(text)
/** True where an issuer's words say that a matter is finished. */
export const confirms = (text: string): boolean => CONFIRM.test(text) && completionOf(text) !== 'partial'
