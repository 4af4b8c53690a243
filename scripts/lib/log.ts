/** Where a script says what it is doing: one line, no line break. */
export type Log = (line: string) => void

/** Lines on standard output. */
export const printLine: Log = (line) => console.log(line)

/** A length of time as people read it: `0.4 s`, `2 min 5 s`. */
export function readableTime(ms: number): string {
  const seconds = ms / 1000
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
