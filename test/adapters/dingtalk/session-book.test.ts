import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSessionBook, readSession } from '../../../src/adapters/dingtalk/session-book.ts'
import { fixture } from './fixture.ts'
import { memoryShelf } from './session-shelf.ts'

const GOOD = 'https://oapi.dingtalk.com/robot/sendBySession?session=c610'
const HOUR = 3_600_000

describe('DingTalk sessions', () => {
  it('reads the recorded one and keeps the newest of a conversation until shortly before it expires', async () => {
    let now = 1_695_199_269_500
    const book = createSessionBook({ shelf: memoryShelf(), now: () => now })
    const session = readSession(fixture('robot-text'))
    expect(session).toEqual({ url: GOOD, expiresAt: 1_695_204_671_648 })
    if (session === null) throw new Error('expected a session')
    await book.remember('g1', { ...session, url: `${GOOD}0` })
    await book.remember('g1', session)
    expect(await book.find('g1')).toEqual(session)
    expect(await book.find('g2')).toBeNull()
    now = session.expiresAt - 30_000
    expect(await book.find('g1')).toBeNull()
    expect(readSession({ sessionWebhook: GOOD })).toBeNull()
    expect(readSession({ sessionWebhook: 5, sessionWebhookExpiredTime: 1 })).toBeNull()
  })

  it('calls no other address, however it is dressed up, and gives the shelf none to keep', async () => {
    const shelf = memoryShelf()
    const book = createSessionBook({ shelf, now: () => 0 })
    const bad = [
      'http://oapi.dingtalk.com/robot/sendBySession?session=1',
      'https://oapi.dingtalk.com:8443/robot/sendBySession',
      'https://oapi.dingtalk.com.evil.example/robot/sendBySession',
      'https://oapi.dingtalk.com@evil.example/robot/sendBySession',
      'https://user:pw@oapi.dingtalk.com/robot/sendBySession',
      'https://oapi.dingtalk.com/gettoken',
      'https://oapi.dingtalk.com/robot/../gettoken',
      'https://oapi.dingtalk.com/robot/%2e%2e/gettoken',
      'https://oapi.dingtalk.com\\@evil.example/robot/',
      'https://evil.example/robot/sendBySession#oapi.dingtalk.com',
      'https://127.0.0.1/robot/sendBySession',
      'https://[::ffff:7f00:1]/robot/',
      'file:///robot/x',
      'robot/sendBySession',
      '',
    ]
    for (const url of bad) {
      await book.remember('g', { url, expiresAt: HOUR })
      expect(shelf.kept.size, url).toBe(0)
    }
    await fc.assert(
      fc.asyncProperty(fc.webUrl({ withQueryParameters: true, withFragments: true }), async (url) => {
        await book.remember('g', { url, expiresAt: HOUR })
        expect(shelf.kept.size).toBe(0)
      }),
    )
  })

  it('checks the list of hosts again for what was kept under an earlier one', async () => {
    const shelf = memoryShelf()
    const origins = ['https://ding.example.gov.cn']
    await createSessionBook({ shelf, now: () => 0, origins }).remember('g', {
      url: 'https://ding.example.gov.cn/robot/sendBySession?session=1',
      expiresAt: HOUR,
    })
    expect(shelf.kept.size).toBe(1)
    expect(await createSessionBook({ shelf, now: () => 0 }).find('g')).toBeNull()
  })

  it('believes in no session that claims to hold for longer than a day', async () => {
    const shelf = memoryShelf()
    await createSessionBook({ shelf, now: () => 0 }).remember('g', { url: GOOD, expiresAt: 1e300 })
    expect(shelf.kept.get('g')).toEqual({ url: GOOD, expiresAt: 24 * HOUR })
  })

  it('takes other hosts of a private deployment, and none without TLS', async () => {
    const shelf = memoryShelf()
    const book = createSessionBook({ shelf, now: () => 0, origins: ['https://ding.example.gov.cn'] })
    await book.remember('g', { url: 'https://ding.example.gov.cn/robot/sendBySession?session=1', expiresAt: HOUR })
    expect(await book.find('g')).not.toBeNull()
    for (const origin of ['http://ding.example.gov.cn', 'https://x/robot', 'x', 'ftp://127.0.0.1']) {
      expect(() => createSessionBook({ shelf, now: () => 0, origins: [origin] }), origin).toThrowError(
        expect.objectContaining({ code: 'DINGTALK_SESSION_ORIGIN_INVALID' }),
      )
    }
  })
})
