import type { Delivery } from '../../src/adapters/adapter.ts'
import type { Intake } from '../../src/intake/intake.ts'

/** How often a message came before the intake, and what became of it. */
export interface Comings {
  came: number
  taken: number
  refused: number
}

/** Counts what comes before whichever intake is in service, and can hold it there. */
export function createWatch() {
  const seen = new Map<string, Comings>()
  let gate: Promise<void> = Promise.resolve()

  const of = (messageId: string): Comings => {
    const known = seen.get(messageId) ?? { came: 0, taken: 0, refused: 0 }
    seen.set(messageId, known)
    return known
  }

  async function through<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const id of ids) of(id).came++
    await gate
    try {
      const result = await work()
      for (const id of ids) of(id).taken++
      return result
    } catch (error) {
      for (const id of ids) of(id).refused++
      throw error
    }
  }

  return {
    of,
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    watch: (intake: Intake): Intake => ({
      accept: (message) => through([message.messageId], () => intake.accept(message)),
      deliver: (from, delivery: Delivery) =>
        through(
          delivery.messages.map(({ messageId }) => messageId),
          () => intake.deliver(from, delivery),
        ),
      idle: intake.idle,
    }),
  }
}
