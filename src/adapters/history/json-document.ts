import type { z } from 'zod'
import { lineOfPath } from './json-place.ts'
import { historyInvalid, linesOf } from './past-message.ts'

/** The line of what makes a text no JSON. V8 tells no place for a character that begins nothing, and for an early end. */
function lineOfSyntax(error: unknown, json: string): number {
  const named = error instanceof Error ? /line (\d+) column/.exec(error.message)?.[1] : undefined
  if (named !== undefined) return Number(named)
  const lines = json.split('\n')
  const holdsFault = (count: number) => {
    try {
      JSON.parse(lines.slice(0, count).join('\n'))
      return false
    } catch (fault) {
      return fault instanceof Error && fault.message.startsWith('Unexpected token')
    }
  }
  let [before, upTo] = [0, lines.length]
  while (upTo - before > 1) {
    const middle = (before + upTo) >> 1
    if (holdsFault(middle)) upTo = middle
    else before = middle
  }
  return upTo
}

/** What zod finds wrong, in a word; values are not repeated. */
export const wordsOf = (issue: z.core.$ZodIssue): string => {
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return `${issue.path.map(String).join('.') || '整体'}: ${missing ? '缺少' : issue.message}`
}

/** A whole file of JSON, checked, with line ends of one kind; throws HISTORY_INVALID with the line of each fault. */
export function readJsonDocument<S extends z.ZodType>(
  content: string,
  schema: S,
): { json: string; value: z.output<S> } {
  const json = linesOf(content).join('\n')
  let written: unknown
  try {
    written = JSON.parse(json)
  } catch (error) {
    throw historyInvalid([{ line: lineOfSyntax(error, json), what: '不是有效的 JSON' }])
  }
  const parsed = schema.safeParse(written)
  if (parsed.success) return { json, value: parsed.data }
  const faults = parsed.error.issues.map((issue) => ({ line: lineOfPath(json, issue.path), what: wordsOf(issue) }))
  throw historyInvalid(faults)
}
