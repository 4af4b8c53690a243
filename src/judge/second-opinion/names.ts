/** Common family names, without those that are everyday characters of work messages (安 全 时 成 向 和 …). */
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔' +
  '钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤庞樊邢欧温庄' +
  '俞翟鲁葛伍聂柴焦柳牛岳尤倪耿詹申翁鲍裴霍柏瞿祝纪舒项祁'
const COMPOUND = '欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|长孙|宇文'
const FAMILY = `(?:${COMPOUND}|[${SURNAMES}])`
const HAN = '\\p{Script=Han}'

const TITLES =
  '书记|主任|主席|委员|干事|助理|秘书|经理|主管|老师|教授|医生|大夫|护士|律师|师傅|同志|先生|女士|校长|院长|园长|厂长|' +
  '处长|科长|股长|站长|所长|局长|厅长|县长|市长|区长|镇长|乡长|村长|部长|会长|队长|组长|班长|店长|行长|董事长|总监|' +
  '网格员|辅导员|指导员|总(?![结体共数是计部量理会])'
const RANK = '(?:常务|党委|党组|党总支|党支部|原)?副?'

/** A family name, alone or with a given name, before a title: 张大勇书记, 王副镇长, 李老师. */
const BEFORE_TITLE = new RegExp(`${FAMILY}(?:(?![副原])${HAN}){0,2}(?=${RANK}(?:${TITLES}))`, 'gu')
/** A full name behind a title, where what follows shows its end: 书记张大勇,… */
const BEHIND_TITLE = new RegExp(
  `(?<=${TITLES})${FAMILY}${HAN}{1,2}(?=[\\p{P}\\s]|$|同志|等|和|与|带|率|到|在|说|去|来)`,
  'gu',
)
/** A name behind the word that announces one: 联系人:张大勇. */
const ANNOUNCED = new RegExp(
  `(?<=(?:联系人|责任人|负责人|经办人|填报人|报告人|户主|姓名|患者|死者|伤者|当事人)(?:为|是|叫)?:?\\s{0,2})${FAMILY}${HAN}{1,2}`,
  'gu',
)
/** A name beside a telephone number. */
const BESIDE_PHONE = new RegExp(
  `${FAMILY}${HAN}{1,2}(?=(?:的?(?:电话|手机|联系电话)(?:号码?)?)?[\\s,、:(]{0,2}〔电话〕)`,
  'gu',
)

const EVERYONE = '(?!所有人|全体成员|全体|all\\b)'
/** Clients put U+2005 behind a mention: all before it is the name. */
const MENTION_MARKED = new RegExp(`@${EVERYONE}([^@\\s]{1,40})(?=\\u2005)`, 'gu')
/** A short run up to a blank or a pause is a name too. */
const MENTION_SHORT = new RegExp(
  `@${EVERYONE}((?:[^@\\s\\p{P}]{1,8}[-—·._])?[^@\\s\\p{P}]{1,4})(?=[\\s\\p{P}@]|$)`,
  'gu',
)
/** Somebody typed on right behind the name: what can be a name goes, at the cost of a character too many. */
const MENTION_TYPED = new RegExp(
  `@${EVERYONE}(${FAMILY}${HAN}(?:(?![请在你把和的今明先麻来去看跟这那尽到已是有说上下报发收好要我他帮再也都就给])${HAN})?|[^@\\s\\p{P}]{1,4})`,
  'gu',
)

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The names a member may be called by: the whole one, and the part after the unit in `柳河村-张大勇`. */
const callNames = (name: string): string[] =>
  [name, name.split(/[-—·\s]/).at(-1) ?? ''].filter((each) => each.length > 1)

function knownNames(names: readonly string[]): RegExp | null {
  const all = [...new Set(names.flatMap(callNames))].sort((a, b) => b.length - a.length)
  if (all.length === 0) return null
  const alternatives = all.map((name) =>
    /^[\x20-\x7e]+$/.test(name) ? `(?<![A-Za-z0-9])${escaped(name)}(?![A-Za-z0-9])` : escaped(name),
  )
  return new RegExp(alternatives.join('|'), 'gu')
}

/**
 * Replaces names of persons: the `known` ones wherever they stand, others behind `@`, beside a title, a telephone number
 * or a word that announces a name. A name in running text that nobody has given stays: nothing marks it as one.
 */
export function createNameRedactor(known: readonly string[], pseudonym: (name: string) => string) {
  const roster = knownNames(known)
  const mention = (_whole: string, name: string) => `@${pseudonym(name)}`
  return (text: string): string => {
    let plain = roster ? text.replace(roster, (name) => pseudonym(name)) : text
    for (const pattern of [MENTION_MARKED, MENTION_SHORT, MENTION_TYPED])
      plain = plain.replace(pattern, (whole, name: string) => (name.startsWith('〔') ? whole : mention(whole, name)))
    for (const pattern of [BEFORE_TITLE, BEHIND_TITLE, ANNOUNCED, BESIDE_PHONE])
      plain = plain.replace(pattern, (name) => pseudonym(name))
    return plain
  }
}
