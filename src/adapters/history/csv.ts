/** A record of a table, with the line of the file on which it begins, from 1. */
export interface CsvRecord {
  line: number
  cells: string[]
}

/** Reads a table as RFC 4180 has it: quoted cells may hold separators, line ends and doubled quotes. */
export function readCsv(content: string, separator: string): { records: CsvRecord[]; unclosed: number | null } {
  const records: CsvRecord[] = []
  let cells: string[] = []
  let cell = ''
  let line = 1
  let begun = 1
  let quotedSince: number | null = null
  const endCell = () => {
    cells.push(cell)
    cell = ''
  }
  const endRecord = () => {
    endCell()
    if (cells.some((each) => each.trim() !== '')) records.push({ line: begun, cells })
    cells = []
  }
  for (let at = 0; at < content.length; at++) {
    const character = content[at] as string
    if (character === '\n') line++
    if (quotedSince !== null) {
      if (character !== '"') cell += character
      else if (content[at + 1] === '"') cell += content[++at]
      else quotedSince = null
    } else if (character === '"' && cell === '') quotedSince = line
    else if (character === separator) endCell()
    else if (character === '\n') {
      endRecord()
      begun = line
    } else if (character !== '\r') cell += character
  }
  endRecord()
  return { records, unclosed: quotedSince }
}
