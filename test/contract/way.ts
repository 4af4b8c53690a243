import type { CallbackRequest } from '../../src/adapters/adapter.ts'
import type { EpochMs } from '../../src/domain/message.ts'

/** Something that a person says on a platform. */
export interface Said {
  /** Of the message, as the platform gives it. */
  id: string
  /** Names a group; each way in makes an id of its own of it. */
  group: string
  person: string
  text: string
  at: EpochMs
  /** It calls the bot by its name. Where a platform brings nothing else, everything does. */
  asks?: boolean
}

/** A delivery as it goes over the wire: a callback, or something done to a platform that is being listened to. */
export type Wire = { path: string; request: CallbackRequest } | (() => void)

/** What became of a delivery, as the platform and the operator see it. */
export interface Told {
  /** Acknowledged; stored, where the platform knows no acknowledgement. */
  taken: boolean
  /** What the response itself says to the person. */
  answer: string | null
  /** Of the refusal. */
  code: string | null
  /** Null where the code says it all. */
  hint: string | null
}

/** Why a sentence of the contract cannot hold for a way in. The suite checks that what it says is so. */
export interface Why {
  why: string
}

export const isWhy = (value: unknown): value is Why => typeof value === 'object' && value !== null && 'why' in value

/** What only ways in have that stay open. */
export interface Open {
  /** As metrics and log name it. */
  channel: string
  /** The platform's answers to this message so far, oldest first: true where it was acknowledged; absent where it gets none. */
  acks?(said: Said): boolean[]
  /** Hands over what has been said, where the platform gathers. */
  flush?(): void | Promise<void>
  /** The platform is out of reach from now on; a pull notices that. */
  down(): void | Promise<void>
  up(): void
  /** For so long it stays out of reach in the test: longer than the platform keeps what it could not hand over. */
  silenceMs: number
  /** What is said while the platform cannot reach us. */
  missed: { say(said: Said): void } | Why
  /** The platform delivers again what was not acknowledged: these. */
  repeat: ((said: readonly Said[]) => void) | Why
  /** The platform parts with what it has handed over: so many of a burst must have been read before a stop. */
  partsWithAll?: boolean
}

/** A way in as the contract suite sees it: how its platform delivers, and what holds for it. */
export interface Way {
  tenantId: string
  /** Where a message is stored. */
  place(said: Said): { groupId: string; messageId: string; memberId: string }
  genuine(said: Said): Wire
  /** The contents changed on their way by somebody who does not know the secret. */
  tampered(said: Said): Wire
  /** Whether a change of the contents is noticed. */
  contents: 'sealed' | Why
  /** What somebody without the secret, or for somebody else, sends; the first one may come at any time. */
  forgeries: Readonly<Record<string, (said: Said) => Wire>>
  /** A delivery that was signed `ageMs` ago. */
  stale: { windowMs: number; signedAt(said: Said, at: EpochMs): Wire } | Why
  /** Whether a message keeps the time at which it was said. */
  time: 'said' | Why
  /** How a text above the longest that is judged is met. */
  tooLong: 'refused' | Why
  /** What a delivery beyond 1 MiB is refused with; null where it is met like any text that is too long. */
  hugeCode: RegExp | null
  /** What the bot answers: read from the response, or all it has said so far in the message's conversation. */
  answers: { read(response: string): string } | { heard(said: Said): string[] } | Why
  open?: Open
}
