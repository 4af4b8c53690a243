import type { Atom, DayAtom } from './atom.ts'

const FROM = /^\)?(?:起|之?日起|开始|算起)(?:的|,|计)?$/

/** 3月10日起5天内: the count begins on the day that is named before it, which itself is not counted. */
function countFrom(first: DayAtom, count: DayAtom): DayAtom {
  return {
    ...count,
    from: first.from,
    pick: (at, ahead) => {
      const begin = first.pick(at, () => true)
      return begin === null ? null : count.pick(begin, ahead)
    },
  }
}

/** Joins each day with the count of days that starts from it. */
export function joinCounts(text: string, atoms: readonly Atom[]): Atom[] {
  return atoms.reduce<Atom[]>((joined, atom) => {
    const last = joined.at(-1)
    const counts = atom.type === 'day' && atom.bound === true && /relative|workday/.test(atom.kind)
    if (counts && last?.type === 'day' && !last.every && FROM.test(text.slice(last.to, atom.from))) {
      joined[joined.length - 1] = countFrom(last, atom)
    } else joined.push(atom)
    return joined
  }, [])
}
