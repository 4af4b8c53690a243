import { z } from 'zod'
import type { Clock } from '../../domain/message.ts'
import { createHttpClient, type Fetch, type HttpRequest, type Refused } from '../http-client.ts'
import { misconfigured } from '../refusal.ts'
import { createTokenCache, type FetchedToken, sendWithToken } from '../token-cache.ts'
import { TOKEN_REFUSED, WECOM_BASE_URL } from './constants.ts'
import { readAnswer, refusedBy, type WecomAnswer } from './errcode.ts'

export interface WecomAppOptions {
  corpId: string
  corpSecret: string
  fetch: Fetch
  now: Clock
  baseUrl?: string
}

/** A self-built app towards the server API: every call carries its token. */
export interface WecomApp {
  /** `path` below `/cgi-bin/`. The answer's `errcode` is 0. */
  post(path: string, json: unknown): Promise<AppAnswer>
  get(path: string, query: Readonly<Record<string, string>>): Promise<AppAnswer>
  upload(path: string, query: Readonly<Record<string, string>>, form: FormData): Promise<AppAnswer>
}

type AppAnswer = { answer: WecomAnswer } | { refused: Refused }

const tokenSchema = z.object({ access_token: z.string().min(1).max(512), expires_in: z.number().positive() })

/** Throws a CodedError where the credentials are empty. */
export function createWecomApp({
  corpId,
  corpSecret,
  fetch,
  now,
  baseUrl = WECOM_BASE_URL,
}: WecomAppOptions): WecomApp {
  if (corpId === '' || corpSecret === '') {
    throw misconfigured('WECOM_APP_INVALID', '企业微信应用的配置不完整', '请填写 corpId 和 corpSecret')
  }
  const call = createHttpClient({ fetch })
  const tokens = createTokenCache({ fetchToken, now })

  async function fetchToken(): Promise<FetchedToken> {
    const query = new URLSearchParams({ corpid: corpId, corpsecret: corpSecret })
    const read = readAnswer(await call({ method: 'GET', url: `${baseUrl}/cgi-bin/gettoken?${query}` }))
    if ('refused' in read) return read
    if (read.answer.errcode !== 0) return { refused: refusedBy(read.answer) }
    const parsed = tokenSchema.safeParse(read.answer)
    if (parsed.success) return { token: parsed.data.access_token, lifetimeMs: parsed.data.expires_in * 1000 }
    return { refused: { status: 'retry', code: 'WECOM_ANSWER_UNREADABLE', hint: '企业微信没有给出访问令牌,稍后再试' } }
  }

  /** `requestWith` gives what is asked with a token. */
  async function ask(requestWith: (token: string) => HttpRequest): Promise<AppAnswer> {
    const result = await sendWithToken<AppAnswer>(tokens, async (token) => {
      const read = readAnswer(await call(requestWith(token)))
      if ('refused' in read) return read
      if (TOKEN_REFUSED.has(read.answer.errcode)) return 'token-refused'
      return read.answer.errcode === 0 ? read : { refused: refusedBy(read.answer) }
    })
    return 'status' in result ? { refused: result } : result
  }
  const urlOf = (path: string, query: Readonly<Record<string, string>>): string =>
    `${baseUrl}/cgi-bin/${path}?${new URLSearchParams(query)}`

  return {
    post: (path, json) => ask((token) => ({ method: 'POST', url: urlOf(path, { access_token: token }), json })),
    get: (path, query) => ask((token) => ({ method: 'GET', url: urlOf(path, { access_token: token, ...query }) })),
    upload: (path, query, form) =>
      ask((token) => ({ method: 'POST', url: urlOf(path, { access_token: token, ...query }), form })),
  }
}
