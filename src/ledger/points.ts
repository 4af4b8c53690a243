/** A numbered notice taken apart: what stands before the first point, and the points. */
export interface Points {
  preamble: string
  points: string[]
}

const MARK =
  /(?:^|[\n。;;::!!\s])\s*(?:[((]?(\d{1,2}|[一二三四五六七八九十])[))]|(\d{1,2})[.、.](?!\d)|([一二三四五六七八九十])、|([①-⑩]))/gu

/** The numbered points of a text, in order; null where it has fewer than two that count up from one. */
export function pointsOf(text: string): Points | null {
  const marks: { from: number; to: number }[] = []
  for (const match of text.matchAll(MARK)) {
    const written = match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''
    if (ordinal(written) === marks.length + 1) marks.push({ from: match.index, to: match.index + match[0].length })
  }
  if (marks.length < 2) return null
  const points = marks.map(({ to }, index) => text.slice(to, marks[index + 1]?.from).trim())
  return { preamble: text.slice(0, marks[0]?.from).trim(), points }
}

function ordinal(written: string): number {
  if (/^\d+$/.test(written)) return Number(written)
  const at = '一二三四五六七八九十'.indexOf(written)
  return at >= 0 ? at + 1 : '①②③④⑤⑥⑦⑧⑨⑩'.indexOf(written) + 1
}
