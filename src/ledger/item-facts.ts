import { isOpen, type LedgerItem } from '../domain/ledger.ts'
import { bigrams } from './similarity.ts'
import { addressedClasses } from './units.ts'

/** What every message asks of an item; remembered for the object, since items are replaced and never changed. */
export interface ItemFacts {
  open: boolean
  /** The pairs of its title. */
  pairs: Int32Array
  /** The kinds of unit that its title addresses as a whole. */
  classes: readonly string[]
}

const known = new WeakMap<LedgerItem, ItemFacts>()

export function factsOf(item: LedgerItem): ItemFacts {
  const found = known.get(item)
  if (found) return found
  const facts = { open: isOpen(item), pairs: bigrams(item.title), classes: addressedClasses(item.title) }
  known.set(item, facts)
  return facts
}
