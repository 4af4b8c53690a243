import type { Clock, EpochMs } from '../domain/message.ts'
import type { SendResult } from '../domain/outbound.ts'
import { harmlessToRepeat, type Refused } from './http-client.ts'

/** A token is fetched anew this long before it expires, so that none expires on its way. */
const EARLY_MS = 60_000

export type FetchedToken = { token: string; lifetimeMs: number } | { refused: Refused }
export type TokenAnswer = { token: string } | { refused: Refused }

export interface TokenCache {
  get(): Promise<TokenAnswer>
  /** Forgets this token where it is still the current one; a newer one stays. */
  drop(token: string): void
}

/** Keeps one access token. However many ask at once, `fetchToken` runs once; a refusal is not kept. */
export function createTokenCache(options: { fetchToken: () => Promise<FetchedToken>; now: Clock }): TokenCache {
  const { fetchToken, now } = options
  let current: { token: string; until: EpochMs } | null = null
  let flight: Promise<TokenAnswer> | null = null

  async function refresh(): Promise<TokenAnswer> {
    const fetched = await fetchToken()
    if ('refused' in fetched) return { refused: harmlessToRepeat(fetched.refused) }
    current = { token: fetched.token, until: now() + fetched.lifetimeMs - EARLY_MS }
    return { token: fetched.token }
  }

  return {
    get() {
      if (current !== null && now() < current.until) return Promise.resolve({ token: current.token })
      flight ??= refresh().finally(() => {
        flight = null
      })
      return flight
    },
    drop(token) {
      if (current?.token === token) current = null
    },
  }
}

/**
 * Sends with a token, and once more with a new one where the platform refuses the first: platforms may end a token
 * before its time.
 */
export async function sendWithToken<Result = SendResult>(
  tokens: TokenCache,
  attempt: (token: string) => Promise<Result | 'token-refused'>,
): Promise<Result | Refused> {
  for (let round = 0; round < 2; round++) {
    const answer = await tokens.get()
    if ('refused' in answer) return answer.refused
    const result = await attempt(answer.token)
    if (result !== 'token-refused') return result
    tokens.drop(answer.token)
  }
  return {
    status: 'retry',
    code: 'TOKEN_REFUSED',
    hint: '平台连续两次拒绝刚取得的访问令牌,稍后再试;若持续出现,请核对应用的密钥',
    afterMs: 60_000,
  }
}
