import { isMap, isScalar, isSeq, stringify, type YAMLSeq } from 'yaml'
import { withMode } from './with-mode.ts'
import { lineEnd, pairOf, placeOf, spliced, topMap, withoutLines, withValue } from './yaml-text.ts'

/**
 * The same policy file acting at once: `mode: enforce`, and without the time in which a new group is only observed,
 * since somebody has decided. Every other character stays as it is.
 */
export function enforcedFrom(source: string): string {
  const enforced = withMode(source, 'enforce')
  const place = placeOf(pairOf(topMap(enforced), 'observeFirst')?.key)
  return place ? withoutLines(enforced, place) : enforced
}

/** What means the same with and without quotes wherever it stands, save for words such as `true`. */
const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}_.@-]*$/u

/** An id as the file writes it: in quotes only where it may need them. */
const written = (id: string): string =>
  stringify(id, { lineWidth: 0, defaultStringType: PLAIN.test(id) ? 'PLAIN' : 'QUOTE_DOUBLE' }).trim()

/** The same policy file with these members exempt, or exempt no more; comments stay where they are. */
export function withExempt(source: string, memberIds: readonly string[], exempt: boolean): string {
  const top = topMap(source)
  const held = pairOf(top, 'exempt')?.value
  const pair = pairOf(held, 'members')
  const listed = pair?.value
  const known = isSeq(listed) ? listed.items.map((item) => (isScalar(item) ? String(item.value) : '')) : []
  const ids = exempt ? [...new Set([...known, ...memberIds])] : known.filter((id) => !memberIds.includes(id))
  if (ids.length === known.length) return source
  const list = `[${ids.map(written).join(', ')}]`
  const place = placeOf(listed)
  if (isSeq(listed) && place)
    return listed.flow
      ? spliced(source, place.from, place.to, list)
      : withItems(source, { list: listed, keyEnd: placeOf(pair?.key)?.to ?? 0 }, known, ids)
  if (place) return withValue(source, place, list)
  if (isMap(held) && held.items.length > 0) return withMember(source, held.flow === true, placeOf(held), list)
  const block = `exempt:\n  members: ${list}\n`
  const empty = placeOf(pairOf(top, 'exempt')?.key)
  if (empty) return spliced(source, empty.from, lineEnd(source, empty.from), block)
  return source.endsWith('\n') || source === '' ? source + block : `${source}\n${block}`
}

/** A first field of a map that has others. */
function withMember(source: string, flow: boolean, place: ReturnType<typeof placeOf>, list: string): string {
  if (place === null) return source
  const { from } = place
  const indent = from - (source.lastIndexOf('\n', from - 1) + 1)
  return flow
    ? spliced(source, from + 1, from + 1, ` members: ${list},`)
    : spliced(source, from, from, `members: ${list}\n${' '.repeat(indent)}`)
}

/** A list with an item a line: lines are added behind the last, or taken out. */
function withItems(
  source: string,
  { list, keyEnd }: { list: YAMLSeq; keyEnd: number },
  known: readonly string[],
  ids: readonly string[],
): string {
  const added = ids.filter((id) => !known.includes(id))
  const last = placeOf(list.items.at(-1))
  const start = placeOf(list)?.from ?? 0
  const indent = start - (source.lastIndexOf('\n', start - 1) + 1)
  if (added.length > 0 && last) {
    const at = lineEnd(source, last.to)
    const lines = added.map((id) => `${' '.repeat(indent)}- ${written(id)}\n`).join('')
    return spliced(source, at, at, source[at - 1] === '\n' ? lines : `\n${lines}`)
  }
  const places = list.items.map(placeOf)
  if (ids.length === 0) {
    // Behind the colon of its field: in a line of its own it might stand no deeper than that.
    const colon = source.indexOf(':', keyEnd) + 1
    return spliced(source, colon, lineEnd(source, last?.to ?? start), ' []\n')
  }
  return places.reduceRight<string>(
    (text, place, index) => (place && !ids.includes(known[index] ?? '') ? withoutLines(text, place) : text),
    source,
  )
}
