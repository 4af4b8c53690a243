import { createDecipheriv, createHash, createHmac } from 'node:crypto'
import { decodeUtf8 } from '../json-body.ts'
import { refusal } from '../refusal.ts'

const BLOCK = 16

/** Hex SHA-256 over timestamp, nonce, Encrypt Key and the raw body (encrypt-key-encryption-configuration-case.md). */
export const feishuSignature = (timestamp: string, nonce: string, encryptKey: string, body: Buffer): string =>
  createHash('sha256').update(`${timestamp}${nonce}${encryptKey}`).update(body).digest('hex')

/** AES-256-CBC with the SHA-256 of the Encrypt Key; the first block is the IV. Throws CodedError 401. */
export function decryptFeishu(encryptKey: string, encrypted: string): string {
  const raw = Buffer.from(encrypted, 'base64')
  if (raw.length < 2 * BLOCK || raw.length % BLOCK !== 0) throw undecipherable()
  const key = createHash('sha256').update(encryptKey).digest()
  const decipher = createDecipheriv('aes-256-cbc', key, raw.subarray(0, BLOCK))
  let plain: Buffer
  try {
    plain = Buffer.concat([decipher.update(raw.subarray(BLOCK)), decipher.final()])
  } catch {
    throw undecipherable()
  }
  return decodeUtf8(plain)
}

/** Custom bot: base64 of HMAC-SHA256 with the key `timestamp\nsecret` over nothing; the timestamp in seconds. */
export const webhookSign = (timestamp: number, secret: string): string =>
  createHmac('sha256', `${timestamp}\n${secret}`).digest('base64')

const undecipherable = () =>
  refusal(401, 'DECRYPTION_FAILED', '回调内容无法解密', '请核对 Encrypt Key 是否与飞书开放平台一致')
