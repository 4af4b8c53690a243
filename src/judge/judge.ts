import { FLAGS, type Flag, isSubstantive, LABELS, type Label } from '../domain/label.ts'
import type { Role } from '../domain/message.ts'
import type { Evidence, Judge, JudgeInput, Verdict } from '../domain/verdict.ts'
import { calibrate } from './calibrate.ts'
import { findDanger } from './danger.ts'
import { explain } from './evidence.ts'
import { createFeatureReader } from './features.ts'
import { type Reading, readFeatures } from './first-stage.ts'
import { createMemory } from './memory.ts'
import type { Model } from './model.ts'
import { REACH, RELATION_SIZE, relate } from './relation.ts'
import { createCorrection, OUTPUTS } from './second-stage.ts'
import { readSurroundings } from './surroundings.ts'

function probabilitiesOf(chances: Float64Array): Record<Label, number> {
  const probabilities = {} as Record<Label, number>
  for (let i = 0; i < LABELS.length; i++) probabilities[LABELS[i] as Label] = chances[i] as number
  return probabilities
}

/** The most confidence in a verdict that must not be acted on. */
const DOUBTFUL = 0.79

/** Lowers the greatest chance to `most`; the others share the rest as they did before. */
function lower(chances: Float64Array, best: number, most: number): void {
  const rest = 1 - (chances[best] as number)
  for (let i = 0; i < chances.length; i++)
    chances[i] =
      i === best ? most : rest > 0 ? ((chances[i] as number) / rest) * (1 - most) : (1 - most) / (chances.length - 1)
}

const dangerEvidence = (text: string, span: [number, number]): Evidence => ({
  rule: 'danger',
  score: 0,
  span,
  reason: `提到“${text.slice(...span)}”,可能是险情,不作处置`,
})

/**
 * A judge over a model. Pure for its callers: the same input gives the same verdict, whatever was judged before.
 * Any text is judged, none throws; of a text beyond 2,000 code units its first 1,500 and last 500 are looked at.
 */
export function createJudge(model: Model): Judge {
  const { first, second, calibration } = model
  const readText = createFeatureReader(first)
  const correct = createCorrection(second)
  const memory = createMemory()
  const x = new Float32Array(RELATION_SIZE)
  const logits = new Float32Array(OUTPUTS)
  const alone = new Float32Array(OUTPUTS)
  const chances = new Float64Array(LABELS.length)

  const readingOf = (text: string, role: Role | undefined): Reading =>
    memory.recall(text, role) ?? memory.keep(text, role, readFeatures(first, readText(text, role)))

  const classify = (input: JudgeInput): Verdict => {
    const { text, role, context, quote } = input
    const { before, quoted } = readSurroundings(input, readingOf)
    // Read last: the evidence points into these features.
    const features = readText(text, role)
    const own = memory.keep(text, role, readFeatures(first, features))
    const chosen = relate(x, own, role, before, quoted)
    const hasContext = quoted !== undefined || before.length > 0
    correct(x, own, logits, hasContext ? alone : undefined)
    const best = calibrate(calibration, logits, chances)
    const danger =
      (chances[best] as number) > DOUBTFUL && !isSubstantive(LABELS[best] as Label) ? findDanger(text) : null
    if (danger !== null) lower(chances, best, DOUBTFUL)
    const earlier = context.length > REACH ? context.length - REACH : 0
    const chosenAt = Math.max(chosen.akin, chosen.answered)
    const pointed = quote || (chosenAt >= 0 ? context[earlier + chosenAt] : context.at(-1))?.text || ''
    const flags: Flag[] = []
    for (let f = 0; f < FLAGS.length; f++) {
      const chance = 1 / (1 + Math.exp(-(logits[LABELS.length + f] as number)))
      if (chance >= (calibration.flags[f] ?? 0.5)) flags.push(FLAGS[f] as Flag)
    }
    const reasons = { first, features, text, label: best }
    const evidence = explain(reasons, hasContext ? { logits, alone, text: pointed } : undefined)
    return {
      label: LABELS[best] as Label,
      confidence: chances[best] as number,
      probabilities: probabilitiesOf(chances),
      flags,
      evidence: danger === null ? evidence : [...evidence.slice(0, 3), dangerEvidence(text, danger)],
    }
  }
  return { version: model.card.version, classify }
}
