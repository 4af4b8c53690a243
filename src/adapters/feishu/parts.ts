import type { Clock, EpochMs } from '../../domain/message.ts'
import { PART_LIFETIME_MS } from './constants.ts'
import { type Frame, headerOf } from './frame.ts'

/** More than any event needs: bounds what a broken peer can make us keep. */
const MAX_PARTS = 256
const MAX_EVENTS = 256

/** Puts split events together: headers `sum` and `seq`, parts in any order, each event within 10 s (SDK). */
export function createParts(now: Clock) {
  const waiting = new Map<string, { since: EpochMs; parts: (Uint8Array | undefined)[] }>()

  /** The whole payload with the last part of an event; null before, and for headers that make no sense. */
  return function add(frame: Frame): Buffer | null {
    const [sum, seq] = [Number(headerOf(frame, 'sum') ?? 1), Number(headerOf(frame, 'seq') ?? 0)]
    const id = headerOf(frame, 'message_id') ?? ''
    const payload = frame.payload ?? new Uint8Array()
    if (!Number.isInteger(sum) || sum < 1 || sum > MAX_PARTS || !Number.isInteger(seq) || seq < 0 || seq >= sum)
      return null
    if (sum === 1) return Buffer.from(payload)
    for (const [key, { since }] of waiting) if (now() - since > PART_LIFETIME_MS) waiting.delete(key)
    const known = waiting.get(id)
    const event = known?.parts.length === sum ? known : { since: now(), parts: Array(sum).fill(undefined) }
    if (event !== known && waiting.size >= MAX_EVENTS) return null
    event.parts[seq] = payload
    waiting.set(id, event)
    const parts = event.parts.filter((part) => part !== undefined)
    if (parts.length < sum) return null
    waiting.delete(id)
    return Buffer.concat(parts)
  }
}
