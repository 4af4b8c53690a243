import { z } from 'zod'
import { ROLES } from '../domain/message.ts'
import type { ContextMessage, Judge, Verdict } from '../domain/verdict.ts'
import { parseLines } from './input.ts'

const CONTEXT = 8

const lineSchema = z.object({
  id: z.string(),
  text: z.string(),
  role: z.enum(ROLES).default('member'),
  from: z.string().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  stream: z.string().optional(),
  context: z.array(z.object({ role: z.enum(ROLES), text: z.string() })).optional(),
})

/**
 * Judges corpus lines, in order. The context of a line is the one it brings; a line of a `stream` has what was said
 * before it in that stream.
 */
export function* classify(input: string, judge: Judge): Generator<{ id: string } & Verdict> {
  const streams = new Map<string, ContextMessage[]>()
  for (const { id, text, role, from, at, stream, context } of parseLines(input, lineSchema)) {
    const said = stream === undefined ? [] : (streams.get(stream) ?? [])
    const verdict = judge.classify({
      text,
      role,
      ...(from === undefined ? {} : { from }),
      context: context ?? said.slice(-CONTEXT),
      ...(at === undefined ? {} : { at: Date.parse(at) }),
    })
    if (stream !== undefined) streams.set(stream, [...said.slice(-CONTEXT), { role, text, ...(from ? { from } : {}) }])
    yield { id, ...verdict }
  }
}
