import type { Mention } from './mention.ts'

/** The words around a mention. */
export interface Around {
  /** From the beginning of the clause to the mention. */
  left: string
  /** From the mention to the end of the clause. */
  right: string
  clause: string
  /** The sentence up to the mention, and after it. */
  before: string
  after: string
  /** What comes next: the rest of the clause, or of the sentence where the mention ends its clause. */
  follows: string
  /** The sentence ends in a question mark. */
  question: boolean
  /** Number of the sentence, counted from 0. */
  sentence: number
}

const REACH = 48
/** A space that is left in a normalised text stands where a comma might. */
const CLAUSE_END = /[,。;!?\n: ]/
const SENTENCE_END = /[。!?;\n]/

function back(text: string, from: number, end: RegExp): string {
  let i = from
  while (i > 0 && from - i < REACH && !end.test(text[i - 1] ?? '')) i--
  return text.slice(i, from)
}

function forth(text: string, to: number, end: RegExp): string {
  const begin = text[to] === ' ' ? to + 1 : to
  let i = begin
  while (i < text.length && i - begin < REACH && !end.test(text[i] ?? '')) i++
  return text.slice(begin, i)
}

/** Reads the clause and the sentence of each mention, up to 48 characters either way. */
export function around(text: string, mentions: readonly Mention[]): Around[] {
  let sentence = 0
  let seen = 0
  return mentions.map((mention) => {
    const to = mention.end?.to ?? mention.to
    for (; seen < mention.from; seen++) if (SENTENCE_END.test(text[seen] ?? '')) sentence++
    const left = back(text, mention.from, CLAUSE_END)
    const right = forth(text, to, CLAUSE_END)
    const after = forth(text, to, SENTENCE_END)
    return {
      left,
      right,
      clause: `${left}⏰${right}`,
      before: back(text, mention.from, SENTENCE_END),
      after,
      follows: right.length > 1 ? right : after.slice(0, 24),
      question: text[to + after.length] === '?',
      sentence,
    }
  })
}
