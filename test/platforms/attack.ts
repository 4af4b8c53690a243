import { isDeepStrictEqual } from 'node:util'
import type { CallbackRequest, Incoming } from '../../src/adapters/adapter.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { groupMessageSchema } from '../../src/domain/message.ts'
import { mutateRequest, mutateText, type Random } from './mutate.ts'
import type { Verifier } from './verifiers.ts'

/** What became of a mutated callback: taken in, answered without being stored, or refused with 400, 401 or 403. */
export type Outcome = 'taken' | 'answered' | 400 | 401 | 403

/** How an adapter failed; `what` quotes nothing of the request. */
export class Breach extends Error {}

/** Sends one mutated callback. Throws a Breach for a crash, a 5xx, a message that no store can hold, and a forgery. */
export function attack(verifier: Verifier, random: Random): Outcome {
  const { contents } = verifier
  const content = contents[Math.floor(random() * contents.length)] ?? ''
  const bySomebodyElse = random() < 0.5
  const genuine = bySomebodyElse ? verifier.request(content) : null
  const request = genuine === null ? verifier.request(mutateText(content, random)) : mutateRequest(genuine, random)
  const incoming = receive(verifier, request)
  if (typeof incoming === 'number') return incoming
  if (incoming.kind === 'respond') return 'answered'
  for (const message of incoming.messages) {
    if (!groupMessageSchema.safeParse(message).success) throw new Breach(`${verifier.name}: not a message`)
  }
  if (!isStorable([incoming.messages, incoming.amendments])) throw new Breach(`${verifier.name}: not storable`)
  if (genuine !== null && verifier.coversContents && !sameWords(incoming, receive(verifier, genuine)))
    throw new Breach(`${verifier.name}: a forgery was believed`)
  const receipts = incoming.messages.map(() => ({ duplicate: false, answers: ['第 3 号 ]]> **已销号**'] }))
  const { status } = incoming.acknowledge(receipts)
  if (status !== 200) throw new Breach(`${verifier.name}: acknowledged with ${status}`)
  return 'taken'
}

function receive({ name, adapter }: Verifier, request: CallbackRequest): Incoming | 400 | 401 | 403 {
  try {
    return adapter.receive(request)
  } catch (error) {
    if (error instanceof CodedError && (error.status === 400 || error.status === 401 || error.status === 403))
      return error.status
    throw new Breach(`${name}: ${error instanceof Error ? error.name : 'not an error'}`, { cause: error })
  }
}

const sameWords = (one: Incoming, other: Incoming | number): boolean =>
  one.kind === 'messages' &&
  typeof other === 'object' &&
  other.kind === 'messages' &&
  isDeepStrictEqual([one.messages, one.amendments], [other.messages, other.amendments])

/** PostgreSQL holds neither NUL nor half a character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000')
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable)
}
