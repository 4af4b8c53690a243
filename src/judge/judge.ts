import { FLAGS, LABELS, type Label } from '../domain/label.ts'
import type { ContextMessage, Judge, JudgeInput, Verdict } from '../domain/verdict.ts'
import { calibrate } from './calibrate.ts'
import { explain } from './evidence.ts'
import { createFeatureReader } from './features.ts'
import { type Reading, readFeatures } from './first-stage.ts'
import type { Model } from './model.ts'
import { type Before, CONTEXT_FROM, REACH, RELATION_SIZE, relate } from './relation.ts'
import { forward, OUTPUTS } from './second-stage.ts'

/** How many texts' readings are remembered: a message is context for those that follow it. */
const REMEMBERED = 2_048

/**
 * A judge over a model. Pure for its callers: the same input gives the same verdict, whatever was judged before.
 * Any text is judged, none throws; of a text beyond 2,000 code units its first 1,500 and last 500 are looked at.
 */
export function createJudge(model: Model): Judge {
  const { first, second, calibration } = model
  const readText = createFeatureReader(first)
  let recent = new Map<string, Reading>()
  let older = new Map<string, Reading>()
  const x = new Float32Array(RELATION_SIZE)
  const hidden = new Float32Array(second.hidden)
  const logits = new Float32Array(OUTPUTS)
  const alone = new Float32Array(OUTPUTS)
  const chances = new Float64Array(LABELS.length)

  const remember = (text: string, reading: Reading): Reading => {
    if (recent.size >= REMEMBERED) {
      older = recent
      recent = new Map()
    }
    recent.set(text, reading)
    return reading
  }
  const readingOf = (text: string): Reading =>
    recent.get(text) ?? older.get(text) ?? remember(text, readFeatures(first, readText(text)))

  const before = (message: ContextMessage, from: string | undefined): Before => ({
    reading: readingOf(message.text),
    role: message.role,
    same: message.from === undefined || from === undefined ? 0 : message.from === from ? 1 : -1,
  })

  const classify = ({ text, role, from, context, quote }: JudgeInput): Verdict => {
    const earlier = context.slice(-REACH).map((message) => before(message, from))
    const quoted: Before | undefined =
      quote === undefined || quote === '' ? undefined : { reading: readingOf(quote), role: 'leader', same: -1 }
    // Read last: the evidence points into these features.
    const features = readText(text)
    const own = remember(text, readFeatures(first, features))
    const chosen = relate(x, own, role, earlier, quoted)
    forward(second, x, own, hidden, logits)
    const best = calibrate(calibration, logits, chances)
    let hasContext = quoted !== undefined || earlier.length > 0
    if (hasContext) {
      x.fill(0, CONTEXT_FROM)
      forward(second, x, own, hidden, alone)
    } else hasContext = false
    const probabilities = {} as Record<Label, number>
    LABELS.forEach((label, i) => {
      probabilities[label] = chances[i] ?? 0
    })
    const pointed =
      quote ?? context.slice(-REACH)[chosen.akin >= 0 ? chosen.akin : chosen.request]?.text ?? context.at(-1)?.text
    return {
      label: LABELS[best] ?? 'chatter',
      confidence: chances[best] ?? 0,
      probabilities,
      flags: FLAGS.filter(
        (_, i) => 1 / (1 + Math.exp(-(logits[LABELS.length + i] ?? 0))) >= (calibration.flags[i] ?? 0.5),
      ),
      evidence: explain({
        first,
        features,
        text,
        label: best,
        context: hasContext ? { logits, alone, text: pointed ?? '' } : undefined,
      }),
    }
  }
  return { version: model.card.version, classify }
}
