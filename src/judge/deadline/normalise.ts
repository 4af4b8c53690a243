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
for (const [old, now] of [
  '週周',
  '內内',
  '點点',
  '號号',
  '時时',
  '後后',
  '兩两',
  '間间',
  '禮礼',
  '開开',
  '報报',
  '請请',
  '應应',
  '須须',
  '會会',
  '節节',
  '國国',
  '慶庆',
  '準准',
  '個个',
  '鐘钟',
].map((pair) => [...pair])) {
  if (old !== undefined && now !== undefined) SAME.set(old, now)
}
for (const dash of '‐‑‒–—―─～〜~') SAME.set(dash, '-')

const UNUSUAL = /[^\n\u0020-\u007d\u4e00-\u9fff。、]|[週內點號時後兩間禮開報請應須會節國慶準個鐘]/
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
