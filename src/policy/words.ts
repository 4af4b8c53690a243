/** Made once: it loads its dictionary on the first use. */
let segmenter: Intl.Segmenter | undefined

/** Words of a policy and messages are compared without regard to width and case. */
export function foldText(text: string): string {
  if (text !== lastRaw) [lastRaw, lastFolded] = [text, text.normalize('NFKC').toLowerCase()]
  return lastFolded
}

/** The conditions of all rules fold the same message, one after the other. */
let lastRaw = ''
let lastFolded = ''

const foldedWords = new WeakMap<readonly string[], readonly string[]>()

/** The words of a policy as they are compared; a policy in force is read again and again and never changed. */
function foldedOnce(words: readonly string[]): readonly string[] {
  const known = foldedWords.get(words) ?? words.map(foldText)
  foldedWords.set(words, known)
  return known
}

/** True where the text has one of the words anywhere, also inside a longer one: right for words that excuse. */
export function containsAny(text: string, words: readonly string[]): boolean {
  if (words.length === 0) return false
  const plain = foldText(text)
  return foldedOnce(words).some((word) => plain.includes(word))
}

/**
 * The first of the words that the text says as a word, as the policy writes it; null where it says none. A word begins
 * and ends where words do, by the dictionary of the runtime's ICU: 大麻 is in 「缴获大麻一批」 and not in 「大麻烦」.
 */
export function wordSaid(text: string, words: readonly string[]): string | null {
  const plain = foldText(text)
  const index = foldedOnce(words).findIndex((word) => {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + 1)) {
      if (isWord(plain, at, at + word.length)) return true
    }
    return false
  })
  return words[index] ?? null
}

/** Marks and spaces end a word whatever stands beside them: a stretch between two of them is segmented by itself. */
const MARK = /[^\p{L}\p{N}\p{M}]/u

/** True where words begin at `from` and end before `to`; costs some ten microseconds. */
function isWord(text: string, from: number, to: number): boolean {
  let start = from
  while (start > 0 && from - start < MAX_STRETCH && !MARK.test(text[start - 1] as string)) start--
  let end = to
  while (end < text.length && end - to < MAX_STRETCH && !MARK.test(text[end] as string)) end++
  segmenter ??= new Intl.Segmenter('zh-CN', { granularity: 'word' })
  const segments = segmenter.segment(text.slice(start, end))
  const isEdge = (at: number) => at === end || segments.containing(at - start)?.index === at - start
  return isEdge(from) && isEdge(to)
}

/** What stands further off makes no difference to where a word ends. */
const MAX_STRETCH = 30
