import { isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'

/** A text with `[from, to)` replaced. */
export const spliced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to)

/** The text with another value for a field that has one, or nothing behind its colon. */
export const withValue = (text: string, { from, to }: { from: number; to: number }, value: string): string =>
  spliced(text, from, to, text[from - 1] === ':' ? ` ${value}` : value)

/** The pair of that name in a map; undefined where there is none. */
export const pairOf = (map: unknown, field: string): Pair | undefined =>
  isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === field) : undefined

/** The map that is the whole of a file. */
export function topMap(source: string): YAMLMap | null {
  const { contents } = parseDocument(source)
  return isMap(contents) ? contents : null
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

/** Where a node stands: from its first character up to behind its last. Null for what is no node of a parsed file. */
export function placeOf(node: unknown): { from: number; to: number } | null {
  const range = isNode(node) ? node.range : null
  return range ? { from: range[0], to: range[1] } : null
}

/** The text without the lines that a node stands on, which are taken to be its own. */
export function withoutLines(text: string, { from, to }: { from: number; to: number }): string {
  return spliced(text, lineStart(text, from), lineEnd(text, Math.max(from, to - 1)), '')
}

/**
 * The file with another value for a field of its top level, written in front where there is none; every other character
 * stays as it is, so that the difference between two versions is what was changed and nothing else.
 */
export function withField(source: string, field: string, value: string): string {
  const pair = pairOf(topMap(source), field)
  const place = placeOf(pair?.value)
  if (place) return withValue(source, place, value)
  const first = placeOf(topMap(source)?.items[0]?.key)
  const at = first?.from ?? 0
  return spliced(source, at, at, `${field}: ${value}\n`)
}
