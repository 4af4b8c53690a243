import { z } from 'zod'
import type { Clock, EpochMs } from '../../domain/message.ts'
import { misconfigured } from '../refusal.ts'

/** An address by which one conversation can be answered for about 90 minutes; it is a secret. */
export interface Session {
  url: string
  expiresAt: EpochMs
}

/** Where sessions are kept, so that they survive a restart and serve every node. */
export interface SessionShelf {
  /** Keeps the one of a conversation that holds longest. */
  keep(groupId: string, session: Session): Promise<void>
  find(groupId: string): Promise<Session | null>
}

/** Both functions reject where the shelf cannot be reached. */
export interface SessionBook {
  /** Keeps the newest of a conversation; one whose address is not the platform's is left aside. */
  remember(groupId: string, session: Session): Promise<void>
  /** Null where there is none that holds for a while yet. */
  find(groupId: string): Promise<Session | null>
}

/** The hosts of the official samples and of practice (API/0718, DEV/0078). */
const ORIGINS = ['https://oapi.dingtalk.com', 'https://api.dingtalk.com'] as const
const EARLY_MS = 30_000
/** Samples hold for 90 minutes (API/0718); none is believed to hold longer than this. */
const LONGEST_MS = 24 * 3_600_000

const sessionSchema = z.looseObject({ sessionWebhook: z.string(), sessionWebhookExpiredTime: z.coerce.number() })

/**
 * What a robot message says about how to answer it (API/0718). Only believe it where the body itself is proven, as in
 * Stream: an HTTP callback's signature leaves the body uncovered, and the list of hosts is no help there. Whoever
 * captures one signed header could name the session of a robot of their own, on the same host, and be sent what is
 * meant for the group; nothing in such an address, and no call of the API, tells whose it is.
 */
export function readSession(body: Record<string, unknown>): Session | null {
  const { data } = sessionSchema.safeParse(body)
  return data === undefined ? null : { url: data.sessionWebhook, expiresAt: data.sessionWebhookExpiredTime }
}

/**
 * The sessions of the conversations that the robot was spoken to in lately. `origins` are those that may be called,
 * `https://host`; without TLS only a loopback address. What was kept under an earlier list is checked again.
 */
export function createSessionBook(options: {
  shelf: SessionShelf
  now: Clock
  origins?: readonly string[]
}): SessionBook {
  const { shelf, now, origins = ORIGINS } = options
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !/^https:|^http:\/\/127\./.test(origin)) {
      throw misconfigured('DINGTALK_SESSION_ORIGIN_INVALID', 'sessionWebhook 的白名单有误', '请写成 https://主机名')
    }
  }
  const isUsable = ({ url, expiresAt }: Session): boolean => expiresAt - EARLY_MS > now() && isAllowed(url, origins)
  return {
    async remember(groupId, session) {
      const expiresAt = Math.min(session.expiresAt, now() + LONGEST_MS)
      if (isUsable(session)) await shelf.keep(groupId, { url: session.url, expiresAt })
    },
    async find(groupId) {
      const session = await shelf.find(groupId)
      return session !== null && isUsable(session) ? session : null
    },
  }
}

/** Exactly a robot's address on a host that is listed: no other port, no user, no fragment. */
function isAllowed(text: string, origins: readonly string[]): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const plain = url.username === '' && url.password === '' && url.hash === ''
  return plain && origins.includes(url.origin) && url.pathname.startsWith('/robot/')
}
