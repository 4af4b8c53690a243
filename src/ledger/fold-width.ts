const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩'

/**
 * A text as the rules of the ledger read it: full-width letters, digits and punctuation become half-width, circled
 * numbers `1.`. People type both in one sentence; a rule that knew one width only would miss half of them.
 */
export const foldWidth = (text: string): string =>
  text.replace(/[①-⑩]/gu, (circled) => `${CIRCLED.indexOf(circled) + 1}.`).normalize('NFKC')

const FULL_WIDTH: Readonly<Record<string, string>> = {
  ',': '\uff0c',
  ';': '\uff1b',
  ':': '\uff1a',
  '!': '\uff01',
  '?': '\uff1f',
}

/** The same the other way for what people read: punctuation behind a Chinese character in full width. */
export const chinesePunctuation = (text: string): string =>
  text.replace(/(?<=\p{Script=Han})[,;:!?]/gu, (mark) => FULL_WIDTH[mark] ?? mark)
