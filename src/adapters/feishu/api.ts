import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import { createHttpClient, type Fetch, type Refused } from '../http-client.ts'
import { misconfigured } from '../refusal.ts'
import { createTokenCache, type FetchedToken, sendWithToken } from '../token-cache.ts'
import { FEISHU_BASE_URL } from './constants.ts'
import { type FeishuAnswer, readAnswer } from './error-code.ts'

export interface FeishuAppOptions {
  appId: string
  appSecret: string
  fetch: Fetch
  now: Clock
  baseUrl?: string
}

export interface FeishuRequest {
  method: 'GET' | 'POST' | 'DELETE'
  /** Under `/open-apis`, without query. */
  path: string
  query?: Readonly<Record<string, string>>
  json?: unknown
  form?: FormData
}

/** The server API as an app calls it: the tenant access token is seen to. */
export type FeishuApi = (request: FeishuRequest) => Promise<{ data: unknown } | { refused: Refused }>

const tokenSchema = z.object({ tenant_access_token: z.string().min(1), expire: z.number().positive() })

/** authentication-management/access-token/tenant_access_token_internal.md */
export function createFeishuApi(options: FeishuAppOptions): FeishuApi {
  const { appId, appSecret, fetch, now, baseUrl = FEISHU_BASE_URL } = options
  if (appId === '' || appSecret === '')
    throw misconfigured('FEISHU_APP_INVALID', '飞书应用的配置不完整', '请填写 App ID 和 App Secret')
  const call = createHttpClient({ fetch })
  const tokens = createTokenCache({ fetchToken, now })

  async function fetchToken(): Promise<FetchedToken> {
    const url = `${baseUrl}/open-apis/auth/v3/tenant_access_token/internal`
    const outcome = await call({ method: 'POST', url, json: { app_id: appId, app_secret: appSecret } })
    const answer = readAnswer(outcome)
    if (answer === 'token-refused') return { refused: UNREADABLE }
    if ('refused' in answer) return answer
    const parsed = tokenSchema.safeParse('json' in outcome ? outcome.json : undefined)
    if (!parsed.success) return { refused: UNREADABLE }
    return { token: parsed.data.tenant_access_token, lifetimeMs: parsed.data.expire * 1000 }
  }

  return async ({ method, path, query, json, form }) => {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
    const url = `${baseUrl}/open-apis${path}${search}`
    const result = await sendWithToken(tokens, async (token): Promise<FeishuAnswer> => {
      const headers = { authorization: `Bearer ${token}` }
      const body = form === undefined ? {} : { form }
      return readAnswer(await call({ method, url, headers, ...(json === undefined ? body : { json }) }))
    })
    return 'status' in result ? { refused: result } : result
  }
}

const UNREADABLE: Refused = { status: 'retry', code: 'FEISHU_ANSWER_UNREADABLE', hint: '飞书没有给出访问令牌,稍后再试' }
