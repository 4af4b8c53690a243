import type { Flag, Label } from '../../domain/label.ts'
import type { JudgeInput } from '../../domain/verdict.ts'
import type { CorpusLine } from './corpus.ts'
import { createRandom, shuffle } from './random.ts'

/** A message of a tenant, as its judge met it, and what is right about it. */
export interface OwnCase {
  id: string
  seen: Pick<JudgeInput, 'text' | 'role' | 'from' | 'context' | 'quote'>
  label: Label
  flags: readonly Flag[]
}

/** The share of a training that a tenant's own cases are repeated up to, and how often at most. */
const SHARE = 0.02
const MOST_COPIES = 4

/** How often each of a tenant's cases is learnt: few ones must be heard among so many others, and none too loudly. */
export const copiesOf = (own: number, corpus: number): number =>
  Math.min(MOST_COPIES, Math.max(1, Math.round((SHARE * corpus) / Math.max(1, own))))

/**
 * A feature is learnt only where several places have it: spread over so many, words of this tenant alone are learnt
 * once they recur, and what somebody wrote once is not.
 */
const PLACES = 3

/** A tenant's cases as corpus lines, each `copies` times, all of one domain. */
export function tenantLines(cases: readonly OwnCase[], tenantId: string, copies: number): CorpusLine[] {
  return cases.flatMap(({ id, seen, label, flags }, index) => {
    const line: CorpusLine = {
      id,
      text: seen.text,
      role: seen.role,
      label,
      flags: [...flags],
      context: [...seen.context],
      quote: seen.quote,
      domain: `tenant ${tenantId}`,
      // Its context is whatever was said before it, as in a stream.
      stream: id,
      from: seen.from,
      source: `corrections-${index % PLACES}`,
    }
    return Array.from({ length: copies }, () => line)
  })
}

/** What makes two messages one form that was filled in twice: their letters, without figures and marks. */
const formOf = (text: string): string => text.replace(/[^\p{L}]/gu, '') || text

/**
 * Divides cases into `parts` of nearly one size. Messages of one form are in one part, so that none is judged by a
 * model that has learnt its twin; fewer parts come out where there are fewer forms.
 */
export function partsOf(cases: readonly OwnCase[], parts: number): OwnCase[][] {
  const byForm = Map.groupBy(cases, ({ seen }) => formOf(seen.text))
  const forms = shuffle([...byForm.keys()].sort(), createRandom(1))
  const divided = Array.from({ length: parts }, (): OwnCase[] => [])
  forms.forEach((form, index) => {
    divided[index % parts]?.push(...(byForm.get(form) ?? []))
  })
  return divided.filter((part) => part.length > 0)
}
