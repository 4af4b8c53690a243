import type { Ears, Listener } from '../../src/adapters/adapter.ts'
import { capabilitiesOf } from '../../src/adapters/capabilities.ts'

/** One time that a listener was set to listen. */
export interface Turn {
  ears: Ears
  signal: AbortSignal
  /** Lets it end as if it had given up; with an error as if trying again were useless. */
  end(error?: unknown): void
}

export interface ScriptedListener extends Listener {
  /** All times so far, in order. */
  turns: Turn[]
  /** How many of them have not ended. */
  readonly open: number
  /** What stopping has to wait for. */
  closing: Promise<void>
}

/** A way in that does what a test tells it; it ends as soon as its signal aborts and `closing` has resolved. */
export function scriptListener({ exclusive = true, channelId = 'main', adapter = 'scripted' } = {}): ScriptedListener {
  let open = 0
  const listener: ScriptedListener = {
    adapter,
    channelId,
    exclusive,
    capabilities: capabilitiesOf('all'),
    turns: [],
    closing: Promise.resolve(),
    get open() {
      return open
    },
    async listen(ears, signal) {
      open++
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const end = (error?: unknown) => (error === undefined ? resolve() : reject(error))
      signal.addEventListener('abort', () => end(), { once: true })
      if (signal.aborted) end()
      listener.turns.push({ ears, signal, end })
      try {
        await promise
        await listener.closing
      } finally {
        open--
      }
    },
  }
  return listener
}
