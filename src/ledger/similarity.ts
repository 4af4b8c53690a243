import { COMMON_BIGRAMS } from './common-bigrams.ts'
import { UNIT_KINDS } from './units.ts'

/** Clock times, dates, units as addressees and calls to answer are not the matter: they would make any two notices alike. */
const NOT_MATTER = new RegExp(
  [
    String.raw`@\S+|\[[^\]]{1,4}\]|(?:今|明|后|昨)(?:天|日|晚|早)|(?:上|下|中)午|(?:下|本|这)?(?:周|星期|礼拜)[一二三四五六日天]`,
    String.raw`[\d一二三四五六七八九十]+(?:月|日|号|点半?|时|分钟?|:\d+|小时)|下班前|之?前|收到|请?回复`,
    `(?:各|每个?|[一二三四五六七八九十]|\\d{1,2})(?:${UNIT_KINDS})`,
  ].join('|'),
  'gu',
)

const RUN = /[\p{L}\p{N}]+/gu

/** Two neighbouring UTF-16 code units as one small integer, which sets hold faster than strings. */
const codeOf = (run: string, index: number): number => (run.charCodeAt(index) << 16) | run.charCodeAt(index + 1)

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const COMMON: ReadonlySet<number> = new Set(COMMON_BIGRAMS.map((pair) => codeOf(pair, 0)))

/**
 * The pairs of neighbouring characters that say what a text is about, as integers, each once, in the order of the text;
 * those of its first 600 characters.
 */
export function bigrams(text: string): Int32Array {
  const seen = new Set<number>()
  const found: number[] = []
  const matter = text.slice(0, 600).normalize('NFKC').toLowerCase().replace(NOT_MATTER, ' ')
  for (const [run] of matter.matchAll(RUN)) {
    for (let index = 0; index + 2 <= run.length; index += 1) {
      if (isDigit(run.charCodeAt(index)) && isDigit(run.charCodeAt(index + 1))) continue
      const pair = codeOf(run, index)
      if (seen.has(pair)) continue
      seen.add(pair)
      found.push(pair)
    }
  }
  return new Int32Array(found)
}

/** What one shared pair is worth: a common one little, one that many items share less than one of this item alone. */
export const pairWeight = (pair: number, itemsWithIt: number): number =>
  (COMMON.has(pair) ? 0.15 : 1) / Math.sqrt(Math.max(1, itemsWithIt))
