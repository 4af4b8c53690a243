const DIGITS: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
}

/** Reads a whole number from 1 to 99999 as people type one: `3`, `3` in full width, `三`, `十二`, `一百零五`; else null. */
export function readNumber(text: string): number | null {
  const plain = text.normalize('NFKC')
  if (/^\d{1,5}$/.test(plain)) return Number(plain) || null
  if (!/^[零〇一二两三四五六七八九十百千]{1,9}$/.test(plain)) return null
  if (!/[十百千]/.test(plain)) {
    const number = Number([...plain].map((digit) => DIGITS[digit]).join(''))
    return number > 0 && number <= 99_999 ? number : null
  }
  let total = 0
  let digit = 0
  let pending = false
  for (const character of plain) {
    const unit = { 十: 10, 百: 100, 千: 1000 }[character]
    if (unit === undefined) {
      digit = DIGITS[character] ?? 0
      pending = true
    } else {
      total += (pending && digit > 0 ? digit : 1) * unit
      pending = false
    }
  }
  return total + (pending ? digit : 0)
}
