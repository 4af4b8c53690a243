import { z } from 'zod'
import { FLAGS, LABELS } from '../../domain/label.ts'

const WHY_LIMIT = 200
/** What was asked for has a tenth of this. */
const WORDS_LIMIT = 4_000

/** Words of a stranger as one plain line: no markup, no mention, no link, at most 200 code units. */
const plainWords = (text: string): string =>
  text
    .slice(0, WORDS_LIMIT)
    .toWellFormed()
    .replace(/[a-z][a-z+.-]*:\/\/\S*/gi, '')
    .replace(/[\\`*_#|~<>[\]@\uff20]/g, '')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\s]+/gu, ' ')
    .trim()
    .slice(0, WHY_LIMIT)
    .toWellFormed()

const opinionSchema = z.strictObject({
  label: z.enum(LABELS),
  confidence: z.number().min(0).max(1),
  flags: z
    .array(z.enum(FLAGS))
    .max(FLAGS.length)
    .default([])
    .transform((flags) => [...new Set(flags)]),
  why: z.string().default('').transform(plainWords),
})

/** What another judge thinks of a message. `why` is one plain line that comes from outside. */
export type Opinion = z.output<typeof opinionSchema>

/** An answer of the chat-completions protocol; what is not looked at may be anything. */
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
})

/** The words of a completed answer; null for a refusal, a cut or filtered answer, and whatever is no completion. */
export function contentOf(answer: unknown): string | null {
  const choice = completionSchema.safeParse(answer).data?.choices[0]
  if (!choice || choice.message.refusal || (choice.finish_reason ?? 'stop') !== 'stop') return null
  return choice.message.content ?? null
}

/** Some servers leave the model's thinking in front of its answer. */
const THINKING = /^\s*<think>[\s\S]*?<\/think>/
const FENCED = /^```(?:json)?\s([\s\S]*)```$/i

/**
 * Reads an opinion from a model's words: the one JSON object asked for, at most in a code fence, and nothing else. Null
 * where it is anything more or less: an unknown label or flag, a field too many, a confidence that is no probability.
 */
export function readOpinion(content: string): Opinion | null {
  if (content.length > WORDS_LIMIT) return null
  const words = content.replace(THINKING, '').trim()
  const text = FENCED.exec(words)?.[1] ?? words
  try {
    return opinionSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
