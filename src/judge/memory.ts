import type { Role } from '../domain/message.ts'
import type { Reading } from './first-stage.ts'

/** How many texts' readings are remembered, at most twice as many: a message is context for those that follow it. */
const REMEMBERED = 2_048

/** The readings of recent texts. One text reads differently from another role. */
export interface Memory {
  recall(text: string, role: Role | undefined): Reading | undefined
  keep(text: string, role: Role | undefined, reading: Reading): Reading
}

/** One map a role: a key made of role and text would have to be built and hashed at every look. */
const createShelf = () => ({
  leader: new Map<string, Reading>(),
  member: new Map<string, Reading>(),
  unknown: new Map<string, Reading>(),
})

/** Forgets the older half when full: what is older than the last few thousand texts is nobody's context. */
export function createMemory(): Memory {
  let recent = createShelf()
  let older = createShelf()
  let count = 0
  return {
    recall: (text, role) => recent[role ?? 'unknown'].get(text) ?? older[role ?? 'unknown'].get(text),
    keep(text, role, reading) {
      if (count++ >= REMEMBERED) {
        older = recent
        recent = createShelf()
        count = 1
      }
      recent[role ?? 'unknown'].set(text, reading)
      return reading
    },
  }
}
