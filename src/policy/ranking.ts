import { foldText } from './words.ts'

const HAN = '\\p{Script=Han}'
/** What units at the grass roots are called by. */
const UNIT = `${HAN}{1,8}(?:村|社区|镇|乡|街道|局|办|组|科|所|站|中心|支部|单位|公司|网格|学校|小学|中学|部|队|区|县|班|院)`
/** The hundred commonest family names: five people in six. */
const FAMILY =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤'
const NAMED = `@?(?:${UNIT}|[${FAMILY}]${HAN}{1,2}?(?:同志)?)`
const FIGURE = '\\s{0,3}(?:[:(]\\s{0,3})?\\d{1,9}(?:\\.\\d{1,4})?\\s{0,3}(?:%|分|条|次|个|票|篇|步|名)?\\)?'
const NUMBER = '(?:\\d{1,2}\\s{0,3}[.、)]\\s{0,3}|第[一二三四五六七八九十\\d]{1,3}名?:?\\s{0,3}|[红黑]榜:\\s{0,3})?'
const SEPARATOR = '[、,;\\s]{1,4}'
const ENTRY = `${NUMBER}${NAMED}(?:${FIGURE})?`
const EDGE = '(?=$|\\P{L})'

/** So many people or units in a row, each perhaps with a number before and a figure after it. */
const listOf = (many: number): RegExp => new RegExp(`${ENTRY}(?:${SEPARATOR}${ENTRY}){${many - 1}}${EDGE}`, 'u')

const THREE = listOf(3)
const TWO = listOf(2)

const RANKS =
  /排名|排行|名次|倒数|垫底|末位|红黑榜|红榜|黑榜|前[三五十\d]{1,2}名|后[三五十\d]{1,2}名|(?:完成|打卡|参与|答题|学习|关注|点赞|转发)率.{0,8}(?:最低|最高|靠后|靠前|落后)/u
/** `第一名柳河村,第二名青山村`: places given one after the other. */
const PLACED = new RegExp(`第[一二三四五六七八九十\\d]{1,3}名?\\s{0,3}[:是为]?\\s{0,3}${NAMED}`, 'gu')

/** What is asked for form's sake; 报送 or 办理 is not among it: to chase a result is work. */
const FOR_FORM =
  '(?:打卡|签到|接龙|点赞|转发|投票|回复|回复收到|关注|答题|学习打卡|登录|发图|留痕|上传(?:照片|截图|图片|视频|定位)|参与(?:投票|答题|接龙)|晒图|拍照)'
const NAMES_THE_SILENT = new RegExp(`(?:尚未|还未|未|还没有?|没有?)(?:按时|及时|完成|进行|去)?${FOR_FORM}`, 'u')

/**
 * True where a message ranks people or units by a list, or names those who have not posted, liked or checked in. A
 * result such as 「在全县排名第一」 is a boast and no ranking: it takes a list of people or units. No quantifier here is
 * without a bound: the time grows with the text alone.
 */
export function ranksPeople(text: string): boolean {
  const plain = foldText(text)
  if (NAMES_THE_SILENT.test(plain)) return TWO.test(plain)
  const placed = plain.match(PLACED)
  if (placed !== null && placed.length >= 2) return true
  return RANKS.test(plain) && THREE.test(plain)
}
