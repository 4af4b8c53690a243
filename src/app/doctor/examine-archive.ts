import { readFileSync } from 'node:fs'
import type { Timing } from '../../adapters/adapter.ts'
import { type ArchiveRecord, readChatData } from '../../adapters/wecom/archive/chat-data.ts'
import { faultOf, keyMissing, keyWrong } from '../../adapters/wecom/archive/faults.ts'
import { type ArchiveKeys, readArchiveKeys } from '../../adapters/wecom/archive/private-keys.ts'
import { createSdkProcess } from '../../adapters/wecom/archive/sdk-process.ts'
import { startArchiveChild } from '../../adapters/wecom/archive/start-child.ts'
import { unwrapKey } from '../../adapters/wecom/archive/unwrap.ts'
import { CodedError } from '../../domain/errors.ts'
import type { Env } from '../../env.ts'
import { type Finding, right, unknown, wrong } from './finding.ts'

const WHAT = '企业微信会话内容存档'
/** Page 91774 (2026-03): the admin pages take RSA keys of this length alone. */
const KEY_BITS = 2048
const CALL_LIMIT_MS = 45_000

function examineKeys(list: string): { keys: ArchiveKeys | null; found: Finding[] } {
  try {
    const keys = readArchiveKeys(list, (path) => readFileSync(path, 'utf8'))
    const odd = [...keys].flatMap(([version, key]) => {
      const bits = key.asymmetricKeyDetails?.modulusLength
      return bits === KEY_BITS ? [] : [wrong(`${WHAT}: 第 ${version} 版私钥是 ${bits} 位的,后台要求 ${KEY_BITS} 位`)]
    })
    const versions = [...keys.keys()].map((version) => `第 ${version} 版`).join('、')
    return { keys, found: odd.length > 0 ? odd : [right(`${WHAT}: 私钥读得出来,${versions},都是 ${KEY_BITS} 位`)] }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { keys: null, found: [wrong(`${WHAT}: ${error.message};${error.hint}`)] }
  }
}

/** Whether the key of its version opens the random key of a record; its words stay closed. */
function examineRecord(record: ArchiveRecord | undefined, keys: ArchiveKeys): Finding {
  if (record === undefined)
    return unknown(`${WHAT}: 平台上现在没有存档消息,私钥配不配对还看不出来;请确认开通范围里有人,并在群里说过话`)
  const { keyVersion, wrappedKey } = record
  const key = keys.get(keyVersion)
  if (key === undefined) return wrong(`${WHAT}: ${keyMissing(keyVersion).hint}`)
  return unwrapKey(key, wrappedKey) === null
    ? wrong(`${WHAT}: ${keyWrong(keyVersion).hint}`)
    : right(`${WHAT}: 第 ${keyVersion} 版私钥与后台的公钥配对`)
}

/**
 * Loads the official library in its own process, logs in, and asks for the oldest record that the platform keeps
 * (page 91774): asking moves nothing, and a server that runs is not disturbed. No message is decrypted.
 */
export async function examineArchive(env: Env, timing: Timing): Promise<Finding[]> {
  const { WECOM_CORP_ID: corpId, WECOM_ARCHIVE_SECRET: secret, WECOM_ARCHIVE_LIBRARY: library } = env
  if (!corpId || !secret || !library || !env.WECOM_ARCHIVE_KEYS) return []
  const { keys, found } = examineKeys(env.WECOM_ARCHIVE_KEYS)
  const sdk = createSdkProcess({
    library,
    corpId,
    secret,
    proxy: env.WECOM_ARCHIVE_PROXY ?? '',
    proxyPassword: env.WECOM_ARCHIVE_PROXY_PASSWORD ?? '',
    callLimitMs: CALL_LIMIT_MS,
    timing,
    startChild: startArchiveChild,
  })
  try {
    const [oldest] = readChatData(await sdk.pull(0n, 1))
    found.push(right(`${WHAT}: 官方 SDK 能在本机运行,企业 ID、Secret 和可信 IP 都被接受`))
    if (keys !== null) found.push(examineRecord(oldest, keys))
  } catch (error) {
    const fault = faultOf(error)
    if (fault === null) throw error
    found.push(wrong(`${WHAT}: ${fault.hint}`))
  } finally {
    await sdk.stop()
  }
  return found
}
