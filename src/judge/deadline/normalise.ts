/** A text in one width of characters, with the way back to the original. */
export interface Normalised {
  text: string
  /** Index in the original of index `i` of `text`; `text.length` maps to the original's length. */
  origin: (i: number) => number
}

const SAME = new Map<string, string>(
  Object.entries({
    '\u3000': ' ',
    '\u00a0': ' ',
    '\t': ' ',
    〇: '零',
    '。': '。',
    '，': ',',
    '、': '、',
    '﹣': '-',
    '−': '-',
  }),
)
/** Traditional characters of the words that this room reads, each before its simplified form. */
const TRADITIONAL =
  '週周內内點点號号時时後后兩两間间禮礼開开報报請请應应須须會会節节國国慶庆準准個个鐘钟這这務务發发辦办結结給给將将過过讓让繳缴領领總总彙汇匯汇傳传檢检預预參参訓训課课單单業业關关還还離离從从歸归遲迟續续裡里來来為为與与達达實实準准寫写對对準准確确認认傢家議议臺台灣湾舉举辭辞題题護护補补換换買买賣卖場场東东門门車车飯饭齊齐簽签訂订調调維维緊紧驗验標标'
const OLD = [...TRADITIONAL].filter((_, i) => i % 2 === 0)
for (const [i, old] of OLD.entries()) SAME.set(old, TRADITIONAL[i * 2 + 1] ?? old)
for (const dash of '‐‑‒–—―─～〜~') SAME.set(dash, '-')

const UNUSUAL = new RegExp(`[^\\n\\u0020-\\u007d\\u4e00-\\u9fff。、]|[${OLD.join('')}]`)
const NEEDS_WORK = new RegExp(`${UNUSUAL.source}| |--`)
const EACH_UNUSUAL = new RegExp(UNUSUAL.source, 'g')
const CJK = /[\u4e00-\u9fff]/
const isDigit = (char: string | undefined) => char !== undefined && char >= '0' && char <= '9'

/** One code unit for one: full width to half width (the part of NFKC that keeps indexes), every dash to `-`. */
function narrow(char: string): string {
  const code = char.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return SAME.get(char) ?? narrow(String.fromCharCode(code - 0xfee0))
  return SAME.get(char) ?? char
}

const oneWidth = (text: string): string => text.replace(EACH_UNUSUAL, narrow)

/** A run of dashes is one dash, and a space between a digit and a Chinese character (`9 月 18 日`) is none. */
function isDropped(text: string, i: number): boolean {
  const char = text[i]
  if (char === '-') return text[i - 1] === '-'
  if (char !== ' ') return false
  const before = text[i - 1] ?? ''
  const after = text[i + 1] ?? ''
  if (before === '-' || after === '-' || before === ' ') return true
  return (isDigit(before) && CJK.test(after)) || (CJK.test(before) && isDigit(after))
}

/** Brings a text to half-width digits and punctuation, without the spaces that only set it. */
export function normalise(original: string): Normalised {
  if (!NEEDS_WORK.test(original)) return { text: original, origin: (i) => i }
  const wide = oneWidth(original)
  if (!/ |--/.test(wide)) return { text: wide, origin: (i) => i }
  const kept: number[] = []
  let text = ''
  for (let i = 0; i < wide.length; i++) {
    if (isDropped(wide, i)) continue
    text += wide[i]
    kept.push(i)
  }
  return { text, origin: (i) => kept[i] ?? original.length }
}
