import { z } from 'zod'
import type { Clock, EpochMs } from '../../domain/message.ts'
import { misconfigured } from '../refusal.ts'

/** An address by which one conversation can be answered for about 90 minutes; it is a secret. */
export interface Session {
  url: string
  expiresAt: EpochMs
}

export interface SessionBook {
  /** Keeps the newest of a conversation; one whose address is not the platform's is left aside. */
  remember(groupId: string, session: Session): void
  /** Null where there is none that holds for a while yet. */
  find(groupId: string): Session | null
}

/** The hosts of the official samples and of practice (API/0718, DEV/0078). */
const ORIGINS = ['https://oapi.dingtalk.com', 'https://api.dingtalk.com'] as const
const EARLY_MS = 30_000
const MAX_SESSIONS = 10_000

const sessionSchema = z.looseObject({ sessionWebhook: z.string(), sessionWebhookExpiredTime: z.coerce.number() })

/** What a robot message says about how to answer it (API/0718). Only believe it where the body itself is proven. */
export function readSession(body: Record<string, unknown>): Session | null {
  const { data } = sessionSchema.safeParse(body)
  return data === undefined ? null : { url: data.sessionWebhook, expiresAt: data.sessionWebhookExpiredTime }
}

/**
 * Keeps sessions in memory: after a restart other ways out serve until somebody speaks to the robot again.
 * `origins` are those that may be called, `https://host`; without TLS only a loopback address.
 */
export function createSessionBook(options: { now: Clock; origins?: readonly string[] }): SessionBook {
  const { now, origins = ORIGINS } = options
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !/^https:|^http:\/\/127\./.test(origin)) {
      throw misconfigured('DINGTALK_SESSION_ORIGIN_INVALID', 'sessionWebhook 的白名单有误', '请写成 https://主机名')
    }
  }
  const sessions = new Map<string, Session>()
  return {
    remember(groupId, session) {
      if (!isAllowed(session.url, origins)) return
      sessions.delete(groupId)
      sessions.set(groupId, session)
      const [oldest] = sessions.keys()
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest)
    },
    find(groupId) {
      const session = sessions.get(groupId)
      return session !== undefined && session.expiresAt - EARLY_MS > now() ? session : null
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
