/** What nearly every group is called, and years: they tell no group from another. */
const GENERAL =
  /(?:微信|企业微信|钉钉|飞书|内部|日常)?(?:工作|交流|通知|联络|联系|沟通|讨论|办公)?(?:大群|小群|总群|群组|群聊|群)|(?:19|20)\d{2}年?(?:度)?/gu
const NUMERAL = /[\d一二三四五六七八九十百]+/gu

/** A group's title, cut into what can be compared: pairs of neighbouring characters, and its numerals in order. */
export interface TitleKey {
  pairs: ReadonlySet<string>
  numerals: string
}

export function titleKey(name: string): TitleKey {
  const words = name.normalize('NFKC').toLowerCase().replace(GENERAL, '')
  const plain = [...words.replace(/[^\p{L}\p{N}]+/gu, '')]
  const pairs = plain.length === 1 ? plain : plain.slice(1).map((each, index) => `${plain[index]}${each}`)
  return { pairs: new Set(pairs), numerals: (words.match(NUMERAL) ?? []).join(' ') }
}

/**
 * How alike two titles are, 0 to 1: the share of their pairs of characters that both have (Dice). 第一网格 and 第二网格
 * are not alike, whatever else they share; a title that says nothing is like no other.
 */
export function titleLikeness(one: TitleKey, other: TitleKey): number {
  if (one.numerals !== other.numerals || one.pairs.size === 0 || other.pairs.size === 0) return 0
  let shared = 0
  for (const pair of one.pairs) if (other.pairs.has(pair)) shared++
  return (2 * shared) / (one.pairs.size + other.pairs.size)
}
