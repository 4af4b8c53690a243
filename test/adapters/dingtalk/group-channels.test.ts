import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../../src/adapters/adapter.ts'
import { createDingtalkApp } from '../../../src/adapters/dingtalk/dingtalk-app.ts'
import { createDingtalkGroupChannel } from '../../../src/adapters/dingtalk/group-channel.ts'
import { createDingtalkPrivateChannel } from '../../../src/adapters/dingtalk/private-channel.ts'
import { createSessionBook, type SessionShelf } from '../../../src/adapters/dingtalk/session-book.ts'
import { createDingtalkSessionChannel } from '../../../src/adapters/dingtalk/session-channel.ts'
import { createDingtalkWebhookChannel, readWebhookRobot } from '../../../src/adapters/dingtalk/webhook-channel.ts'
import type { CreateLimiter } from '../../../src/adapters/limiter.ts'
import {
  type FakeDingtalk,
  type FakeDingtalkOptions,
  oapi,
  problem,
  startFakeDingtalk,
} from '../../platforms/fake-dingtalk.ts'
import { withNock } from '../../platforms/feigned-sockets.ts'
import { type FakeAnswer, json, type NextAnswer } from '../../platforms/loopback.ts'
import { memoryShelf } from './session-shelf.ts'

const NOW = 1_700_000_000_000
const TOKEN = 'a'.repeat(32)
const SECRET = `SEC${'b'.repeat(32)}`
const GROUP = { kind: 'group' } as const

const open: FakeDingtalk[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start(options: FakeDingtalkOptions = {}): Promise<FakeDingtalk> {
  const fake = await startFakeDingtalk({ robots: { [TOKEN]: SECRET }, now: () => NOW, ...options })
  open.push(fake)
  return fake
}
const say = (channel: Channel, body: string, groupId = 'cidgroup1', outboxId = 'o1') =>
  channel.send({ groupId, audience: GROUP, outboxId, body })
const common = { channelId: 'main', fetch: globalThis.fetch, now: () => NOW }
const atOnce: CreateLimiter = () => ({ schedule: (job) => job() })

const webhookOf = (baseUrl: string, robot = { accessToken: TOKEN, secret: SECRET }) =>
  createDingtalkWebhookChannel({ ...common, baseUrl, robots: { cidgroup1: robot }, limiterOf: atOnce })
const appOf = (baseUrl: string) =>
  createDingtalkApp({ ...common, appKey: 'ding-key', appSecret: 'ding-secret', baseUrl })
const groupOf = (baseUrl: string, robotCode = 'ding1fdabddc') =>
  createDingtalkGroupChannel({ channelId: 'main', app: appOf(baseUrl), robotCode })
async function sessionOf(fake: FakeDingtalk, session = 'c610', shelf: SessionShelf = memoryShelf()) {
  const sessions = createSessionBook({ shelf, now: () => NOW, origins: [fake.url] })
  const url = `${fake.url}/robot/sendBySession?session=${session}`
  for (const groupId of ['cidgroup1', 'single:staff-1'])
    await sessions.remember(groupId, { url, expiresAt: NOW + 100_000 })
  return createDingtalkSessionChannel({ channelId: 'main', sessions, fetch: globalThis.fetch, limiterOf: atOnce })
}

describe('DingTalk custom robot', () => {
  it('signs, calls on members by their staff id, and on nobody by quoted words', async () => {
    const fake = await start()
    const channel = webhookOf(fake.url)
    expect([channel.name, channel.reaches({ groupId: 'cidgroup1', audience: GROUP })]).toEqual([
      'dingtalk-webhook:main',
      true,
    ])
    expect(channel.reaches({ groupId: 'cidother', audience: GROUP })).toBe(false)
    const body = '**催办** {{@staff-1}} {{@open:x}} {{@$:LWCP}} 请回复\n> @所有人 今天晒图'
    expect(await say(channel, body)).toEqual({ status: 'sent', receipt: null })
    expect(fake.sent).toMatchObject([
      {
        to: [TOKEN],
        text: '**催办** @staff-1 请回复  \n> 所有人 今天晒图',
        body: { msgtype: 'markdown', at: { atUserIds: ['staff-1'], isAtAll: false } },
      },
    ])
  })

  it('calls on at most 50 members', async () => {
    const fake = await start()
    await say(webhookOf(fake.url), Array.from({ length: 60 }, (_, i) => `{{@s${i}}} `).join(''))
    expect(fake.sent[0]?.body.at).toEqual({ atUserIds: Array.from({ length: 50 }, (_, i) => `s${i}`), isAtAll: false })
    expect(fake.sent[0]?.text).not.toContain('@s50')
  })

  it('is believed by the platform no matter how long it ran, and not with a clock that is too far off', async () => {
    const fake = await start()
    const off = (now: number) =>
      say(
        createDingtalkWebhookChannel({
          ...common,
          now: () => now,
          baseUrl: fake.url,
          limiterOf: atOnce,
          robots: { cidgroup1: { accessToken: TOKEN, secret: SECRET } },
        }),
        'a',
      )
    expect(await off(NOW + 20 * 60_000)).toMatchObject({ status: 'sent' })
    expect(await off(NOW + 61 * 60_000)).toMatchObject({ status: 'failed', hint: expect.stringContaining('时钟') })
  })

  it('sends again what may have arrived, since the platform drops the repetition', async () => {
    const fake = await start()
    const channel = webhookOf(fake.url)
    const broken: NextAnswer[] = [
      (usual) => ({ ...usual, broken: 'reset' }),
      (usual) => ({ ...usual, broken: 'cut' }),
      () => ({ status: 200, type: 'text/html', body: '<html/>' }),
      () => ({ status: 502, body: '' }),
    ]
    for (const answer of broken) {
      fake.next(answer)
      expect(await say(channel, '一')).toMatchObject({ status: 'retry' })
    }
    expect(await say(channel, '一')).toMatchObject({ status: 'sent' })
    expect(await say(channel, '二', 'cidgroup1', 'o2')).toMatchObject({ status: 'sent' })
    expect(fake.sent.map(({ text }) => text)).toEqual(['一', '二'])
  })

  it('stays below 20 in any minute, and waits out the ban where others have used it up', async () => {
    const fake = await start()
    const channel = webhookOf(fake.url)
    for (let index = 0; index < 20; index++) await say(channel, '好', 'cidgroup1', `o${index}`)
    expect(await say(channel, '多', 'cidgroup1', 'more')).toMatchObject({
      status: 'retry',
      code: 'DINGTALK_RATE_LIMITED',
      afterMs: 600_000,
    })
    expect(fake.sent).toHaveLength(20)
  })

  it('keeps the pieces of a long text in order under its own limiter', async () => {
    const fake = await start()
    const robots = { cidgroup1: { accessToken: TOKEN, secret: SECRET } }
    const channel = createDingtalkWebhookChannel({ ...common, baseUrl: fake.url, robots })
    fake.next((usual) => ({ ...usual, delayMs: 30 }))
    await Promise.all(['1', '2', '3'].map((text) => say(channel, text, 'cidgroup1', text)))
    expect(fake.sent.map(({ text }) => text)).toEqual(['1', '2', '3'])
  })

  it('reads every refusal inside a 200, and says what to do', async () => {
    const fake = await start()
    const channel = webhookOf(fake.url)
    const expected: [FakeAnswer, object][] = [
      [oapi(-1, 'busy'), { status: 'retry', code: 'DINGTALK_BUSY' }],
      [oapi('130101', 'send too fast'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED' }],
      [oapi(410100, '发送速度太快而限流'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED' }],
      [oapi(90018, 'qps'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED', afterMs: 5_000 }],
      [oapi(90020, 'quota'), { status: 'retry', code: 'DINGTALK_QUOTA_USED_UP' }],
      [oapi(310000, 'keywords not in content'), { status: 'failed', hint: expect.stringContaining('关键词') }],
      [oapi(310000, 'sign not match'), { status: 'failed', hint: expect.stringContaining('SEC') }],
      [oapi(310000, 'ip 1.2.3.4 not in whitelist'), { status: 'failed', hint: expect.stringContaining('IP 白名单') }],
      [oapi(310000, '?'), { status: 'failed', code: 'DINGTALK_SECURITY_REFUSED' }],
      [oapi(400013, ''), { status: 'failed', code: 'DINGTALK_GROUP_DISBANDED' }],
      [oapi(400102, ''), { status: 'failed', code: 'DINGTALK_ROBOT_DISABLED' }],
      [oapi(430102, ''), { status: 'failed', code: 'DINGTALK_CONTENT_REFUSED' }],
      [oapi(42001, ''), { status: 'failed', code: 'DINGTALK_WEBHOOK_INVALID' }],
      [oapi(99999, ''), { status: 'failed', code: 'DINGTALK_REFUSED' }],
      [json({ status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'u' }), { status: 'retry', afterMs: 300_000 }],
    ]
    for (const [answer, result] of expected) {
      fake.next(answer)
      const sent = await say(channel, 'a')
      expect(sent).toMatchObject(result)
      expect(JSON.stringify(sent)).not.toMatch(new RegExp(`${TOKEN}|${SECRET}|1\\.2\\.3\\.4`))
    }
    expect(fake.sent).toHaveLength(0)
  })

  it('is configured by what the platform shows', () => {
    expect(readWebhookRobot(`${TOKEN},${SECRET}`)).toEqual({ accessToken: TOKEN, secret: SECRET })
    expect(readWebhookRobot(TOKEN)).toEqual({ accessToken: TOKEN })
    expect(readWebhookRobot(`https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`)).toEqual({
      accessToken: TOKEN,
    })
    for (const wrong of ['', 'short', `${TOKEN},nosec`, `${TOKEN} ${SECRET}`]) {
      expect(() => readWebhookRobot(wrong)).toThrowError(expect.objectContaining({ code: 'DINGTALK_WEBHOOK_INVALID' }))
    }
  })

  it('calls the documented address', () =>
    withNock(async () => {
      const call = nock('https://oapi.dingtalk.com')
        .post('/robot/send', (body) => body.msgtype === 'markdown')
        .query({
          access_token: TOKEN,
          timestamp: '1577262236757',
          sign: 'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=',
        })
        .reply(200, { errcode: 0, errmsg: 'ok' })
      const robots = { cidgroup1: { accessToken: TOKEN, secret: 'this is secret' } }
      const channel = createDingtalkWebhookChannel({ ...common, now: () => 1_577_262_236_757, robots })
      expect(await say(channel, 'a')).toMatchObject({ status: 'sent' })
      expect(call.isDone()).toBe(true)
    }))
})

describe('DingTalk session', () => {
  it('answers the conversation it belongs to, and no other', async () => {
    const fake = await start()
    const channel = await sessionOf(fake)
    const member = (memberId: string) => ({ kind: 'member', memberId }) as const
    expect(channel.reaches({ groupId: 'cidgroup1', audience: GROUP })).toBe(true)
    expect(channel.reaches({ groupId: 'cidgroup1', audience: member('staff-1') })).toBe(false)
    expect(channel.reaches({ groupId: 'single:staff-1', audience: member('staff-1') })).toBe(true)
    expect(channel.reaches({ groupId: 'single:staff-1', audience: member('staff-2') })).toBe(false)
    expect(await say(channel, '已记为第 1 号任务 {{@staff-1}}')).toEqual({ status: 'sent', receipt: null })
    expect(fake.sent).toMatchObject([{ to: ['c610'], body: { at: { atUserIds: ['staff-1'] } } }])
    expect(await say(channel, 'a', 'cidgroup2')).toMatchObject({ status: 'failed', code: 'DINGTALK_SESSION_EXPIRED' })
  })

  it('leaves it to the next way out where the store does not say which address it is', async () => {
    const fake = await start()
    const shelf = { ...memoryShelf(), find: () => Promise.reject(new Error('the store is away')) }
    const result = await say(await sessionOf(fake, 'c610', shelf), 'a')
    expect(result).toMatchObject({ status: 'failed', code: 'DINGTALK_SESSION_EXPIRED' })
    expect(fake.sent).toHaveLength(0)
  })

  it('says where the platform has forgotten it, follows no redirect, and repeats nothing that may have arrived', async () => {
    const fake = await start()
    expect(await say(await sessionOf(fake, 'gone'), 'a')).toMatchObject({
      status: 'failed',
      code: 'DINGTALK_SESSION_EXPIRED',
    })
    const channel = await sessionOf(fake)
    fake.next({ status: 302, headers: { location: `${fake.url}/elsewhere` }, body: '' })
    expect(await say(channel, 'a')).toMatchObject({ status: 'uncertain', code: 'HTTP_REDIRECTED' })
    fake.next((usual) => ({ ...usual, broken: 'cut' }))
    expect(await say(channel, 'a')).toMatchObject({ status: 'uncertain' })
    expect(fake.seen.map(({ path }) => path)).not.toContain('/elsewhere')
    expect(fake.sent).toHaveLength(1)
  })
})

describe('DingTalk app in a group', () => {
  it('posts sampleMarkdown without mentions, and gives the key by which it can be taken back', async () => {
    const fake = await start()
    const channel = groupOf(fake.url)
    expect(await say(channel, '# 周报\n{{@staff-1}} @所有人 看')).toEqual({
      status: 'sent',
      receipt: '@cidgroup1 key-1',
    })
    expect(fake.sent).toMatchObject([{ to: ['cidgroup1'], title: '周报', text: '# 周报  \n所有人 看' }])
    expect(channel.reaches({ groupId: 'single:x', audience: GROUP })).toBe(false)
    expect(await say(channel, 'a', 'cidother')).toMatchObject({ status: 'failed', code: 'DINGTALK_GROUP_UNKNOWN' })
    expect(await say(groupOf(fake.url, 'other'), 'a')).toMatchObject({ code: 'DINGTALK_ROBOT_CODE_INVALID' })
  })

  it('keeps msgParam within 15,000 bytes, whatever escapes its text needs', async () => {
    const fake = await start()
    const channel = groupOf(fake.url)
    for (const body of ['好'.repeat(3333), '\n"'.repeat(5000), '𠮷'.repeat(2500), '\u0001'.repeat(10_000)]) {
      expect(await say(channel, body)).toMatchObject({ status: 'sent' })
    }
    for (const { body } of fake.sent) expect(Buffer.byteLength(String(body.msgParam))).toBeLessThanOrEqual(15_000)
    expect(await say(channel, 'a'.repeat(channel.maxBytes + 1))).toMatchObject({ code: 'DINGTALK_TOO_LONG' })
  })

  it('shares one token with the private channel, and fetches one anew where it was ended', async () => {
    const fake = await start()
    const app = appOf(fake.url)
    const credentials = { ...common, appKey: 'ding-key', appSecret: 'ding-secret', robotCode: 'ding1fdabddc' }
    const inGroup = createDingtalkGroupChannel({ channelId: 'main', app, robotCode: 'ding1fdabddc' })
    const inPrivate = createDingtalkPrivateChannel({ ...credentials, app })
    await say(inGroup, 'a')
    await inPrivate.send({ groupId: 'g', audience: { kind: 'member', memberId: 's' }, outboxId: 'o', body: 'b' })
    expect([fake.tokensIssued, fake.sent.length]).toEqual([1, 2])
    fake.expireToken()
    expect(await say(inGroup, 'c')).toMatchObject({ status: 'sent' })
    expect(fake.tokensIssued).toBe(2)
  })

  it('tells what passes from what stays and from what nobody knows', async () => {
    const fake = await start()
    const channel = groupOf(fake.url)
    await say(channel, 'a')
    const access = 'Forbidden.AccessDenied'
    const expected: [NextAnswer, object][] = [
      [problem('send.byToken.tooFast'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED' }],
      [problem('too.many.group'), { status: 'retry', code: 'DINGTALK_RATE_LIMITED' }],
      [problem(`${access}.QpsLimitForAppkeyAndApi`, 403), { status: 'retry', afterMs: 5_000 }],
      [problem(`${access}.ApiCountLimitForOrg`, 403), { status: 'retry', code: 'DINGTALK_QUOTA_USED_UP' }],
      [
        problem(`${access}.AccessTokenPermissionDenied`, 403),
        { status: 'failed', code: 'DINGTALK_PERMISSION_MISSING' },
      ],
      [problem(`${access}.IpNotInWhiteList`, 403), { status: 'failed', code: 'DINGTALK_IP_REFUSED' }],
      [problem('group.disbanded'), { status: 'failed', code: 'DINGTALK_GROUP_DISBANDED' }],
      [problem('bot.forbidden.sendMessage'), { status: 'failed', code: 'DINGTALK_ROBOT_MUTED' }],
      [problem('system.error', 500), { status: 'uncertain', code: 'DINGTALK_SYSTEM_ERROR' }],
      [(usual) => ({ ...usual, broken: 'reset' }), { status: 'uncertain', code: 'HTTP_INTERRUPTED' }],
      [
        { type: 'text/html', body: '<html/>' },
        { status: 'uncertain', code: 'DINGTALK_ANSWER_UNREADABLE' },
      ],
      [json({}), { status: 'uncertain', code: 'DINGTALK_ANSWER_UNREADABLE' }],
    ]
    for (const [answer, result] of expected) {
      fake.next(answer)
      expect(await say(channel, 'a')).toMatchObject(result)
    }
  })

  it('tries again where the token endpoint answers HTML', async () => {
    const fake = await start()
    fake.next({ status: 200, type: 'text/html', body: '<html>维护中</html>' })
    const channel = groupOf(fake.url)
    expect(await say(channel, 'a')).toMatchObject({ status: 'retry', code: 'DINGTALK_ANSWER_UNREADABLE' })
    expect(await say(channel, 'a')).toMatchObject({ status: 'sent' })
  })
})
