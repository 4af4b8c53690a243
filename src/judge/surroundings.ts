import type { Role } from '../domain/message.ts'
import type { JudgeInput } from '../domain/verdict.ts'
import type { Before } from './choose-before.ts'
import type { Reading } from './first-stage.ts'
import { REACH } from './relation.ts'

/** What was said before a message, read. */
export interface Surroundings {
  before: Before[]
  quoted: Before | undefined
}

/** Reads the messages before one, as far back as the second stage looks, and the one that it quotes. */
export function readSurroundings(
  { context, from, quote }: Pick<JudgeInput, 'context' | 'from' | 'quote'>,
  read: (text: string, role: Role | undefined) => Reading,
): Surroundings {
  const before = context.slice(-REACH).map(
    (message): Before => ({
      reading: read(message.text, message.role),
      role: message.role,
      same: message.from === undefined || from === undefined ? 0 : message.from === from ? 1 : -1,
    }),
  )
  if (quote === undefined || quote === '') return { before, quoted: undefined }
  // A quoted message that is still at hand has a known speaker.
  const at = context.slice(-REACH).findLastIndex(({ text }) => text === quote)
  return { before, quoted: before[at] ?? { reading: read(quote, undefined), role: undefined, same: 0 } }
}
