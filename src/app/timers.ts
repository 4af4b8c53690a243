import { setTimeout as wait } from 'node:timers/promises'
import { errorFields, type Logger } from '../log.ts'

/** Does something again and again until stopped; a failure is logged and the next turn comes all the same. */
export function every(ms: number, what: string, work: () => Promise<void>, log: Logger): () => void {
  const timer = setInterval(() => {
    work().catch((error) => log.error(errorFields(error), `${what} failed`))
  }, ms).unref()
  return () => clearInterval(timer)
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
