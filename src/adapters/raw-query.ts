import { refusal } from './refusal.ts'

const invalid = (message: string) =>
  refusal(400, 'QUERY_INVALID', message, '查询参数要按 RFC 3986 百分号编码,每个只出现一次')

/**
 * Reads a raw query string by percent-decoding alone: a literal `+` stays a plus sign, since WeCom's base64 values
 * mean one. A name given twice is refused, so that no two readers of the request see different values.
 */
export function parseRawQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const split = pair.indexOf('=')
    const name = decode(split < 0 ? pair : pair.slice(0, split))
    if (values.has(name)) throw invalid('查询参数重复')
    values.set(name, split < 0 ? '' : decode(pair.slice(split + 1)))
  }
  return values
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('查询参数的百分号编码有误')
  }
}
