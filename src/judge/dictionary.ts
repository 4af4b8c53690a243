/**
 * Which features have a row of weights. Open addressing over 16-bit fingerprints: a feature that training never met in
 * several kinds of organisation is not there, and says nothing.
 */
export interface Dictionary {
  /** log2 of the number of slots. */
  bits: number
  /** The fingerprint in each slot, 0 where it is free. A row is the number of a slot. */
  prints: Uint16Array
}

/** How many slots after its own a feature may be found in. */
const PROBES = 8

const printOf = (hash: number): number => Math.imul(hash, 0x85ebca6b) >>> 16 || 1

/** The row of a feature's hash; -1 where it has none. */
export function rowOf({ prints }: Dictionary, hash: number): number {
  const mask = prints.length - 1
  const print = printOf(hash)
  let slot = (hash ^ (hash >>> 15)) & mask
  for (let probe = 0; probe < PROBES; probe++) {
    const there = prints[slot]
    if (there === print) return slot
    if (there === 0) return -1
    slot = (slot + 1) & mask
  }
  return -1
}

/** A dictionary of hashes, the most valuable first: where there is no room left the last ones are left out. */
export function buildDictionary(hashes: Iterable<number>, bits: number): Dictionary {
  const dictionary = { bits, prints: new Uint16Array(1 << bits) }
  const mask = dictionary.prints.length - 1
  for (const hash of hashes) {
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let probe = 0; probe < PROBES; probe++) {
      if ((dictionary.prints[slot] ?? 0) === 0) {
        dictionary.prints[slot] = printOf(hash)
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return dictionary
}
