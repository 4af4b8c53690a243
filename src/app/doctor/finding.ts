import type { Refused } from '../../adapters/http-client.ts'

/** One line of the examination: what was looked at, and what to do. */
export interface Finding {
  /** `unknown`: it cannot be looked at from here; neither good nor bad. */
  state: 'right' | 'wrong' | 'unknown'
  text: string
}

export const right = (text: string): Finding => ({ state: 'right', text })
export const wrong = (text: string): Finding => ({ state: 'wrong', text })
export const unknown = (text: string): Finding => ({ state: 'unknown', text })

const UNREACHED = new Set(['HTTP_UNREACHABLE', 'HTTP_TIMEOUT', 'HTTP_INTERRUPTED'])
const FOREIGN = /^HTTP_(?:REDIRECTED|ANSWER_TOO_LARGE)$|_ANSWER_UNREADABLE$/

/** What a refusal means to somebody who sets things up; nothing was to be sent. `base` names the variable of the address. */
export function refusedFinding(what: string, refused: Refused, base: string): Finding {
  if (UNREACHED.has(refused.code)) {
    const name = /\(([A-Z_]+)\)/.exec(refused.hint)?.[1] ?? refused.code
    return wrong(`${what}: 连不上(${name}),请检查本机网络、防火墙和代理,以及 ${base}`)
  }
  if (FOREIGN.test(refused.code)) return wrong(`${what}: 应答不是平台给的,可能被代理或登录页拦截,请核对代理和 ${base}`)
  return wrong(`${what}: ${refused.hint}`)
}
