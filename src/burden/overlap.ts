/** Two groups, by their places in what was given, and the share of their members that both have (Jaccard). */
export interface Overlap {
  one: number
  other: number
  likeness: number
}

/** The shared ones of two ascending lists. */
function sharedOf(one: readonly number[], other: readonly number[]): number {
  let shared = 0
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const [a, b] = [one[i] as number, other[j] as number]
    if (a === b) shared++
    if (a <= b) i++
    if (b <= a) j++
  }
  return shared
}

/** Members as small integers, the rarest first in every group. */
function ranked(groups: readonly (readonly string[])[]): number[][] {
  const counts = new Map<string, number>()
  for (const members of groups) for (const id of members) counts.set(id, (counts.get(id) ?? 0) + 1)
  const order = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  const rankOf = new Map(order.map(([id], rank) => [id, rank]))
  return groups.map((members) => members.map((id) => rankOf.get(id) as number).sort((a, b) => a - b))
}

/** How many other groups one is held against: where thousands share the same people, these are the nearest in size. */
const MOST_COMPARED = 500

/** Guards the product `threshold × size` against its rounding: 0.8 × 10 must not become nine members. */
const ROUNDING = 1e-9

/**
 * All pairs of groups that share at least `threshold` of their members and for which `mayBe` holds. Two such groups share
 * one of their few rarest members (prefix filtering: Bayardo, Ma, Srikant, "Scaling up all pairs similarity search",
 * 2007), so only groups that do are compared, never each with each. Members of a group must differ.
 */
export function overlaps(
  groups: readonly (readonly string[])[],
  threshold: number,
  mayBe: (one: number, other: number) => boolean,
): Overlap[] {
  const ranks = ranked(groups)
  const sizeOf = (index: number) => (ranks[index] as number[]).length
  const bySize = ranks.map((_, index) => index).sort((a, b) => sizeOf(a) - sizeOf(b) || a - b)
  const byRarest = new Map<number, number[]>()
  const seenBy = new Int32Array(groups.length).fill(-1)
  const found: Overlap[] = []
  for (const one of bySize) {
    const members = ranks[one] as number[]
    const smallest = threshold * members.length - ROUNDING
    const rarest = members.slice(0, members.length - Math.ceil(smallest) + 1)
    let compared = 0
    for (const rank of rarest) {
      const holders = byRarest.get(rank) ?? []
      // Those that stand last are the largest.
      for (let at = holders.length - 1; at >= 0 && compared < MOST_COMPARED; at--) {
        const other = holders[at] as number
        if (sizeOf(other) < smallest) break
        if (seenBy[other] === one) continue
        seenBy[other] = one
        compared++
        if (!mayBe(one, other)) continue
        const shared = sharedOf(members, ranks[other] as number[])
        const likeness = shared / (members.length + sizeOf(other) - shared)
        if (likeness >= threshold - ROUNDING) found.push({ one, other, likeness })
      }
      holders.push(one)
      byRarest.set(rank, holders)
    }
  }
  return found
}
