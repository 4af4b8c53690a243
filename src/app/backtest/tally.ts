import type { Action, Hold } from '../../domain/decision.ts'
import { GROUP } from '../../domain/outbound.ts'
import type { TriedDecision } from './side.ts'

/** What became of decisions. */
export interface Counts {
  /** Would have been said. */
  said: number
  /** Would only have been recorded, the group being new to the policy. */
  trial: number
  /** Asked for nothing to be said. */
  recorded: number
  /** Why the others were not said. */
  held: Partial<Record<Hold, number>>
}

/** The two sides of a comparison. */
export interface Pair<T> {
  old: T
  new: T
}

/** All that one policy would have done. */
export interface Totals extends Counts {
  /** Messages that some rule met. */
  messages: number
  /** Of `said`: in private, and in the group. */
  reminders: number
  groupPosts: number
}

/** How often one person would have been spoken to in private. */
export interface PersonCounts {
  said: number
  trial: number
}

export interface Tally {
  totals: Pair<Totals>
  /** In the order in which they came up. */
  rules: { rule: string; action: Action; counts: Pair<Counts> }[]
  people: Map<string, Pair<PersonCounts>>
}

export type Outcome = 'said' | 'trial' | 'recorded' | Hold

export const outcomeOf = ({ held, to, trial }: TriedDecision): Outcome => {
  if (held !== null) return held
  if (to === null) return 'recorded'
  return trial ? 'trial' : 'said'
}

const noCounts = (): Counts => ({ said: 0, trial: 0, recorded: 0, held: {} })
const noTotals = (): Totals => ({ messages: 0, ...noCounts(), reminders: 0, groupPosts: 0 })

function count(counts: Counts, outcome: Outcome): void {
  if (outcome === 'said' || outcome === 'trial' || outcome === 'recorded') counts[outcome]++
  else counts.held[outcome] = (counts.held[outcome] ?? 0) + 1
}

/** Counts what two sides decided on message after message; what it holds grows with rules and people alone. */
export function createTally() {
  const totals: Pair<Totals> = { old: noTotals(), new: noTotals() }
  const rules = new Map<string, Tally['rules'][number]>()
  const people: Tally['people'] = new Map()

  function addTo(side: keyof Pair<unknown>, decisions: readonly TriedDecision[]): void {
    if (decisions.length > 0) totals[side].messages++
    for (const decision of decisions) {
      const { rule, action, to } = decision
      const outcome = outcomeOf(decision)
      const key = `${rule}\0${action}`
      const ofRule = rules.get(key) ?? { rule, action, counts: { old: noCounts(), new: noCounts() } }
      rules.set(key, ofRule)
      count(ofRule.counts[side], outcome)
      count(totals[side], outcome)
      if (to === null || (outcome !== 'said' && outcome !== 'trial')) continue
      if (outcome === 'said') totals[side][to === GROUP ? 'groupPosts' : 'reminders']++
      if (to === GROUP) continue
      const person = people.get(to) ?? { old: { said: 0, trial: 0 }, new: { said: 0, trial: 0 } }
      people.set(to, person)
      person[side][outcome]++
    }
  }

  return {
    add: (decisions: Pair<readonly TriedDecision[]>) => {
      addTo('old', decisions.old)
      addTo('new', decisions.new)
    },
    result: (): Tally => ({ totals, rules: [...rules.values()], people }),
  }
}
