import type { Session, SessionShelf } from '../../../src/adapters/dingtalk/session-book.ts'

/** Keeps sessions in memory, the last one of each conversation. */
export function memoryShelf(): SessionShelf & { kept: Map<string, Session> } {
  const kept = new Map<string, Session>()
  return {
    kept,
    keep: async (groupId, session) => void kept.set(groupId, session),
    find: async (groupId) => kept.get(groupId) ?? null,
  }
}
