import { signWebhook } from './signWebhook.ts'
import type { GroupState, Mode, SandboxInfo, SandboxMessage, Transcript } from './types.ts'

/** A refusal of the server in its own words, or the failure to reach it. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string

  constructor(status: number, code: string, message: string, hint: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.hint = hint
  }
}

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const error = (body as { error?: { code?: string; message?: string; hint?: string } } | null)?.error
  return new ApiError(
    response.status,
    error?.code ?? `HTTP_${response.status}`,
    error?.message ?? `服务器没有接受这次请求(${response.status})。`,
    error?.hint ?? '',
  )
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new ApiError(0, 'UNREACHABLE', '连不上服务器。', `请确认清群正在运行,再刷新本页。(${detail})`)
  }
  if (!response.ok) throw await readError(response)
  return (await response.json()) as T
}

const groupPath = (groupId: string) => `/api/sandbox/groups/${encodeURIComponent(groupId)}`

export const getInfo = () => request<SandboxInfo>('/api/sandbox')

export const getTranscript = (id: string) => request<Transcript>(`/api/sandbox/transcripts/${encodeURIComponent(id)}`)

export const getGroup = (groupId: string) => request<GroupState>(groupPath(groupId))

export const getDigest = (groupId: string, period: 'day' | 'week') =>
  request<{ markdown: string }>(`${groupPath(groupId)}/digest?period=${period}`)

export const putMode = (groupId: string, mode: Mode) =>
  request<{ mode: Mode }>(`${groupPath(groupId)}/mode`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })

/** Says when something of the group has changed. */
export const openEvents = (groupId: string) => new EventSource(`${groupPath(groupId)}/events`)

/** Sends a message through the signed callback, like any platform would; the answers come in the response. */
export async function sendMessage(
  { secret, channelId }: Pick<SandboxInfo, 'secret' | 'channelId'>,
  message: SandboxMessage,
): Promise<{ answers: string[] }> {
  // Browsers offer WebCrypto to secure contexts only: HTTPS, or the machine itself.
  if (!globalThis.isSecureContext) {
    const hint = '请在运行清群的电脑上用 http://127.0.0.1 打开本页,或者通过 HTTPS 访问。'
    throw new ApiError(0, 'INSECURE_CONTEXT', '浏览器不允许在这个地址上给消息签名。', hint)
  }
  const body = JSON.stringify(message)
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = await signWebhook({ secret, id: message.messageId, timestamp, body, subtle: crypto.subtle })
  return request(`/callbacks/sandbox/${encodeURIComponent(channelId)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}
