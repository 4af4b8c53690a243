/** More times than any message sets; a text with more is a roster, and its first ones decide. */
export const MOST = 240

/**
 * The first matches of a global pattern, at most `MOST`.
 * `trigger` is a cheap pattern without which it cannot match: most messages lack most of them.
 */
export function matches(text: string, pattern: RegExp, trigger?: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  if (trigger !== undefined && !trigger.test(text)) return found
  pattern.lastIndex = 0
  for (let m = pattern.exec(text); m !== null && found.length < MOST; m = pattern.exec(text)) {
    found.push(m)
    if (m[0] === '') pattern.lastIndex++
  }
  return found
}
