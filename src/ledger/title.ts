import { chinesePunctuation } from './fold-width.ts'

const LONGEST = 28

const NOT_WORK =
  /@\S+|\[[^\]]{1,4}\]|[【[](?:紧急|重要)?(?:通知|提醒)[】\]]|(?:紧急|重要)?(?:通知|提醒):|收到(?:的)?请?回复[^,。;!]*|各位(?:同事|领导|老师|同志)?[,:!]?|(?:大家|同志们)(?:好|早上好)?[,:!]|(?:麻烦|辛苦)(?:各位|大家|你|您)?/gu
const LEAD =
  /^[\s,。.;:!、~)\]】>]+|^(?:请|另外|还有|然后|那|嗯|好的?|行)[, ]?|^(?:于|在|最迟|务必)(?=[今明后本下这上中周\d])|^(?:(?:今|明|后)(?:天|日|晚|早)|(?:上|下|中)午|(?:下|本|这)?周[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]?|\d{1,2}[日号](?=$|[\s,]|之?前|上午|下午|中午|晚|早|\d)|[\d一二三四五六七八九十]{1,3}(?:点半?|时|:\d\d)|下班)(?:之?前)?(?:务必|一定)?/u
const CLAUSE = /[。;!?\n]+/u
const SEGMENT = /[,]+/u
const ACTION =
  /[把将]|报|交|统计|核|查|修|清|送|做|写|准备|参加|开会|召开|完成|整改|联系|通知|落实|安排|补|改|发|填|领|拉|带|组织|换|关|转|巡|检|测|装|拆|提交|登记|走访|值|讨论|定|派|叫|还|看|写|培训|学/u

/** The matter of a message in a few words, at most 28 characters: from where it first says what to do or what is wrong. */
export function titleOf(text: string, kind: 'task' | 'problem'): string {
  const plain = text.normalize('NFKC').replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
  const clauses = plain.replace(NOT_WORK, ' ').split(CLAUSE).map(tidy).filter(Boolean)
  const chosen = clauses.find((clause) => clause.length >= 4) ?? clauses[0] ?? plain.replace(/\s+/gu, ' ').trim()
  const characters = [...(kind === 'task' ? fromAction(chosen) : chosen)]
  if (characters.length === 0) return '(无文字)'
  const short = characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : characters.join('')
  return chinesePunctuation(short)
}

/** The clause from its first segment that tells somebody to do something; what stands before is the occasion. */
function fromAction(clause: string): string {
  if ([...clause].length <= LONGEST) return clause
  const segments = clause.split(SEGMENT)
  const first = segments.findIndex((segment) => ACTION.test(segment) && segment.length >= 4)
  return first > 0 ? tidy(segments.slice(first).join(',')) : clause
}

function tidy(clause: string): string {
  let rest = clause.replace(/\s+/gu, ' ').trim()
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest.replace(LEAD, '')
  }
  return rest.replace(/[\s,、:]+$/u, '')
}
