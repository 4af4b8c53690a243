import { createPrivateKey, type KeyObject } from 'node:crypto'
import { misconfigured } from '../../refusal.ts'

/** The RSA private keys of the archive by the version that the admin pages show for each public key. */
export type ArchiveKeys = ReadonlyMap<number, KeyObject>

const HINT = '写成 版本号=私钥文件,多个用逗号隔开,例如 1=/etc/qingqun/archive-1.pem,2=/etc/qingqun/archive-2.pem'

/**
 * Reads `1=/path/one.pem,2=/path/two.pem`; the files hold RSA private keys in PEM without pass phrase. Throws CodedError
 * with the version and the path, never the key.
 */
export function readArchiveKeys(list: string, readFile: (path: string) => string): ArchiveKeys {
  const keys = new Map<number, KeyObject>()
  for (const entry of list.split(',')) {
    const [, version, path] = /^\s*(\d{1,9})\s*=\s*(\S.*?)\s*$/.exec(entry) ?? []
    if (version === undefined || path === undefined)
      throw misconfigured('WECOM_ARCHIVE_KEYS_INVALID', '会话内容存档的私钥配置无法识别', HINT)
    if (keys.has(Number(version)))
      throw misconfigured('WECOM_ARCHIVE_KEYS_INVALID', `第 ${version} 版私钥写了两次`, HINT)
    keys.set(Number(version), privateKeyOf(version, path, readFile))
  }
  return keys
}

function privateKeyOf(version: string, path: string, readFile: (path: string) => string): KeyObject {
  const refuse = (message: string) =>
    misconfigured('WECOM_ARCHIVE_KEY_INVALID', `第 ${version} 版私钥(${path})${message}`, HINT)
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    throw refuse(`读不出来:${error instanceof Error && 'code' in error ? String(error.code) : '未知原因'}`)
  }
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    // The library's words may quote the file.
    throw refuse('不是未加密的 PEM 私钥;以 PUBLIC KEY 开头的是公钥,不能用来解密')
  }
  if (key.asymmetricKeyType !== 'rsa') throw refuse('不是 RSA 私钥')
  return key
}
