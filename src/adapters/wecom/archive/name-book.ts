import type { Clock, EpochMs } from '../../../domain/message.ts'

/** Names change: what is known is asked for anew after this. */
const FRESH_MS = 12 * 3_600_000
/** After a question that brought no name (no permission, an outside group, the network is down). */
const AGAIN_MS = 3_600_000
const MOST_KNOWN = 20_000
/** Further questions are put once these are answered and their ids come up again. */
const MOST_WAITING = 500

export interface NameBookOptions {
  /** Undefined where there is no name to be had; it does not throw for what a platform answers. */
  ask(id: string): Promise<string | undefined>
  now: Clock
  /** Ends the asking. */
  signal: AbortSignal
}

/**
 * Names by id, which whoever asks never waits for: undefined until the answer is there. One question at a time, so that
 * thousands of new ids stay far below a platform's limits.
 */
export function createNameBook({ ask, now, signal }: NameBookOptions): (id: string) => string | undefined {
  const known = new Map<string, { name: string | undefined; until: EpochMs }>()
  const waiting = new Set<string>()
  let isAsking = false

  async function askAll(): Promise<void> {
    for (const id of waiting) {
      if (signal.aborted) break
      const before = known.get(id)?.name
      const name = await ask(id).catch(() => undefined)
      waiting.delete(id)
      known.delete(id)
      known.set(id, { name: name ?? before, until: now() + (name === undefined ? AGAIN_MS : FRESH_MS) })
      for (const oldest of known.keys()) {
        if (known.size <= MOST_KNOWN) break
        known.delete(oldest)
      }
    }
    isAsking = false
  }

  return (id) => {
    const entry = known.get(id)
    if ((entry === undefined || now() >= entry.until) && waiting.size < MOST_WAITING) {
      waiting.add(id)
      if (!isAsking) {
        isAsking = true
        void askAll()
      }
    }
    return entry?.name
  }
}
