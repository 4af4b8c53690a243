import { constants, type KeyObject, privateDecrypt } from 'node:crypto'

/** RFC 8017, 7.2.2: 0x00 0x02, at least 8 bytes that are not zero, 0x00, the message. */
const MIN_PADDING = 8

/**
 * Takes the message out of a block padded by PKCS#1 v1.5; null where the padding is wrong, whatever is wrong with it.
 * Every byte is looked at in every case. By hand, since Node refuses RSA_PKCS1_PADDING for decryption or answers a
 * wrong key with made-up bytes, depending on its OpenSSL (CVE-2023-46809).
 */
export function stripPadding(block: Uint8Array): Buffer | null {
  let separator = 0
  for (let at = 2; at < block.length; at++) {
    const isFirstZero = Number(separator === 0) & Number(block[at] === 0)
    separator |= -isFirstZero & at
  }
  const wrong =
    Number(block[0] !== 0) |
    Number(block[1] !== 2) |
    Number(separator < 2 + MIN_PADDING) |
    Number(separator >= block.length - 1)
  return wrong ? null : Buffer.from(block.subarray(separator + 1))
}

/**
 * The random key of a record: `encrypt_random_key`, base64, opened with the private key of its version (page 91774).
 * Null where this key does not open it.
 */
export function unwrapKey(privateKey: KeyObject, wrapped: string): string | null {
  let block: Buffer
  try {
    block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(wrapped, 'base64'))
  } catch {
    // Of another length than the modulus, or beyond it: for another key, or no ciphertext at all.
    return null
  }
  const text = stripPadding(block)?.toString('utf8') ?? ''
  // The SDK takes a C string.
  return text === '' || text.includes('\0') ? null : text
}
