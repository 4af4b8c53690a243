import { historyInvalid } from './past-message.ts'

const read = (encoding: string, bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // Fatal decoding throws for bytes that the encoding does not have, and for nothing else.
    return null
  }
}

/** The first line with bytes that are no GB18030; a line feed is never part of one of its characters. */
function lineOfFault(bytes: Uint8Array): number {
  let line = 1
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from)
    const to = end < 0 ? bytes.length : end
    if (read('gb18030', bytes.subarray(from, to)) === null) return line
    from = to + 1
  }
  return line
}

/** A file's text: UTF-8 or UTF-16 with a mark, else UTF-8, else GB18030. Throws HISTORY_INVALID with the line of a fault. */
export function decodeHistory(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  const text = read('utf-8', bytes) ?? read('gb18030', bytes)
  if (text !== null) return text
  throw historyInvalid([{ line: lineOfFault(bytes), what: '编码既不是 UTF-8 也不是 GB18030' }])
}
