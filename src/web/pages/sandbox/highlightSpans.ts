export interface Stretch {
  text: string
  marked: boolean
}

/** Cuts a text at code-unit spans `[from, to)`, which may overlap or lie outside, into marked and plain stretches. */
export function highlightSpans(text: string, spans: readonly (readonly [number, number])[]): Stretch[] {
  const merged: [number, number][] = []
  const inside = spans
    .map(([from, to]): [number, number] => [Math.max(0, from), Math.min(text.length, to)])
    .filter(([from, to]) => from < to)
    .sort(([a], [b]) => a - b)
  for (const [from, to] of inside) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }

  const stretches: Stretch[] = []
  let done = 0
  for (const [from, to] of merged) {
    if (from > done) stretches.push({ text: text.slice(done, from), marked: false })
    stretches.push({ text: text.slice(from, to), marked: true })
    done = to
  }
  if (done < text.length) stretches.push({ text: text.slice(done), marked: false })
  return stretches
}
