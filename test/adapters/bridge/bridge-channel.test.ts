import { afterEach, describe, expect, it } from 'vitest'
import { createBridgeChannel } from '../../../src/adapters/bridge/bridge-channel.ts'
import { standardWebhookKey, verifyStandardWebhook } from '../../../src/adapters/standard-webhooks.ts'
import { type FakeAnswer, json, type Loopback, type SeenRequest, startLoopback } from '../../platforms/loopback.ts'

const NOW = 1_770_000_000_000
const SECRETS = ['the-old-secret-of-the-tests', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']

const open: Loopback[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())))

/** A framework that answers with these in turn, the last of them for ever. */
async function framework(...answers: FakeAnswer[]) {
  const seen: SeenRequest[] = []
  const server = await startLoopback((request) => {
    seen.push(request)
    return answers[Math.min(seen.length, answers.length) - 1] ?? json({})
  })
  open.push(server)
  const options = { channelId: 'main', url: `${server.url}/words`, secrets: SECRETS, fetch, now: () => NOW }
  return { seen, channel: createBridgeChannel(options) }
}

const words = {
  groupId: 'g1',
  audience: { kind: 'member', memberId: 'u1' },
  outboxId: 'o1',
  body: '**提醒**:请按时报送,@所有人',
} as const

describe('words to another framework', () => {
  it('are posted once, signed with every secret, and call on nobody else', async () => {
    const { seen, channel } = await framework(json({}, 204))
    expect(await channel.send(words)).toEqual({ status: 'sent', receipt: null })
    const [request] = seen as [SeenRequest]
    expect([seen.length, request.method, request.path]).toEqual([1, 'POST', '/words'])
    expect(JSON.parse(request.body)).toEqual({
      outboxId: 'o1',
      groupId: 'g1',
      audience: { kind: 'member', memberId: 'u1' },
      markdown: '**提醒**:请按时报送,所有人',
    })
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    for (const secret of SECRETS) {
      const verified = { method: 'POST', query: '', headers, body: Buffer.from(request.body) } as const
      expect(() => verifyStandardWebhook(standardWebhookKey(secret), verified, NOW)).not.toThrow()
    }
  })

  it('are tried again with the same id after a fault that may pass', async () => {
    const { seen, channel } = await framework(
      { status: 503, type: 'text/html', body: '<html/>' },
      { status: 429, headers: { 'retry-after': '7' }, body: '' },
      { body: '', broken: 'reset' },
      json({}),
    )
    expect(await channel.send(words)).toMatchObject({ status: 'retry', code: 'BRIDGE_HTTP_503' })
    expect(await channel.send(words)).toMatchObject({ status: 'retry', code: 'BRIDGE_HTTP_429', afterMs: 7000 })
    expect(await channel.send(words)).toMatchObject({ status: 'retry' })
    expect(await channel.send(words)).toMatchObject({ status: 'sent' })
    expect(new Set(seen.map((request) => request.headers['webhook-id']))).toEqual(new Set(['o1']))
  })

  it('have failed for good where they are refused, and it is said why', async () => {
    const { channel } = await framework({ status: 401, body: '' }, { status: 404, body: '' })
    expect(await channel.send(words)).toMatchObject({ status: 'failed', hint: expect.stringContaining('密钥') })
    expect(await channel.send(words)).toMatchObject({ status: 'failed', code: 'BRIDGE_HTTP_404' })
  })
})
