import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSessionBook, readSession } from '../../../src/adapters/dingtalk/session-book.ts'
import { fixture } from './fixture.ts'

const GOOD = 'https://oapi.dingtalk.com/robot/sendBySession?session=c610'

describe('DingTalk sessions', () => {
  it('reads the recorded one and keeps the newest of a conversation until shortly before it expires', () => {
    let now = 1_695_199_269_500
    const book = createSessionBook({ now: () => now })
    const session = readSession(fixture('robot-text'))
    expect(session).toEqual({ url: GOOD, expiresAt: 1_695_204_671_648 })
    if (session === null) throw new Error('expected a session')
    book.remember('g1', { ...session, url: `${GOOD}0` })
    book.remember('g1', session)
    expect(book.find('g1')).toEqual(session)
    expect(book.find('g2')).toBeNull()
    now = session.expiresAt - 30_000
    expect(book.find('g1')).toBeNull()
    expect(readSession({ sessionWebhook: GOOD })).toBeNull()
    expect(readSession({ sessionWebhook: 5, sessionWebhookExpiredTime: 1 })).toBeNull()
  })

  it('calls no other address, however it is dressed up', () => {
    const book = createSessionBook({ now: () => 0 })
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
      book.remember('g', { url, expiresAt: 1e15 })
      expect(book.find('g'), url).toBeNull()
    }
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        book.remember('g', { url, expiresAt: 1e15 })
        expect(book.find('g')).toBeNull()
      }),
    )
  })

  it('keeps a limited number of them', () => {
    const book = createSessionBook({ now: () => 0 })
    for (let index = 0; index <= 10_000; index++) book.remember(`g${index}`, { url: GOOD, expiresAt: 1e15 })
    expect([book.find('g0'), book.find('g1')?.url]).toEqual([null, GOOD])
  })

  it('takes other hosts of a private deployment, and none without TLS', () => {
    const book = createSessionBook({ now: () => 0, origins: ['https://ding.example.gov.cn'] })
    book.remember('g', { url: 'https://ding.example.gov.cn/robot/sendBySession?session=1', expiresAt: 1e15 })
    expect(book.find('g')).not.toBeNull()
    for (const origin of ['http://ding.example.gov.cn', 'https://x/robot', 'x', 'ftp://127.0.0.1']) {
      expect(() => createSessionBook({ now: () => 0, origins: [origin] }), origin).toThrowError(
        expect.objectContaining({ code: 'DINGTALK_SESSION_ORIGIN_INVALID' }),
      )
    }
  })
})
