import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallbackRequest } from '../../src/adapters/adapter.ts'
import { signStandardWebhook, standardWebhookKey, verifyStandardWebhook } from '../../src/adapters/standard-webhooks.ts'
import { refusalOf } from './refused.ts'

/** The example of the reference implementations. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const SECONDS = 1_614_265_330
const BODY = '{"test": 2432232314}'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const key = standardWebhookKey(SECRET)

const request = (headers: Record<string, string | undefined> = {}, body = Buffer.from(BODY)): CallbackRequest => ({
  method: 'POST',
  query: '',
  headers: { 'webhook-id': ID, 'webhook-timestamp': String(SECONDS), 'webhook-signature': SIGNATURE, ...headers },
  body,
})
const verify = (given: CallbackRequest, now = SECONDS * 1000) => verifyStandardWebhook(key, given, now)

describe('Standard Webhooks', () => {
  it('signs and verifies the published example', () => {
    expect(signStandardWebhook(key, ID, SECONDS, BODY)).toBe(SIGNATURE)
    expect(() => verify(request())).not.toThrow()
  })

  it('accepts the right signature among several, in any place of the first eight', () => {
    expect(() => verify(request({ 'webhook-signature': `v1,AAAA v1a,BBBB ${SIGNATURE}` }))).not.toThrow()
    const late = `${'v1,AAAA '.repeat(8)}${SIGNATURE}`
    expect(refusalOf(() => verify(request({ 'webhook-signature': late }))).status).toBe(401)
  })

  it('refuses every flipped byte of the body and of the signature', () => {
    const body = Buffer.from(BODY)
    fc.assert(
      fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const flipped = Buffer.from(body)
        flipped[index] = (flipped[index] as number) ^ mask
        expect(refusalOf(() => verify(request({}, flipped))).status).toBe(401)
      }),
    )
    fc.assert(
      fc.property(fc.nat({ max: SIGNATURE.length - 1 }), fc.integer({ min: 1, max: 127 }), (index, mask) => {
        const changed = String.fromCharCode(SIGNATURE.charCodeAt(index) ^ mask)
        const signature = SIGNATURE.slice(0, index) + changed + SIGNATURE.slice(index + 1)
        expect(refusalOf(() => verify(request({ 'webhook-signature': signature }))).status).toBe(401)
      }),
    )
  })

  it('refuses missing headers, another version and another id', () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      expect(refusalOf(() => verify(request({ [name]: undefined }))).code).toBe('SIGNATURE_INVALID')
    }
    expect(refusalOf(() => verify(request({ 'webhook-signature': SIGNATURE.replace('v1', 'v2') }))).status).toBe(401)
    expect(refusalOf(() => verify(request({ 'webhook-id': 'msg_other' }))).status).toBe(401)
  })

  it('refuses an id with a full stop, which could hold a timestamp', () => {
    const id = `x.${SECONDS - 400}`
    const signature = signStandardWebhook(key, id, SECONDS, BODY)
    expect(refusalOf(() => verify(request({ 'webhook-id': id, 'webhook-signature': signature }))).status).toBe(401)
  })

  it('holds five minutes both ways', () => {
    for (const distance of [-300_000, 300_000]) expect(() => verify(request(), SECONDS * 1000 + distance)).not.toThrow()
    for (const distance of [-300_001, 300_001]) {
      expect(refusalOf(() => verify(request(), SECONDS * 1000 + distance)).code).toBe('TIMESTAMP_STALE')
    }
  })

  it('takes a plain secret as its bytes and refuses a short one', () => {
    expect(standardWebhookKey('sixteen bytes ok').toString()).toBe('sixteen bytes ok')
    for (const short of ['', 'short', 'whsec_', 'whsec_AAAA']) {
      expect(() => standardWebhookKey(short)).toThrowError(expect.objectContaining({ code: 'WEBHOOK_SECRET_INVALID' }))
    }
  })
})
