import type { Atom, ClockAtom, DayAtom, PartAtom, SpanAtom } from './atom.ts'
import { findAtoms } from './find-atoms.ts'
import { joinRanges } from './join-ranges.ts'
import { takeLimit } from './limit.ts'

/** Words next to each other that together name one time: `周五` + `下午` + `3点` + `前`. */
export interface Mention {
  from: number
  to: number
  day: DayAtom | null
  parts: PartAtom[]
  clock: ClockAtom | null
  span: SpanAtom | null
  /** 前, 内, 为止 … follows, or 最迟, 截止 … precedes: a limit in so many words. */
  limit: boolean
  /** The later end, where this is the start of a range. */
  end: Mention | null
}

const GLUE = /^(?:[ ,:、的()]|之内的|内的|,的|\)的| \(|\) )?$/
const WEEKDAY_NOTE = /^[ (/]{0,2}$/
const lengthen = (mention: Mention, atom: Atom) => {
  mention.to = Math.max(mention.to, atom.to)
}

function start(atom: Atom): Mention {
  const mention: Mention = {
    from: atom.from,
    to: atom.to,
    day: null,
    parts: [],
    clock: null,
    span: null,
    limit: false,
    end: null,
  }
  if (atom.type === 'day') mention.day = atom
  if (atom.type === 'part') mention.parts.push(atom)
  if (atom.type === 'clock') mention.clock = atom
  if (atom.type === 'span') mention.span = atom
  return mention
}

/** Adds the atom to the mention where it says more about the same time. */
function absorb(text: string, mention: Mention, atom: Atom): boolean {
  const between = text.slice(mention.to, atom.from)
  if (mention.span !== null || atom.type === 'span') return false
  if (atom.type === 'day') {
    if (mention.day === null || mention.clock !== null || !WEEKDAY_NOTE.test(between)) return false
    // 本周五(27日): the bracket repeats the day.
    if (atom.inMonth && atom.start === undefined && /^ ?\($/.test(between) && text[atom.to] === ')') {
      mention.to = atom.to + 1
      return true
    }
    const note = atom.kind === 'weekday' && !atom.period && !atom.every
    const exact =
      atom.kind === 'date' && atom.month !== undefined && between !== '、' && mention.day.month === undefined
    if (!note && !exact) return mention.day.every === true && atom.kind === 'relative' && between === ''
    if (between === '、' || (between === ',' && note && mention.day.kind === 'weekday')) return false
    if (note && mention.day.kind === 'weekday') return false
    if (exact) mention.day = atom
    lengthen(mention, atom)
    if (text[mention.to] === ')') mention.to += 1
    return true
  }
  if (!GLUE.test(between) || mention.clock !== null) return false
  if (/^[、,]/.test(between) && mention.parts.length > 0) return false
  if (mention.day?.period === true && between !== '') return false
  if (atom.type === 'part') mention.parts.push(atom)
  else {
    if (atom.doubtful && /[的,、]/.test(between)) return false
    mention.clock = atom
  }
  lengthen(mention, atom)
  return true
}

/** Finds the times that a text names, in order. */
export function findMentions(text: string): Mention[] {
  const mentions: Mention[] = []
  for (const atom of findAtoms(text)) {
    const last = mentions.at(-1)
    if (last && absorb(text, last, atom)) continue
    if (atom.type === 'clock' && atom.doubtful) continue
    mentions.push(start(atom))
  }
  for (const mention of mentions) takeLimit(text, mention)
  return joinRanges(text, mentions)
}
