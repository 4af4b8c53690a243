import { isSubstantive, type Label } from '../../domain/label.ts'
import type { Verdict } from '../../domain/verdict.ts'

/** How much is kept of a message: a task or problem is opened, a report booked, a notice stored, noise passed over. */
const KEPT: Readonly<Record<Label, number>> = {
  task: 3,
  problem: 3,
  progress: 2,
  notice: 1,
  checkin: 0,
  boast: 0,
  ritual: 0,
  mandate: 0,
  chatter: 0,
}

/** True where a second opinion could help: more could be kept of such a message, or something taken back. */
export const canRelieve = (label: Label, hasConsequences: boolean): boolean => hasConsequences || KEPT[label] < 3

function relieves(first: Verdict, heard: Verdict): boolean {
  const more = KEPT[heard.label] - KEPT[first.label]
  if (more !== 0) return more > 0
  if (heard.label === first.label) return heard.confidence < first.confidence
  // Which kind of noise it is; what was a task stays one.
  return !isSubstantive(first.label)
}

/**
 * What of a verdict may be corrected once a second opinion has been heard: only what keeps more work or leads to fewer
 * consequences, so that a stranger's word never takes work away nor weighs against somebody. `heard` is the verdict with
 * the opinion mixed in, its flags at most those of `first`. Null where the first verdict stands as it is.
 */
export function relief(first: Verdict, heard: Verdict): Verdict | null {
  if (relieves(first, heard)) return heard
  if (heard.flags.length === first.flags.length) return null
  const reasons = heard.evidence.filter((each) => each.rule === 'second-opinion')
  const turned = heard.label === first.label ? reasons : reasons.map((each) => ({ ...each, score: -each.score }))
  return { ...first, flags: heard.flags, evidence: [...first.evidence, ...turned] }
}
