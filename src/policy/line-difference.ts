/** A line that one text has and the other has not. */
export interface LineChange {
  kind: 'added' | 'removed'
  /** Counted from 1, in the text that has it. */
  line: number
  text: string
}

/** Beyond so many lines on either side that differ, all of them count as changed: the table would be too large. */
const MOST_COMPARED = 2000

/** What has to be taken out of one text and added to make the other, line by line, in the order of the file. */
export function lineDifference(before: string, after: string): LineChange[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  const [removed, added] = [old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)]
  return compared(removed, added).map((change) => ({ ...change, line: change.line + head }))
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** By the longest common subsequence. */
function compared(old: readonly string[], fresh: readonly string[]): LineChange[] {
  const skip = old.length > MOST_COMPARED || fresh.length > MOST_COMPARED
  const width = fresh.length + 1
  const common = new Uint16Array(skip ? 0 : (old.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  if (!skip)
    for (let row = old.length - 1; row >= 0; row--)
      for (let column = fresh.length - 1; column >= 0; column--)
        common[row * width + column] =
          old[row] === fresh[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
  const changes: LineChange[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < fresh.length) {
    const isSame = !skip && row < old.length && column < fresh.length && old[row] === fresh[column]
    if (isSame) {
      row++
      column++
    } else if (row < old.length && (column >= fresh.length || at(row + 1, column) >= at(row, column + 1))) {
      changes.push({ kind: 'removed', line: row + 1, text: old[row++] as string })
    } else {
      changes.push({ kind: 'added', line: column + 1, text: fresh[column++] as string })
    }
  }
  return changes
}
