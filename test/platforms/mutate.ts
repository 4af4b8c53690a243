import type { CallbackRequest } from '../../src/adapters/adapter.ts'

/** In [0, 1). */
export type Random = () => number

/** What parsers, stores and limits stumble over. */
const SNAGS: readonly string[] = [
  '\u0000',
  '\ud800',
  '\udfff',
  '\ufeff',
  '\u202e',
  '👨‍👩‍👧‍👦',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[[[[[[[[[[[[[[[[',
  ']',
  '<',
  '>',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '<?xml?>',
  '</xml>',
  '__proto__',
  'constructor',
  'null',
  'true',
  '-1',
  '1e999',
  '99999999999999999999',
  '0x10',
  '%',
  '%00',
  '=',
  '+',
  '&',
  ',',
  '\r\n',
  '@所有人',
]

const below = (random: Random, limit: number): number => Math.floor(random() * limit)
const pick = (random: Random): string => SNAGS[below(random, SNAGS.length)] ?? ''

/** The text with one to four small changes. */
export function mutateText(text: string, random: Random): string {
  let changed = text
  for (let count = 1 + below(random, 4); count > 0; count--) {
    const at = below(random, changed.length + 1)
    const until = Math.min(changed.length, at + 1 + below(random, 20))
    switch (below(random, 7)) {
      case 0:
        changed = changed.slice(0, at) + changed.slice(until)
        break
      case 1:
        changed = changed.slice(0, at) + pick(random) + changed.slice(at)
        break
      case 2:
        changed = changed.slice(0, at) + pick(random) + changed.slice(until)
        break
      case 3:
        changed = changed.slice(0, at) + String.fromCharCode(below(random, 0x10000)) + changed.slice(at + 1)
        break
      case 4:
        changed = changed.slice(0, until) + changed.slice(at)
        break
      case 5:
        changed = changed.replace(/\d+|"[^"]*"/, () => pick(random))
        break
      default:
        changed = changed.slice(0, at) + pick(random).repeat(1 + below(random, 60)) + changed.slice(at)
    }
  }
  return changed
}

/** The bytes with one small change. */
export function mutateBytes(body: Buffer, random: Random): Buffer {
  const changed = Buffer.from(body)
  const at = below(random, changed.length)
  switch (below(random, 4)) {
    case 0:
      changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8))
      return changed
    case 1:
      return changed.subarray(0, at)
    case 2:
      return Buffer.concat([changed.subarray(0, at), Buffer.from([below(random, 256)]), changed.subarray(at)])
    default:
      return Buffer.from(mutateText(changed.toString('utf8'), random))
  }
}

/** The request as somebody without the secret might change it on its way. */
export function mutateRequest(request: CallbackRequest, random: Random): CallbackRequest {
  switch (below(random, 5)) {
    case 0:
      return { ...request, query: mutateText(request.query, random) }
    case 1: {
      const names = Object.keys(request.headers)
      const name = names[below(random, names.length)] ?? ''
      const value = random() < 0.2 ? undefined : mutateText(request.headers[name] ?? '', random)
      return { ...request, headers: { ...request.headers, [name]: value } }
    }
    case 2:
      return { ...request, method: request.method === 'GET' ? 'POST' : 'GET' }
    default:
      return { ...request, body: mutateBytes(request.body, random) }
  }
}
