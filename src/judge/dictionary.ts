/**
 * Which features have a row of weights. Open addressing over 16-bit fingerprints: a feature that training never met in
 * several kinds of organisation is not there, and says nothing.
 */
export interface Dictionary {
  /** The fingerprint above, the row below, so that one look finds both; 0 where a slot is free. A power of two of them. */
  readonly slots: Uint32Array
  /** The number of rows. */
  readonly size: number
}

/** log2 of the slots, and the most rows: a row's number is two bytes. */
export const SLOT_BITS = 17
const MOST_ROWS = 65_535
/** How many slots after its own a feature may be found in. */
const PROBES = 8

const printOf = (hash: number): number => Math.imul(hash, 0x85ebca6b) >>> 16 || 1

/** The row of a feature's hash; -1 where it has none. */
export function rowOf({ slots }: Dictionary, hash: number): number {
  const mask = slots.length - 1
  const print = printOf(hash)
  let slot = (hash ^ (hash >>> 15)) & mask
  for (let probe = 0; probe < PROBES; probe++) {
    const there = slots[slot] as number
    if (there >>> 16 === print) return there & 0xffff
    if (there === 0) return -1
    slot = (slot + 1) & mask
  }
  return -1
}

/** A dictionary of hashes, the most valuable first: where there is no room left the last ones are left out. */
export function buildDictionary(hashes: Iterable<number>): Dictionary {
  const slots = new Uint32Array(1 << SLOT_BITS)
  const mask = slots.length - 1
  let size = 0
  for (const hash of hashes) {
    let slot = (hash ^ (hash >>> 15)) & mask
    for (let probe = 0; probe < PROBES && size < MOST_ROWS; probe++) {
      if (slots[slot] === 0) {
        slots[slot] = (printOf(hash) << 16) | size++
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return { slots, size }
}
