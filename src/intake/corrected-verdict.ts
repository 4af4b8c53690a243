import { LABEL_NAMES, LABELS, type Label } from '../domain/label.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { Correction } from '../store/corrections.ts'

const JUDGED_BY = 'correction:'

/** What a message that somebody has corrected is `judgedBy`. */
export const judgedBy = ({ correctionId }: Pick<Correction, 'correctionId'>): string => `${JUDGED_BY}${correctionId}`

/** The correction that a message is `judgedBy`; null where that is a judge. */
export const correctionIn = (name: string): string | null =>
  name.startsWith(JUDGED_BY) ? name.slice(JUDGED_BY.length) : null

/** The verdict that stands on a corrected message. */
export const verdictOf = ({
  label,
  flags,
  said,
  madeBy,
}: Pick<Correction, 'label' | 'flags' | 'said' | 'madeBy'>): Verdict => ({
  label,
  confidence: 1,
  probabilities: Object.fromEntries(LABELS.map((each) => [each, each === label ? 1 : 0])) as Record<Label, number>,
  flags: [...flags],
  evidence: [
    {
      rule: 'correction',
      score: 0,
      span: null,
      reason: `${madeBy}更正为“${LABEL_NAMES[label]}”(原判“${LABEL_NAMES[said.label]}”,把握 ${said.confidence.toFixed(2)})`,
    },
  ],
})
