/** So many answered messages are remembered, for deliveries that a platform repeats. */
const MOST = 1000

/** Messages that have been answered: the latest of them, by id. */
export interface Answered {
  has(messageId: string): boolean
  add(messageId: string): void
  /** It was not said after all. */
  delete(messageId: string): void
}

export function createAnswered(most = MOST): Answered {
  const ids = new Set<string>()
  return {
    has: (messageId) => ids.has(messageId),
    add(messageId) {
      ids.add(messageId)
      for (const oldest of ids) if (ids.size > most) ids.delete(oldest)
    },
    delete: (messageId) => void ids.delete(messageId),
  }
}
