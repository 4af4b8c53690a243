import { createHmac, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signWebhook } from '../../src/web/pages/sandbox/signWebhook.ts'

const { subtle } = webcrypto

describe('signing in the browser', () => {
  it('gives the signature of the example in the Standard Webhooks library', async () => {
    // The vector of standardwebhooks' own tests: secret, id, timestamp, body and signature.
    const headers = await signWebhook({
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
      subtle,
    })
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('signs any secret and body as a server computes it from their UTF-8 bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }), async (secret, body) => {
        fc.pre(!secret.startsWith('whsec_'))
        const headers = await signWebhook({ secret, id: 'm1', timestamp: 7, body, subtle })
        const expected = createHmac('sha256', secret).update(`m1.7.${body}`, 'utf8').digest('base64')
        expect(headers['webhook-signature']).toBe(`v1,${expected}`)
      }),
      { numRuns: 50 },
    )
  })
})
