import { readNumber } from '../../ledger/numeral.ts'
import type { GroupOrder, Order } from './order.ts'

/** Longer words to the bot are no order. */
const LONGEST = 120

const AGAIN = '(?:更改|修改|改动|变更|设置)'
const WORDS: Readonly<Record<GroupOrder, string>> = {
  rules: '(?:查看|看看)?(?:本群|群内|群)?规则|群规|本群约定|(?:本群)?规则是什么|本群有(?:什么|哪些)规则',
  trial: '(?:查看|看看)?试运行(?:报告|结果|情况|效果)?|观察(?:报告|结果|情况)',
  enforce: '(?:正式)?启用(?:规则|提醒)?|开启(?:规则|提醒)|规则启用',
  observe: '停用(?:规则|提醒)?|关闭提醒|(?:改回|回到|改为|转为|恢复|继续|只|仅)观察',
  undo: `撤销(?:上次|上一次|最近|规则|刚才的?)*${AGAIN}?|恢复上(?:一|个|一个)版本?|回退(?:规则|${AGAIN})`,
  speak:
    '(?:取消|结束|解除|停止|退出|关闭)(?:应急)?静默|(?:取消|结束|解除|退出)(?:应急|暂停)|恢复(?:发言|说话|提醒)?|继续提醒',
  'list-appeals':
    '(?:查看|看看)?(?:待处理的?|待办的?|未处理的?|所有|全部)?申诉(?:列表|清单|队列)|(?:查看)?(?:待处理|待办|未处理)的?申诉',
}
const GROUP_WORDS = Object.entries(WORDS).map(
  ([name, words]) => [name as GroupOrder, new RegExp(`^(?:${words})$`, 'u'), tailed(words)] as const,
)

/** The same with the name of a group behind a space, a colon or in brackets. */
function tailed(words: string): RegExp {
  return new RegExp(`^(?:${words})(?:\\s+|\\s*:\\s*|(?=[「『"“(]))[「『"“(]?(?<group>[^\\n]{1,40}?)[」』"”)]?$`, 'u')
}

const MY_RECORD = /^(?:查看|看看)?(?:关于)?我的(?:记录|个人记录|数据|资料)$/u

const NUMBER = '(?:第|#|编号)?\\s*(?<number>\\d{1,5}|[一二两三四五六七八九十百]{1,5})'
/** What is counted is no number of an appeal: 「同意申诉2件」. */
const COUNTED = '(?![\\s,:;]*(?:件|起|人(?!员)|份|户|宗|例|次|条(?!例)|个(?!人|别)|项(?!目)|批|家))'
const DECIDE = new RegExp(
  `^(?<verb>同意|支持|通过|采纳|驳回|不同意|不采纳|拒绝)\\s*申诉\\s*${NUMBER}\\s*号?${COUNTED}(?:[\\s,:;]+(?:(?:理由|原因)\\s*:?\\s*)?(?<reason>.+))?$`,
  'su',
)
const NUMBERED: readonly (readonly ['who-read' | 'confirm-read' | 'start-confirmation', RegExp])[] = [
  ['who-read', /^(?:谁看过|谁看了|谁已阅|谁读过|谁读了|(?:查看)?(?:已读|已阅|阅读)(?:情况|名单))/u],
  ['confirm-read', /^(?:我?已阅|确认已阅)/u],
  ['start-confirmation', /^(?:开启|开始|发起|打开|启动)静默确认|^静默确认$/u],
]
const AN_ITEM = new RegExp(`^\\s*(?:${NUMBER}\\s*号?)?$`, 'u')

const EMERGENCY = /^(?:(?:进入)?(?:应急|紧急)静默|进入(?:应急|紧急)(?:状态)?(?=\s*(?:到|至|直到)))(?<rest>.*)$/su
const PAUSE = /^(?:静默|暂停(?:发言|说话|提醒)?|安静|免打扰|(?:先)?(?:别|不要)说话)(?<rest>.*)$/su
/** Until when, or how long; 「静默管理」 and 「暂停2号泵」 name neither. */
const UNTIL =
  /^\s*(?:(?:到|至|直到)\s*(?=.*[\d点时分天周日月年早晚午夜班一二三四五六七八九十])|(?:\d{1,3}|半|[一二两三四五六七八九十]{1,3})\s*(?:个半?|半)?(?:小时|钟头|分钟|天|周|星期)(?:[\s,:;]|$))/su
/** Words of work: who tells people to do something does not tell the bot to be silent. */
const WORK = /[请需须]|不得|务必|各[村组社单科股站所办小]|全体|全部|所有|大家|报[送表到]|上报|汇报|登记|排查|落实/u

const EXEMPT = /^(?<verb>(?:取消|解除|撤销|移除|移出)豁免(?:名单)?|(?:加入|添加)?豁免(?:名单)?)(?<people>.*)$/su
/** People follow at once with `@`, or set off: 「豁免条款请法务看一下」 speaks of something else. */
const PEOPLE = /^(?:\s*(?=@)|\s+|\s*:\s*|$)/u

const marksOff = (text: string) => text.replace(/[\s。!~.?,]+$/u, '')

function silenceIn(plain: string): Order | null {
  const emergency = EMERGENCY.exec(plain)?.groups?.rest
  const rest = emergency ?? PAUSE.exec(plain)?.groups?.rest
  if (rest === undefined || WORK.test(rest)) return null
  if (rest !== '' && !UNTIL.test(rest)) return null
  return { name: 'silence', kind: emergency === undefined ? 'paused' : 'emergency', rest: rest.trim() }
}

function exemptIn(plain: string): Order | null {
  const { verb = '', people = '' } = EXEMPT.exec(plain)?.groups ?? {}
  if (verb === '' || !PEOPLE.test(people)) return null
  return {
    name: 'exempt',
    exempt: !/^[取解撤移]/u.test(verb),
    people: people.replace(/^\s*:?\s*/u, '').trim(),
  }
}

function numberedIn(plain: string): Order | null {
  const decided = DECIDE.exec(plain)?.groups
  const number = readNumber(decided?.number ?? '')
  if (decided && number !== null)
    return {
      name: 'decide-appeal',
      number,
      upheld: !/^[驳不拒]/u.test(decided.verb ?? ''),
      reason: decided.reason?.trim() ?? '',
    }
  for (const [name, word] of NUMBERED) {
    const found = word.exec(plain)
    const item = found && AN_ITEM.exec(plain.slice(found[0].length))
    if (item) return { name, number: readNumber(item.groups?.number ?? '') }
  }
  return null
}

/**
 * Reads a text that is addressed to the bot, its mention already taken off, as an order; null where it is none. Where a
 * platform brings only what mentions the bot all work comes this way: what could be an ordinary sentence is no order.
 */
export function readOrder(text: string): Order | null {
  const plain = marksOff(text.normalize('NFKC').trim())
  if (plain === '' || plain.length > LONGEST) return null
  const bare = plain.replace(/\s+/gu, '')
  if (MY_RECORD.test(bare)) return { name: 'my-record' }
  for (const [name, word] of GROUP_WORDS) if (word.test(bare)) return { name, groupName: '' }
  const special = numberedIn(plain) ?? exemptIn(plain) ?? silenceIn(plain)
  if (special) return special
  for (const [name, , withName] of GROUP_WORDS) {
    const groupName = withName.exec(plain)?.groups?.group
    if (groupName !== undefined) return { name, groupName: groupName.trim() }
  }
  return null
}
