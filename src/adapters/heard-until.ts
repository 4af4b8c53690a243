import type { EpochMs } from '../domain/message.ts'
import type { Ears } from './adapter.ts'

/**
 * Where a platform repeats nothing, the cursor is the moment until which everything was heard: whoever listens next,
 * on this node or another, tells from then on as a gap. Null before the first time of all.
 */
export async function readHeardUntil(ears: Pick<Ears, 'cursor'>): Promise<EpochMs | null> {
  const cursor = await ears.cursor()
  return cursor !== null && /^\d{13}$/.test(cursor) ? Number(cursor) : null
}

/** Writes down that everything was heard until then. Where the store refuses, a later gap is told longer than it was. */
export const writeHeardUntil = (ears: Pick<Ears, 'deliver'>, until: EpochMs): Promise<void> =>
  ears.deliver({ messages: [], cursor: String(until) }).then(
    () => undefined,
    () => undefined,
  )
