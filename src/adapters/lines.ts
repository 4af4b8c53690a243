/** Cuts a stream of bytes into lines at LF, wherever the pieces happen to end. */
export interface LineCutter {
  /** The whole lines that this piece completes, without their ends; one that is too long is left out. */
  take(piece: Buffer): string[]
  /** What stands after the last line end; empty where nothing does. Nothing may be taken after it. */
  rest(): string
}

/** `tooLong` is told of each line above `maxBytes`, of which no more is ever held. */
export function createLineCutter({ maxBytes, tooLong }: { maxBytes: number; tooLong: () => void }): LineCutter {
  let held: Buffer[] = []
  let bytes = 0
  let skipping = false

  function hold(part: Buffer): void {
    if (skipping) return
    bytes += part.length
    if (bytes <= maxBytes) return void held.push(part)
    skipping = true
    held = []
    tooLong()
  }
  function finish(): string | null {
    const line = skipping ? null : Buffer.concat(held).toString('utf8')
    held = []
    bytes = 0
    skipping = false
    return line
  }

  return {
    take(piece) {
      const lines: string[] = []
      let from = 0
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
        hold(piece.subarray(from, end))
        const line = finish()
        if (line !== null) lines.push(line.endsWith('\r') ? line.slice(0, -1) : line)
        from = end + 1
      }
      if (from < piece.length) hold(piece.subarray(from))
      return lines
    },
    rest: () => finish() ?? '',
  }
}
