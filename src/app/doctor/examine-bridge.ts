import { bridgeKeys } from '../../adapters/bridge/bridge.ts'
import type { Fetch } from '../../adapters/http-client.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Env } from '../../env.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'
import { reach } from './reach.ts'

const WHAT = '桥接接口'

function examineSecrets(secrets: readonly string[]): Finding[] {
  return secrets.map((secret, index) => {
    const which = secrets.length === 1 ? '密钥' : `第 ${index + 1} 个密钥`
    try {
      const [key] = bridgeKeys([secret])
      if (secret.startsWith('whsec_') && key?.equals(Buffer.from(secret)))
        return wrong(`${WHAT}: ${which}以 whsec_ 开头,后面却不是 base64,对方会算出不同的签名;请重新复制`)
      return right(`${WHAT}: ${which}可用,${key?.length} 字节`)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return wrong(`${WHAT}: ${which}太短;${error.hint}`)
    }
  })
}

/** The keys of the bridge, and whether the other side answers at all; nothing is said to it. */
export async function examineBridge(env: Env, fetch: Fetch): Promise<Finding[]> {
  const { BRIDGE_SECRETS: secrets, BRIDGE_URL: url } = env
  if (secrets === undefined) return []
  const found = examineSecrets(secrets)
  if (url === undefined)
    return [...found, unknown(`${WHAT}: 没有填 BRIDGE_URL,只听不说;对方签名对不对,看它收到的是不是 200`)]
  const reached = await reach(fetch, url)
  if ('fault' in reached)
    return [...found, wrong(`${WHAT}: 连不上 BRIDGE_URL(${reached.fault}),请检查地址、对方的服务和网络`)]
  if (reached.answered >= 500)
    return [...found, wrong(`${WHAT}: BRIDGE_URL 应答 HTTP ${reached.answered},请检查对方的服务`)]
  return [...found, right(`${WHAT}: 连得上 BRIDGE_URL`), unknown(`${WHAT}: 对方认不认密钥,要真的发一条才知道,这里不发`)]
}
