/** Columns that a text takes on a terminal: two for a character of the East Asian wide ranges. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, char) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char)
        ? 2
        : 1),
    0,
  )

/** Rows with their cells in line: the first column to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, k) => {
      most[k] = Math.max(most[k] ?? 0, widthOf(cell))
    })
    return most
  }, [])
  return rows.map((row) =>
    row
      .map((cell, k) => {
        const space = ' '.repeat((widths[k] ?? 0) - widthOf(cell))
        return k === 0 ? cell + space : space + cell
      })
      .join('  ')
      .replace(/^/, indent)
      .trimEnd(),
  )
}
