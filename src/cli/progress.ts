/** Says how far a long command is: one line that is rewritten on a terminal, a line every tenth elsewhere. */
export function createProgress(out: NodeJS.WriteStream): (done: number, total: number, what: string) => void {
  let last = ''
  return (done, total, what) => {
    const share = total === 0 ? 1 : done / total
    const shown = out.isTTY ? `${Math.floor(share * 100)}%` : `${Math.floor(share * 10) * 10}%`
    const line = `${what} ${shown}`
    if (line === last) return
    last = line
    out.write(out.isTTY ? `\r${line}\u001b[K${share >= 1 ? '\n' : ''}` : `${line}\n`)
  }
}
