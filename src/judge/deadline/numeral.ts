/** Source of a pattern for a count up to 99, in Arabic or Chinese numerals, not the tail of a longer number. */
export const NUMBER =
  '(?:(?<![\\d.第])\\d{1,2}|(?:(?<![零一二三四五六七八九十百千第]|[周期拜](?=[一二三四五六日天]))|(?<=[周期拜][一二三四五六日天]))[一二两三四五六七八九十廿卅]{1,3})'

/** The same without the look-behind, for places where something fixed precedes it. */
export const PLAIN = '(?:\\d{1,2}|[零一二两三四五六七八九十廿卅]{1,4})'

const DIGITS = '零一二三四五六七八九'

function digit(char: string | undefined): number {
  if (char === '两') return 2
  return char === undefined ? Number.NaN : DIGITS.indexOf(char)
}

/** Reads `15`, `十五`, `二十八`, `廿八`, `零五`; NaN for what is no number (`两三`). */
export function numeral(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const written = text.replace('廿', '二十').replace('卅', '三十')
  const ten = written.indexOf('十')
  if (ten === -1) {
    if (written.length === 2 && written[0] === '零') return digit(written[1])
    return written.length === 1 ? digit(written) : Number.NaN
  }
  const tens = ten === 0 ? 1 : ten === 1 ? digit(written[0]) : Number.NaN
  const rest = written.slice(ten + 1)
  const ones = rest === '' ? 0 : rest.length === 1 ? digit(rest) : Number.NaN
  return tens < 1 || ones < 0 ? Number.NaN : tens * 10 + ones
}

/** Reads a year in digits of either script: `2026`, `二零二六`. */
export function yearOf(text: string): number {
  return Number([...text].map((char) => (DIGITS.includes(char) ? DIGITS.indexOf(char) : char)).join(''))
}
