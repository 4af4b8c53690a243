import { createNameRedactor } from './names.ts'
import { createPseudonyms } from './pseudonyms.ts'

/** What identifies by itself; looked for before names, since some are found beside these. */
const IDENTIFIERS: readonly (readonly [RegExp, string])[] = [
  [/(?:https?:\/\/|www\.)[^\s\p{Script=Han}。、「」《》【】]+/giu, '〔链接〕'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}/g, '〔邮箱〕'],
  [/(?<=(?:微信|QQ|账号|账户|卡号|工号|学号)号?:?\s{0,3})[A-Za-z0-9_-]{4,32}/gi, '〔账号〕'],
  [
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s-]?[A-Z0-9]{5,6}(?![A-Z0-9])/g,
    '〔车牌〕',
  ],
  [/(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])/g, '〔证件号〕'],
  [/(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)/g, '〔电话〕'],
  [/(?<!\d)(?:0\d{2,3}[-\s]?\d{7,8}(?:转\d{1,6})?|[48]00[-\s]?\d{3}[-\s]?\d{4})(?!\d)/g, '〔电话〕'],
]

const FIGURE = '\\d{1,20}(?:[.,]\\d{1,20}){0,6}'
const NUMERAL = '[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]'
const FIGURES: readonly (readonly [RegExp, string])[] = [
  [/\d{4}[-/.]\d{1,2}[-/.]\d{1,2}/g, '〔时间〕'],
  [/\d{2,4}年(?:\d{1,2}月(?:\d{1,2}[日号]?)?)?|\d{1,2}月\d{1,2}[日号]?|\d{1,2}[日号](?!楼|线|院)/g, '〔时间〕'],
  [/\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}[点时](?![要意建内说希])(?:\d{1,2}分?|半)?/g, '〔时间〕'],
  [
    new RegExp(
      `[\\u00a5\\uffe5$]\\s?${FIGURE}[万亿千百]{0,2}|(?:${FIGURE}[万亿千百]{0,2}|${NUMERAL}{1,20})余?(?:元|块钱|美元)`,
      'g',
    ),
    '〔金额〕',
  ],
  [new RegExp(FIGURE, 'g'), '〔数〕'],
  [/\p{Nd}+|\p{N}{4,}/gu, '〔数〕'],
  [/[〇零一二三四五六七八九幺]{4,}/g, '〔数〕'],
  [/〔数〕(?:[\s,.-]?〔数〕)+/g, '〔数〕'],
]

/** Full-width letters, digits and punctuation in half width, so that every pattern knows one width only. */
const halfWidth = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))

const replaceAll = (text: string, patterns: readonly (readonly [RegExp, string])[]): string =>
  patterns.reduce((plain, [pattern, placeholder]) => plain.replace(pattern, placeholder), text)

const GAP = '〔略〕'
/** The beginning and the end of a text, at most `limit` code units. */
function bounded(text: string, limit: number): string {
  if (text.length <= limit) return text
  const head = Math.floor((limit - GAP.length) * 0.75)
  const tail = limit - GAP.length - head
  return (text.slice(0, head) + GAP + text.slice(text.length - tail)).toWellFormed()
}

/**
 * A redactor for the texts of one conversation: the same person gets the same placeholder in all of them.
 * Names (see `createNameRedactor`; `names` are those known to be names), telephone numbers, identity and account
 * numbers, plates, addresses on the net, dates, sums and every other figure become placeholders in 〔〕; no decimal digit
 * is left. Names of places and units stay. The result has at most `limit` code units and no invisible characters.
 */
export function createRedactor(names: readonly string[] = []): (text: string, limit: number) => string {
  const redactNames = createNameRedactor(names, createPseudonyms('人'))
  return (text, limit) => {
    const visible = text
      .toWellFormed()
      .replaceAll('\t', ' ')
      .replace(/[\p{Cf}\p{Mn}\p{Me}]|(?!\n)\p{Cc}/gu, '')
    // Brackets of the placeholders' kind are ours alone.
    const plain = halfWidth(visible).replaceAll('〔', '[').replaceAll('〕', ']')
    return bounded(replaceAll(redactNames(replaceAll(plain, IDENTIFIERS)), FIGURES), limit)
  }
}

/** One text by itself, at most 2,000 code units of it: what is safe to send, with placeholders for what was not. */
export const redact = (text: string, names: readonly string[] = []): { text: string } => ({
  text: createRedactor(names)(text, 2_000),
})
