import { isDeepStrictEqual } from 'node:util'
import type { CallbackRequest, Incoming } from '../../src/adapters/adapter.ts'
import { CodedError } from '../../src/domain/errors.ts'
import { groupMessageSchema } from '../../src/domain/message.ts'
import { allFrameReaders, type FrameReader } from './frame-readers.ts'
import { mutateBytes, mutateRequest, mutateText, type Random } from './mutate.ts'
import { allVerifiers, type Verifier } from './verifiers.ts'

/**
 * What became of something mutated: taken in, answered without being stored, passed over as no frame at all, or refused
 * with 400, 401 or 403.
 */
export type Outcome = 'taken' | 'answered' | 'passed' | 400 | 401 | 403

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
  check(verifier.name, incoming)
  if (genuine !== null && verifier.coversContents && !sameWords(incoming, receive(verifier, genuine)))
    throw new Breach(`${verifier.name}: a forgery was believed`)
  const receipts = incoming.messages.map(() => ({ duplicate: false, answers: ['第 3 号 ]]> **已销号**'] }))
  const { status } = incoming.acknowledge(receipts)
  if (status !== 200) throw new Breach(`${verifier.name}: acknowledged with ${status}`)
  return 'taken'
}

/** Sends one mutated frame: its contents, or its bytes, changed. Throws a Breach as `attack` does. */
export function attackFrame(reader: FrameReader, random: Random): Outcome {
  const { contents } = reader
  const content = contents[Math.floor(random() * contents.length)] ?? ''
  const bytes = random() < 0.5 ? reader.frame(mutateText(content, random)) : mutateBytes(reader.frame(content), random)
  const heard = orRefused(reader.name, () => reader.read(bytes))
  if (typeof heard === 'number') return heard
  if (heard === null) return 'passed'
  check(reader.name, heard)
  return heard.messages.length + heard.amendments.length > 0 ? 'taken' : 'answered'
}

/** Something that can be attacked. */
export interface Target {
  name: string
  attack(random: Random): Outcome
}

/** Every way in: the verifiers of callbacks, and what reads the bytes of those that stay open. */
export const allTargets = (bytes: (count: number) => Buffer): Target[] => [
  ...allVerifiers(bytes).map((verifier) => ({
    name: verifier.name,
    attack: (random: Random) => attack(verifier, random),
  })),
  ...allFrameReaders().map((reader) => ({
    name: reader.name,
    attack: (random: Random) => attackFrame(reader, random),
  })),
]

const receive = ({ name, adapter }: Verifier, request: CallbackRequest): Incoming | 400 | 401 | 403 =>
  orRefused(name, () => adapter.receive(request))

function orRefused<T>(name: string, work: () => T): T | 400 | 401 | 403 {
  try {
    return work()
  } catch (error) {
    if (error instanceof CodedError && (error.status === 400 || error.status === 401 || error.status === 403))
      return error.status
    throw new Breach(`${name}: ${error instanceof Error ? error.name : 'not an error'}`, { cause: error })
  }
}

/** What no store can hold must not come out of an adapter. */
function check(
  name: string,
  heard: { messages: readonly unknown[]; amendments?: readonly unknown[] | undefined },
): void {
  for (const message of heard.messages) {
    if (!groupMessageSchema.safeParse(message).success) throw new Breach(`${name}: not a message`)
  }
  if (!isStorable([heard.messages, heard.amendments])) throw new Breach(`${name}: not storable`)
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
