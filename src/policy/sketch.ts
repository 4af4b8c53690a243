import { foldText } from './words.ts'

/** Hash functions of a sketch; the estimate of likeness is exact to about a tenth. */
const HASHES = 48
const ROWS = 3
/** A shorter demand has too little to be told from another. */
const MIN_PAIRS = 4
/** The part of character pairs that two texts must share. */
const ALIKE = 0.6

/** What a text says, so small that it can be kept and compared without the text. */
export interface Sketch {
  hashes: readonly number[]
  /** Texts that are alike share at least one of these, but for one pair in thousands. */
  bands: readonly number[]
}

/** Dates, figures and addressees change from one round of a demand to the next: they do not count. */
const CHANGING =
  /@[^\s@]{1,24}|(?:本|下|上|这|每)?(?:周|星期|礼拜)[一二三四五六日天末]|[\d零〇一二两三四五六七八九十百千]+(?:月份?|日|号|点|时|分|年度?|季度)?|第?.季度|[今明后昨][天日早晚晨]|[上下中]午|晚上|早上|(?:本|下|上|这|每)(?:周|月|季度|年|日|天)|月[底末初]|(?:下班|午夜|之|以)?前|各(?:行政)?(?:村民?小组长?|村|社区|镇|乡|街道|站所|科室|单位|部门|支部|网格员?|学校|小组|组|位|县|区|局)/gu

/** What every demand has: the words of asking and of handing in. What is left says what is wanted. */
const ASKING =
  /烦请|请将|请把|请|麻烦|务必|抓紧|尽快|及时|按时|立即|马上|大家|所有人|同志们?|上报|报送|填报|报给|报到|报我|报一下|上交|提交|交到|交至|交给|发给|发到|发至|发我|填写|填好|收集|提供|统计|汇总|一下|一次|再次|情况|群里|说明原因|零报告也要报|[报交发填急给到将把并及和与的了于在含、]/gu

/** The MinHash sketch of a text's character pairs; null for a text that is too short to compare. */
export function sketchOf(text: string): Sketch | null {
  const plain = foldText(text)
    .replace(CHANGING, ' ')
    .replace(ASKING, ' ')
    .replace(/\P{L}+/gu, '')
  const pairs = new Set<number>()
  for (let index = 0; index + 1 < plain.length; index++)
    pairs.add(((plain.charCodeAt(index) << 16) ^ plain.charCodeAt(index + 1)) >>> 0)
  if (pairs.size < MIN_PAIRS) return null
  const hashes = Array.from({ length: HASHES }, (_, salt) => {
    let least = 0xffffffff
    for (const pair of pairs) least = Math.min(least, mixed(pair, salt))
    return least | 0
  })
  const bands = Array.from({ length: HASHES / ROWS }, (_, band) =>
    hashes.slice(band * ROWS, (band + 1) * ROWS).reduce((value, hash) => mixed(value ^ hash, band) | 0, band),
  )
  return { hashes, bands }
}

/** How alike two texts are by their sketches, 0 to 1. */
export const likeness = (one: Sketch, other: Sketch): number =>
  one.hashes.filter((hash, index) => hash === other.hashes[index]).length / HASHES

/** True where two demands are much the same. */
export const areAlike = (one: Sketch, other: Sketch): boolean => likeness(one, other) >= ALIKE

/** A finaliser of MurmurHash3 over a salted number, 32 bits. */
function mixed(value: number, salt: number): number {
  let hash = Math.imul(value ^ Math.imul(salt + 1, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
  return (hash ^ (hash >>> 13)) >>> 0
}
