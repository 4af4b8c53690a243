import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import { createHttpClient, type Fetch, type HttpOutcome, type HttpRequest, type Refused } from '../http-client.ts'
import { type CreateLimiter, refusedTooSoon } from '../limiter.ts'
import { misconfigured } from '../refusal.ts'
import { createTokenCache, type FetchedToken, sendWithToken } from '../token-cache.ts'
import { DINGTALK_BASE_URL, DINGTALK_OAPI_URL } from './constants.ts'
import { refusedBy, unreadable } from './error-code.ts'
import { createApiLimiters } from './limiter.ts'
import { refusedByOapi } from './oapi-answer.ts'

export interface DingtalkAppOptions {
  appKey: string
  appSecret: string
  fetch: Fetch
  now: Clock
  baseUrl?: string
  oapiUrl?: string
  limiterOf?: CreateLimiter
}

export type AppAnswer = { json: unknown } | { refused: Refused }

/** An application towards api.dingtalk.com: one token for all that it says, 20 calls a second to each endpoint. */
export interface DingtalkApp {
  /** `path` names the endpoint as the platform counts it; `url` is given where ids stand in the path itself. */
  call(request: { method: HttpRequest['method']; path: string; url?: string; json: unknown }): Promise<AppAnswer>
  /** The older half, oapi.dingtalk.com, whose errors come in HTTP 200. */
  oapi(request: {
    path: string
    query?: Readonly<Record<string, string>>
    json?: unknown
    form?: FormData
  }): Promise<AppAnswer>
}

const tokenSchema = z.object({ accessToken: z.string().min(1), expireIn: z.number().positive() })

/** Throws a CodedError where the credentials are empty. */
export function createDingtalkApp(options: DingtalkAppOptions): DingtalkApp {
  const { appKey, appSecret, fetch, now, baseUrl = DINGTALK_BASE_URL, limiterOf = createApiLimiters() } = options
  const { oapiUrl = DINGTALK_OAPI_URL } = options
  if (appKey === '' || appSecret === '') {
    throw misconfigured('DINGTALK_APP_INVALID', '钉钉应用的配置不完整', '请填写 AppKey 和 AppSecret')
  }
  const http = createHttpClient({ fetch })
  const tokens = createTokenCache({ fetchToken, now })

  /** API/0033 */
  async function fetchToken(): Promise<FetchedToken> {
    const url = `${baseUrl}/v1.0/oauth2/accessToken`
    const outcome = await http({ method: 'POST', url, json: { appKey, appSecret } })
    const refused = refusedBy(outcome)
    if (refused === 'token-refused') return { refused: CREDENTIALS_REFUSED }
    if (refused !== null) return { refused }
    const parsed = tokenSchema.safeParse('json' in outcome ? outcome.json : undefined)
    if (!parsed.success) return { refused: unreadable('status' in outcome ? outcome.status : 0) }
    return { token: parsed.data.accessToken, lifetimeMs: parsed.data.expireIn * 1000 }
  }

  const withToken = async (
    path: string,
    requestWith: (token: string) => HttpRequest,
    read: (outcome: HttpOutcome) => Refused | 'token-refused' | null,
  ): Promise<AppAnswer> => {
    const answer = await sendWithToken<AppAnswer>(tokens, async (token) => {
      const limiter = limiterOf(`dingtalk-${appKey}-${path}`)
      const outcome = await limiter.schedule(() => http(requestWith(token)), refusedTooSoon)
      const refused = read(outcome)
      if (refused === 'token-refused') return refused
      if (refused !== null) return { refused }
      if (!('json' in outcome) || outcome.json === undefined) {
        return { refused: unreadable('status' in outcome ? outcome.status : 0) }
      }
      return { json: outcome.json }
    })
    return 'status' in answer ? { refused: answer } : answer
  }

  return {
    call({ method, path, url = path, json }) {
      const request = (token: string): HttpRequest => ({
        method,
        url: `${baseUrl}${url}`,
        headers: { 'x-acs-dingtalk-access-token': token },
        json,
      })
      return withToken(path, request, refusedBy)
    },
    oapi({ path, query, json, form }) {
      const request = (token: string): HttpRequest => ({
        method: 'POST',
        url: `${oapiUrl}${path}?${new URLSearchParams({ access_token: token, ...query })}`,
        ...(form === undefined ? { json } : { form }),
      })
      return withToken(path, request, refusedByOapi)
    },
  }
}

const CREDENTIALS_REFUSED = {
  status: 'failed',
  code: 'DINGTALK_CREDENTIALS_INVALID',
  hint: 'AppKey 或 AppSecret 不正确,请从钉钉开放平台复制',
} as const
