import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { misconfigured, refusal } from '../refusal.ts'
import { PAD_BLOCK, RANDOM_BYTES } from './constants.ts'

/** A key as the cipher wants it, prepared once; the IV is its first 16 bytes (page 101033). */
export interface AesKey {
  key: KeyObject
  iv: Buffer
}

/** Reads an EncodingAESKey, 43 characters of base64 for 32 bytes (page 101033). */
export function decodeAesKey(encodingAesKey: string): AesKey {
  if (!/^[A-Za-z0-9+/]{43}$/.test(encodingAesKey)) {
    throw misconfigured(
      'WECOM_AES_KEY_INVALID',
      'EncodingAESKey 无效',
      'EncodingAESKey 是 43 位字母和数字,请从企业微信后台复制',
    )
  }
  const bytes = Buffer.from(`${encodingAesKey}=`, 'base64')
  return { key: createSecretKey(bytes), iv: bytes.subarray(0, 16) }
}

/** Lower-case hex SHA-1 over the four strings, sorted by code unit and joined. */
export const signatureOf = (token: string, timestamp: string, nonce: string, encrypted: string): string =>
  hash('sha1', [token, timestamp, nonce, encrypted].sort().join(''), 'hex')

/**
 * Decrypts base64 of AES-256-CBC over 16 random bytes, big-endian length, message and receiveid. Every pad byte and the
 * declared length are checked; throws CodedError 400. The signature is the caller's business, and comes first.
 */
export function decrypt({ key, iv }: AesKey, encrypted: string): { message: string; receiveId: string } {
  if (encrypted.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encrypted)) throw undecryptable()
  const cipher = Buffer.from(encrypted, 'base64')
  if (cipher.length === 0 || cipher.length % 16 !== 0) throw undecryptable()
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(cipher), decipher.final()])
  const plain = unpad(padded)
  const from = RANDOM_BYTES + 4
  if (plain.length < from) throw undecryptable()
  const to = from + plain.readUInt32BE(RANDOM_BYTES)
  if (to > plain.length) throw undecryptable()
  return { message: plain.toString('utf8', from, to), receiveId: plain.toString('utf8', to) }
}

/** The inverse of `decrypt`; `random` is 16 fresh bytes. */
export function encrypt({ key, iv }: AesKey, message: string, receiveId: string, random: Buffer): string {
  if (random.length !== RANDOM_BYTES) throw new RangeError(`random must be ${RANDOM_BYTES} bytes`)
  const body = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([random, length, body, Buffer.from(receiveId, 'utf8')])
  const pad = PAD_BLOCK - (plain.length % PAD_BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString('base64')
}

function unpad(padded: Buffer): Buffer {
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > PAD_BLOCK || pad > padded.length) throw undecryptable()
  const end = padded.length - pad
  if (padded.subarray(end).some((byte) => byte !== pad)) throw undecryptable()
  return padded.subarray(0, end)
}

const undecryptable = () =>
  refusal(400, 'CIPHERTEXT_INVALID', '密文无法解密', '请核对 EncodingAESKey 是否与企业微信后台一致')
