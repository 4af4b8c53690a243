import { refusal } from './refusal.ts'

const invalid = (message: string, hint = '请求体要是 UTF-8 编码的 JSON 对象') =>
  refusal(400, 'BODY_INVALID', message, hint)

/** Parses JSON text into an object; throws CodedError 400 for anything else, at any depth of nesting. */
export function parseJsonObject(text: string): Record<string, unknown> {
  if (/^\s*</.test(text)) throw invalid('请求体是 XML 或 HTML,这里只收 JSON')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which must not reach a log.
    throw invalid('请求体不是有效的 JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('请求体不是 JSON 对象')
  return value as Record<string, unknown>
}

/** The raw bytes as text, refused with 400 where they are not UTF-8. */
export function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw invalid('请求体不是有效的 UTF-8')
  }
}
