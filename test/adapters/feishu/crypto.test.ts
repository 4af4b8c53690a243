import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptFeishu, feishuSignature, webhookSign } from '../../../src/adapters/feishu/crypto.ts'
import { feishuSeal } from '../../platforms/feishu-wire.ts'
import { refusalOf } from '../refused.ts'

const HELLO = 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk='
const CHALLENGE =
  'AQEBAQEBAQEBAQEBAQEBAQPhoKKTEFj3aVICLPNFRWpRI+Nn5w5/ywk4gyS7okYNvIYxInwPfx1EO+sIjLyVCrBbt3RQ98CYMQwMiWpvOR0='

describe('Feishu encryption and signatures', () => {
  it('decrypts the documented values', () => {
    expect(decryptFeishu('test key', HELLO)).toBe('hello world')
    expect(decryptFeishu('test key', CHALLENGE)).toBe('{"challenge":"abc","token":"tok","type":"url_verification"}')
  })

  it('gives the known signatures', () => {
    const body = Buffer.from(`{"encrypt":"${HELLO}"}`)
    const expected = '21b279029a3bdf7b9f02a4935c76c53f09876d9d0e45add77a99d55d1bc7e79e'
    expect(feishuSignature('1700000000', 'nonce1', 'test key', body)).toBe(expected)
    expect(webhookSign(1599360473, 'demo')).toBe('l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=')
  })

  it('opens what was sealed with the same key, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ minLength: 1 }), (text, key) => {
        expect(decryptFeishu(key, feishuSeal(key, text))).toBe(Buffer.from(text).toString())
      }),
    )
  })

  it('refuses another key, cut and empty contents', () => {
    for (const [key, sealed] of [
      ['other key', CHALLENGE],
      ['test key', CHALLENGE.slice(0, 40)],
      ['test key', ''],
      ['test key', '!!!'],
    ] as const)
      expect(refusalOf(() => decryptFeishu(key, sealed))).toMatchObject({ status: expect.toBeOneOf([400, 401]) })
  })
})
