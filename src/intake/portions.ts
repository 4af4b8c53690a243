import { setImmediate as turn } from 'node:timers/promises'

/** So many are handed over at once: enough that a statement's own cost is small beside its rows. */
const PORTION = 400
/** After so many the event loop turns, for whoever answers the write and whoever else is waiting. */
const STRETCH = 20

/** Work that goes on beside its caller, portion by portion. */
export interface Portions<T> {
  /** Takes one more; waits where the portion before is still at work. Rejects once a portion has failed. */
  add(item: T): Promise<void>
  /** Hands over what is left; resolves when all is done. */
  finish(): Promise<void>
  /** Resolves when nothing is at work any more, however that ended. */
  settled(): Promise<void>
}

/** Hands items over in their order to `work`, which never runs twice at a time, while the caller makes the next ones. */
export function createPortions<T>(work: (items: readonly T[]) => Promise<void>): Portions<T> {
  let portion: T[] = []
  let running: Promise<void> = Promise.resolve()
  let count = 0

  async function start(): Promise<void> {
    await running
    const items = portion
    portion = []
    running = work(items)
    // Looked at when the next portion is ready, or at the end.
    running.catch(() => undefined)
  }

  return {
    async add(item) {
      portion.push(item)
      count++
      if (portion.length >= PORTION) await start()
      if (count % STRETCH === 0) await turn()
    },
    async finish() {
      if (portion.length > 0) await start()
      await running
    },
    settled: () => running.catch(() => undefined),
  }
}
