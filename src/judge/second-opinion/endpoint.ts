import { CodedError } from '../../domain/errors.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The address of chat completions under a base such as `https://api.example.com/v1`. Throws CodedError
 * SECOND_OPINION_URL_INVALID for what is not https (loopback aside) or carries a password or query, without repeating it.
 */
export function completionsUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))
  if (!url || !safe || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new CodedError('SECOND_OPINION_URL_INVALID', '第二意见的接口地址不可用', {
      hint: '写成 https://域名/v1 的形式(本机回环地址可以用 http),不要带用户名、密码和查询参数。',
      status: 400,
    })
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/chat/completions`
}
