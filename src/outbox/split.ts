const encoder = new TextEncoder()

/** Bytes of UTF-8. */
export const byteLength = (text: string): number => encoder.encode(text).length

/** As much of the head of `text` as fits into `limit` bytes without cutting a character. */
function headOf(text: string, limit: number): string {
  const head = new Uint8Array(limit)
  const { read } = encoder.encodeInto(text, head)
  return text.slice(0, read)
}

/** The last line break or sentence end of the head, where it is not too early to be worth it. */
function goodBreak(head: string): number {
  const line = head.lastIndexOf('\n')
  if (line > head.length / 2) return line + 1
  const sentence = Math.max(head.lastIndexOf('。'), head.lastIndexOf(';'), head.lastIndexOf(','))
  return sentence > head.length / 2 ? sentence + 1 : head.length
}

/** Room for the mark that says which part of how many this is. */
const MARK_BYTES = 24

/**
 * Splits a text into parts of at most `limit` bytes of UTF-8 (`limit` ≥ 64), at line ends where possible and never
 * inside a character; each part of several ends with `(1/3)`, so that a reader sees that it goes on.
 */
export function splitByBytes(text: string, limit: number): string[] {
  if (byteLength(text) <= limit) return [text]
  const parts: string[] = []
  let rest = text
  while (rest.length > 0) {
    const head = headOf(rest, limit - MARK_BYTES)
    const part = head.length === rest.length ? head : head.slice(0, goodBreak(head))
    parts.push(part)
    rest = rest.slice(part.length)
  }
  return parts.map((part, index) => `${part.replace(/\n+$/, '')}\n(${index + 1}/${parts.length})`)
}
