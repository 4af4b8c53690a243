import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createDingtalkPrivateChannel,
  type DingtalkPrivateChannelOptions,
} from '../../../src/adapters/dingtalk/private-channel.ts'
import {
  type FakeDingtalk,
  type FakeDingtalkOptions,
  problem,
  startFakeDingtalk,
} from '../../platforms/fake-dingtalk.ts'
import { withNock } from '../../platforms/feigned-sockets.ts'
import type { NextAnswer } from '../../platforms/loopback.ts'

const open: FakeDingtalk[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start(options?: FakeDingtalkOptions): Promise<FakeDingtalk> {
  const fake = await startFakeDingtalk(options)
  open.push(fake)
  return fake
}
const channelOf = (baseUrl: string | undefined, changes: Partial<DingtalkPrivateChannelOptions> = {}) =>
  createDingtalkPrivateChannel({
    channelId: 'main',
    appKey: 'ding-key',
    appSecret: 'ding-secret',
    robotCode: 'ding1fdabddc',
    fetch: globalThis.fetch,
    now: () => 0,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...changes,
  })
const member = (memberId: string) => ({ kind: 'member', memberId }) as const
const to = (body: string, memberId = 'staff-1') => ({ groupId: 'g1', audience: member(memberId), outboxId: 'o1', body })

describe('DingTalk private message', () => {
  it('reaches persons by their staff id, and no encrypted sender', () => {
    const channel = channelOf('http://127.0.0.1:1', { serves: (groupId) => groupId === 'g1' })
    expect(channel.name).toBe('dingtalk-private:main')
    expect(channel.reaches({ groupId: 'g1', audience: member('staff-1') })).toBe(true)
    expect(channel.reaches({ groupId: 'g1', audience: member('$:LWCP_v1:$x') })).toBe(false)
    expect(channel.reaches({ groupId: 'g2', audience: member('staff-1') })).toBe(false)
    expect(channel.reaches({ groupId: 'g1', audience: { kind: 'group' } })).toBe(false)
  })

  it('sends sampleMarkdown to one person', async () => {
    const fake = await start()
    expect(await channelOf(fake.url).send(to('**提醒**\n请周五前报送'))).toEqual({ status: 'sent', receipt: 'key-1' })
    expect(fake.sent).toMatchObject([{ to: ['staff-1'], title: '提醒', text: '**提醒**  \n请周五前报送' }])
  })

  it('sends its longest body and refuses a longer one', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    expect(await channel.send(to('好'.repeat(3333)))).toMatchObject({ status: 'sent' })
    expect(fake.sent[0]?.text).toBe('好'.repeat(3333))
    expect(await channel.send(to('\n"'.repeat(5000)))).toMatchObject({ status: 'sent' })
    expect(await channel.send(to('a'.repeat(channel.maxBytes + 1)))).toMatchObject({ code: 'DINGTALK_TOO_LONG' })
  })

  it('reads both lists of those who got nothing', async () => {
    const fake = await start({ invalidStaff: ['gone'], flowControlledStaff: ['busy'] })
    const channel = channelOf(fake.url)
    expect(await channel.send(to('a', 'gone'))).toMatchObject({ status: 'failed', code: 'DINGTALK_INVALID_USER' })
    expect(await channel.send(to('a', 'busy'))).toMatchObject({ status: 'retry', code: 'DINGTALK_FLOW_CONTROLLED' })
    expect(fake.sent).toHaveLength(0)
  })

  it('fetches one token for many, and a new one where the platform ended it', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await Promise.all(Array.from({ length: 10 }, (_, i) => channel.send(to(`第 ${i} 条`))))
    expect(fake.tokensIssued).toBe(1)
    expect(fake.seen.filter(({ path }) => path.endsWith('accessToken'))).toHaveLength(1)
    fake.expireToken()
    expect(await channel.send(to('又一条'))).toMatchObject({ status: 'sent' })
    expect([fake.tokensIssued, fake.sent.length]).toEqual([2, 11])
  })

  it('asks twice for a token that is refused, and not for ever', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(to('一'))
    fake.next(problem('InvalidAuthentication'))
    fake.next({ body: '{"accessToken":"other","expireIn":7200}' })
    expect(await channel.send(to('二'))).toMatchObject({ status: 'retry', code: 'TOKEN_REFUSED' })
    expect(fake.seen).toHaveLength(5)
  })

  it('says what to do about wrong credentials and a wrong robot', async () => {
    const fake = await start()
    expect(await channelOf(fake.url, { appSecret: 'wrong' }).send(to('a'))).toMatchObject({
      status: 'failed',
      code: 'DINGTALK_CREDENTIALS_INVALID',
      hint: expect.stringContaining('AppSecret'),
    })
    expect(await channelOf(fake.url, { robotCode: 'other' }).send(to('a'))).toMatchObject({
      status: 'failed',
      code: 'DINGTALK_ROBOT_CODE_INVALID',
    })
  })

  it('tells errors that pass from errors that stay', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(to('a'))
    const expected: [ReturnType<typeof problem>, object][] = [
      [problem('send.too.fast'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED' }],
      [problem('90020', 403), { status: 'retry', code: 'DINGTALK_QUOTA_USED_UP' }],
      [
        { status: 429, body: '' },
        { status: 'retry', code: 'DINGTALK_RATE_LIMITED' },
      ],
      [problem('contain.unsafe.url'), { status: 'failed', code: 'DINGTALK_CONTENT_REFUSED' }],
      [problem('chatbotId.notAllowed.sendOTO'), { status: 'failed', code: 'DINGTALK_PRIVATE_NOT_ALLOWED' }],
      [problem('staffId.notExisted'), { status: 'failed', code: 'DINGTALK_INVALID_USER' }],
      [problem('constructor'), { status: 'failed', code: 'DINGTALK_REFUSED' }],
    ]
    for (const [answer, result] of expected) {
      fake.next(answer)
      expect(await channel.send(to('a'))).toMatchObject(result)
    }
    expect(fake.sent).toHaveLength(1)
  })

  it('does not say again what may have been sent, since batchSend would send it twice', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(to('a'))
    const unreadable = 'DINGTALK_ANSWER_UNREADABLE'
    const ambiguous: [NextAnswer, string][] = [
      [(usual) => ({ ...usual, broken: 'reset' }), 'HTTP_INTERRUPTED'],
      [(usual) => ({ ...usual, broken: 'cut' }), 'HTTP_INTERRUPTED'],
      [(usual) => ({ ...usual, body: usual.body.padEnd((1 << 20) + 1) }), 'HTTP_ANSWER_TOO_LARGE'],
      [() => ({ status: 502, type: 'text/html', body: '<html/>' }), unreadable],
      [() => ({ status: 504, type: 'text/html', body: '<html/>' }), unreadable],
      [() => ({ status: 200, type: 'text/html', body: '<html/>' }), unreadable],
      [() => ({ status: 400, body: '[]' }), unreadable],
      [() => problem('ServiceUnavailable', 503), unreadable],
      [() => problem('unknown.send.result'), 'DINGTALK_UNKNOWN_RESULT'],
      [() => problem('system.error', 500), 'DINGTALK_SYSTEM_ERROR'],
    ]
    for (const [answer, code] of ambiguous) {
      const before = fake.sent.length
      fake.next(answer)
      expect(await channel.send(to('a'))).toEqual({ status: 'uncertain', code, hint: expect.any(String) })
      expect(fake.sent.length - before).toBe(1)
    }
  })

  it('tries again where the port is closed', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(to('a'))
    await fake.close()
    open.length = 0
    expect(await channel.send(to('a'))).toMatchObject({ status: 'retry', code: 'HTTP_UNREACHABLE' })
  })

  it('tries again where only the call for a token went wrong', async () => {
    const answers: NextAnswer[] = [
      { status: 502, type: 'text/html', body: '<html/>' },
      { body: '', broken: 'reset' },
      (usual) => ({ ...usual, broken: 'cut' }),
    ]
    for (const answer of answers) {
      const fake = await start()
      fake.next(answer)
      expect(await channelOf(fake.url).send(to('a'))).toMatchObject({ status: 'retry' })
      expect(fake.sent).toHaveLength(0)
    }
  })

  it('calls the documented addresses', () =>
    withNock(async () => {
      const token = nock('https://api.dingtalk.com')
        .post('/v1.0/oauth2/accessToken', { appKey: 'ding-key', appSecret: 'ding-secret' })
        .reply(200, { accessToken: 'T1', expireIn: 7200 })
      const msgParam = JSON.stringify({ title: '提醒', text: '提醒' })
      const send = nock('https://api.dingtalk.com', { reqheaders: { 'x-acs-dingtalk-access-token': 'T1' } })
        .post('/v1.0/robot/oToMessages/batchSend', {
          robotCode: 'ding1fdabddc',
          userIds: ['staff-1'],
          msgKey: 'sampleMarkdown',
          msgParam,
        })
        .reply(200, { processQueryKey: 'k', invalidStaffIdList: [], flowControlledStaffIdList: [] })
      expect(await channelOf(undefined).send(to('提醒'))).toEqual({ status: 'sent', receipt: 'k' })
      expect([token.isDone(), send.isDone()]).toEqual([true, true])
    }))

  it('is not created with an incomplete configuration', () => {
    for (const changes of [{ appKey: '' }, { appSecret: '' }, { robotCode: '' }]) {
      expect(() => channelOf(undefined, changes)).toThrowError(
        expect.objectContaining({ code: 'DINGTALK_APP_INVALID' }),
      )
    }
  })
})
