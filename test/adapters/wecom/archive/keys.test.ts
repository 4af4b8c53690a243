import { constants, generateKeyPairSync, privateEncrypt, publicEncrypt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArchiveKeys } from '../../../../src/adapters/wecom/archive/private-keys.ts'
import { stripPadding, unwrapKey } from '../../../../src/adapters/wecom/archive/unwrap.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const wrap = (text: string) =>
  publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('base64')

describe('a random key', () => {
  it('is opened by the private key of its version', () => {
    expect(unwrapKey(privateKey, wrap('k3y of 32 characters / of base64='))).toBe('k3y of 32 characters / of base64=')
  })

  it.each([
    ['another private key', other.privateKey, wrap('key')],
    ['a key that is torn', privateKey, wrap('key').slice(0, 100)],
    ['nothing', privateKey, ''],
    ['a block that was signed rather than encrypted', publicKey, ''],
    ['a NUL, which would end it in C', privateKey, wrap('a\0b')],
    ['an empty message', privateKey, wrap('')],
  ])('is not made up from %s', (_name, key, wrapped) => {
    expect(key.type === 'private' ? unwrapKey(key, wrapped) : null).toBeNull()
  })

  it('is not taken from a block of type 1', () => {
    const signed = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('key'))
    const block = Buffer.concat([Buffer.from([0, 1]), signed.subarray(2)])
    expect(stripPadding(block)).toBeNull()
  })

  it('comes out of any right padding, and of no wrong one', () => {
    const nonZero = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((bytes) => bytes.map((byte) => byte || 1))
    fc.assert(
      fc.property(nonZero, fc.uint8Array({ minLength: 1, maxLength: 40 }), (padding, key) => {
        const block = Buffer.concat([Buffer.from([0, 2]), padding, Buffer.from([0]), key])
        const stripped = stripPadding(block)
        if (padding.length >= 8) expect(stripped).toEqual(Buffer.from(key))
        else expect(stripped === null || stripped.length < key.length).toBe(true)
        for (const at of [0, 1]) {
          const spoilt = Buffer.from(block)
          spoilt[at] = 7
          expect(stripPadding(spoilt)).toBeNull()
        }
      }),
    )
  })
})

describe('the private keys of the configuration', () => {
  const files: Record<string, string> = {
    '/keys/1.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    '/keys/2.pem': other.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    '/keys/public.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    '/keys/ec.pem': elliptic.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const read = (list: string) =>
    readArchiveKeys(list, (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' })
      return text
    })

  it('are read by version, in both forms of PEM', () => {
    expect([...read('1=/keys/1.pem, 2 = /keys/2.pem ').keys()]).toEqual([1, 2])
  })

  it.each([
    ['a list of another form', '/keys/1.pem', 'WECOM_ARCHIVE_KEYS_INVALID', '私钥配置'],
    ['a version twice', '1=/keys/1.pem,1=/keys/2.pem', 'WECOM_ARCHIVE_KEYS_INVALID', '写了两次'],
    ['a file that is missing', '3=/keys/3.pem', 'WECOM_ARCHIVE_KEY_INVALID', 'ENOENT'],
    ['a public key', '3=/keys/public.pem', 'WECOM_ARCHIVE_KEY_INVALID', '公钥'],
    ['a key of another kind', '3=/keys/ec.pem', 'WECOM_ARCHIVE_KEY_INVALID', 'RSA'],
  ])('are refused with %s', (_name, list, code, words) => {
    expect(() => read(list)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }))
  })
})
