import { createSecretKey } from 'node:crypto'
import { getSignature, decrypt as vendorDecrypt, encrypt as vendorEncrypt } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAesKey, decrypt, encrypt, signatureOf } from '../../../src/adapters/wecom/crypto.ts'
import { VECTOR_SECRETS, wecomCipher, wecomSeal, wecomUnseal } from '../../platforms/wecom-wire.ts'
import { VECTORS } from './vectors.ts'

const { token, encodingAesKey } = VECTOR_SECRETS
const key = decodeAesKey(encodingAesKey)
const refusesWith = (encrypted: string) =>
  expect(() => decrypt(key, encrypted)).toThrowError(
    expect.objectContaining({ status: 400, code: 'CIPHERTEXT_INVALID' }),
  )

describe('WeCom crypto', () => {
  it('derives the key bytes of the documented EncodingAESKey', () => {
    expect([...key.key.export()]).toEqual(Array.from({ length: 32 }, (_, i) => (7 * i) % 256))
  })

  for (const vector of VECTORS) {
    it(`decrypts, encrypts and signs vector ${vector.name}`, () => {
      expect(decrypt(key, vector.encrypt)).toEqual({ message: vector.message, receiveId: vector.receiveId })
      expect(encrypt(key, vector.message, vector.receiveId, Buffer.from(vector.random))).toBe(vector.encrypt)
      expect(signatureOf(token, vector.timestamp, vector.nonce, vector.encrypt)).toBe(vector.signature)
    })
  }

  it('understands what @wecom/crypto encrypts, and the other way round, for any message', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 })
    fc.assert(
      fc.property(text, text, fc.uint8Array({ minLength: 16, maxLength: 16 }), (message, id, random) => {
        expect(decrypt(key, vendorEncrypt(encodingAesKey, message, id))).toEqual({ message, receiveId: id })
        const ours = encrypt(key, message, id, Buffer.from(random))
        expect(vendorDecrypt(encodingAesKey, ours)).toMatchObject({ message, id })
        expect(wecomUnseal(VECTOR_SECRETS, ours)).toEqual({ message, receiveId: id })
        expect(signatureOf(token, '1700000001', message, ours)).toBe(getSignature(token, '1700000001', message, ours))
      }),
    )
  })

  it('refuses a ciphertext that is empty, not base64, or no whole number of blocks', () => {
    for (const encrypted of ['', '====', 'AAAA', '你好你好', 'A'.repeat(43), ' '.repeat(64), `${'A'.repeat(64)}\n`]) {
      refusesWith(encrypted)
    }
    refusesWith(Buffer.alloc(17).toString('base64'))
    refusesWith(Buffer.alloc(31).toString('base64'))
  })

  it('refuses every padding but the right one', () => {
    const body = '{"a":1}'
    const count = 32 - ((20 + body.length) % 32)
    for (let position = 0; position < count - 1; position++) {
      const pad = Buffer.alloc(count, count)
      pad[position] = count ^ 1
      refusesWith(wecomSeal(VECTOR_SECRETS, body, undefined, pad))
    }
    for (const last of [0, 33, 255]) {
      const pad = Buffer.alloc(count, count)
      pad[count - 1] = last
      refusesWith(wecomSeal(VECTOR_SECRETS, body, undefined, pad))
    }
  })

  it('refuses a declared length beyond the data and data too short to declare one', () => {
    const plain = Buffer.concat([Buffer.alloc(16), Buffer.from([0xff, 0xff, 0xff, 0xff]), Buffer.alloc(12, 12)])
    refusesWith(wecomCipher(VECTOR_SECRETS, plain))
    refusesWith(wecomCipher(VECTOR_SECRETS, Buffer.alloc(32, 32)))
    refusesWith(wecomCipher(VECTOR_SECRETS, Buffer.alloc(16, 32)))
  })

  it('never gives another key the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        fc.pre(!key.key.export().equals(bytes))
        const other = { key: createSecretKey(bytes), iv: Buffer.from(bytes.subarray(0, 16)) }
        const sealed = wecomSeal(VECTOR_SECRETS, '{"msgid":"M1"}')
        let opened: ReturnType<typeof decrypt> | null = null
        try {
          opened = decrypt(other, sealed)
        } catch (error) {
          expect(error).toMatchObject({ status: 400 })
        }
        expect(opened?.message).not.toBe('{"msgid":"M1"}')
      }),
    )
  })

  it('refuses an EncodingAESKey that is not 43 characters of base64', () => {
    for (const wrong of ['', 'abc', encodingAesKey.slice(1), `${encodingAesKey}=`, `${encodingAesKey.slice(1)}*`]) {
      expect(() => decodeAesKey(wrong)).toThrowError(expect.objectContaining({ code: 'WECOM_AES_KEY_INVALID' }))
    }
  })

  it('insists on 16 random bytes', () => {
    expect(() => encrypt(key, 'a', '', Buffer.alloc(15))).toThrow(RangeError)
  })
})
