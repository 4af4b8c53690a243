import nock from 'nock'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWecomAppChannel, type WecomAppChannelOptions } from '../../../src/adapters/wecom/app-channel.ts'
import {
  createWecomAppchatChannel,
  type WecomAppchatChannelOptions,
} from '../../../src/adapters/wecom/appchat-channel.ts'
import { createAppchatLimiter, createWebhookLimiters } from '../../../src/adapters/wecom/limiters.ts'
import {
  createWecomWebhookChannel,
  type WecomWebhookChannelOptions,
} from '../../../src/adapters/wecom/webhook-channel.ts'
import { error, type FakeWecom, type FakeWecomOptions, startFakeWecom } from '../../platforms/fake-wecom.ts'
import { withNock } from '../../platforms/feigned-sockets.ts'
import type { NextAnswer } from '../../platforms/loopback.ts'

const open: FakeWecom[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start(options?: FakeWecomOptions): Promise<FakeWecom> {
  const fake = await startFakeWecom(options)
  open.push(fake)
  return fake
}

const unlimited = { schedule: <T>(job: () => Promise<T>) => job() }
const member = (memberId: string) => ({ kind: 'member', memberId }) as const
const toGroup = (body: string, groupId = 'g1') => ({
  groupId,
  audience: { kind: 'group' } as const,
  outboxId: 'o1',
  body,
})
const toMember = (body: string, memberId = 'zhangsan') => ({
  groupId: 'g1',
  audience: member(memberId),
  outboxId: 'o1',
  body,
})

/** Ways in which the answer to a request that was obeyed does not come back whole. */
const LOST: readonly NextAnswer[] = [
  (usual) => ({ ...usual, broken: 'reset' }),
  (usual) => ({ ...usual, broken: 'cut' }),
  (usual) => ({ ...usual, body: usual.body.padEnd((1 << 20) + 1) }),
]
/** The same where something in between answers in the platform's place. */
const REPLACED: readonly NextAnswer[] = [502, 504, 200].map((status) => () => ({
  status,
  type: 'text/html',
  body: '<html/>',
}))

describe('WeCom group robot', () => {
  const channelOf = (baseUrl: string, changes: Partial<WecomWebhookChannelOptions> = {}) =>
    createWecomWebhookChannel({
      channelId: 'main',
      keys: { g1: 'webhook-key-0001', g2: 'webhook-key-gone' },
      fetch: globalThis.fetch,
      baseUrl,
      limiterOf: () => unlimited,
      ...changes,
    })

  it('reaches the groups it has a key for, and no person', () => {
    const channel = channelOf('http://127.0.0.1:1')
    expect(channel).toMatchObject({ name: 'wecom-webhook:main', maxBytes: 4096 })
    expect(channel.reaches({ groupId: 'g1', audience: { kind: 'group' } })).toBe(true)
    expect(channel.reaches({ groupId: 'constructor', audience: { kind: 'group' } })).toBe(false)
    expect(channel.reaches({ groupId: 'g1', audience: member('u') })).toBe(false)
  })

  it('posts markdown with the key of the group and calls nobody', async () => {
    const fake = await start()
    const result = await channelOf(fake.url).send(toGroup('## 周报\n@所有人 <@u1> 3 项'))
    expect(result).toEqual({ status: 'sent', receipt: null })
    expect(fake.sent).toMatchObject([{ kind: 'webhook', to: 'webhook-key-0001', content: '## 周报\n所有人 <u1> 3 项' }])
  })

  it('sends 4096 bytes and refuses more before the platform does', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    expect(await channel.send(toGroup(`${'好'.repeat(1365)}a`))).toMatchObject({ status: 'sent' })
    expect(await channel.send(toGroup('好'.repeat(1366)))).toMatchObject({ status: 'failed', code: 'WECOM_TOO_LONG' })
    expect(fake.seen).toHaveLength(1)
  })

  it('says what to do about a robot that is gone and a group without key', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    expect(await channel.send(toGroup('a', 'g2'))).toMatchObject({
      status: 'failed',
      code: 'WECOM_93000',
      hint: expect.stringContaining('重新添加'),
    })
    expect(await channel.send(toGroup('a', 'g3'))).toMatchObject({ status: 'failed', code: 'WECOM_GROUP_UNKNOWN' })
  })

  it('tells errors that pass from errors that stay', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    const expected: [number, object][] = [
      [-1, { status: 'retry', code: 'WECOM_BUSY' }],
      [45009, { status: 'retry', code: 'WECOM_45009', afterMs: 60_000 }],
      [45033, { status: 'retry', code: 'WECOM_45033' }],
      [40008, { status: 'failed', code: 'WECOM_40008' }],
      [40058, { status: 'failed', code: 'WECOM_40058' }],
      [93004, { status: 'failed', code: 'WECOM_93004' }],
      [93008, { status: 'failed', code: 'WECOM_93008' }],
      [12345, { status: 'failed', code: 'WECOM_12345' }],
    ]
    for (const [errcode, result] of expected) {
      fake.next(error(errcode, 'x'))
      expect(await channel.send(toGroup('a'))).toMatchObject(result)
    }
  })

  it('does not know whether it was posted where the answer is no answer of WeCom', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    for (const body of ['<html>maintenance</html>', '', 'null', '[]', '{"ok":true}', '{"errcode":"0"}']) {
      fake.next({ body })
      expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'uncertain', code: 'WECOM_ANSWER_UNREADABLE' })
    }
  })

  it('does not post again what may have been posted', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    const codes = ['HTTP_INTERRUPTED', 'HTTP_INTERRUPTED', 'HTTP_ANSWER_TOO_LARGE']
    for (const [index, answer] of [...LOST, ...REPLACED].entries()) {
      fake.next(answer)
      const code = codes[index] ?? 'WECOM_ANSWER_UNREADABLE'
      expect(await channel.send(toGroup('a'))).toEqual({ status: 'uncertain', code, hint: expect.any(String) })
      expect(fake.sent).toHaveLength(index + 1)
    }
  })

  it('tries again where the port is closed', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await fake.close()
    open.length = 0
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry', code: 'HTTP_UNREACHABLE' })
  })

  it('posts to the documented address', () =>
    withNock(async () => {
      const scope = nock('https://qyapi.weixin.qq.com')
        .post('/cgi-bin/webhook/send', { msgtype: 'markdown', markdown: { content: '周报' } })
        .query({ key: 'webhook-key-0001' })
        .reply(200, { errcode: 0, errmsg: 'ok' })
      const channel = createWecomWebhookChannel({
        channelId: 'main',
        keys: { g1: 'webhook-key-0001' },
        fetch: globalThis.fetch,
      })
      expect(await channel.send(toGroup('周报'))).toEqual({ status: 'sent', receipt: null })
      expect(scope.isDone()).toBe(true)
    }))

  it('lets at most 20 messages pass in any 60 seconds, in order, and loses none', async () => {
    vi.useFakeTimers({ now: 0 })
    const started: { at: number; job: number }[] = []
    const limiter = createWebhookLimiters()('robot')
    const jobs = Array.from({ length: 60 }, (_, job) =>
      limiter.schedule(async () => {
        started.push({ at: Date.now(), job })
      }),
    )
    await vi.advanceTimersByTimeAsync(600_000)
    await Promise.all(jobs)
    expect(started.map(({ job }) => job)).toEqual(Array.from({ length: 60 }, (_, job) => job))
    for (const { at } of started) {
      expect(started.filter((other) => other.at >= at && other.at < at + 60_000).length).toBeLessThanOrEqual(20)
    }
    expect(started.filter(({ at }) => at < 1000)).toHaveLength(5)
    expect(started.at(-1)?.at).toBeLessThan(300_000)
  })

  it('has one limiter a key, named without telling the key', async () => {
    const fake = await start({ webhookKeys: ['webhook-key-0001', 'webhook-key-0003'] })
    const ids: string[] = []
    const channel = channelOf(fake.url, {
      keys: { g1: 'webhook-key-0001', g2: 'webhook-key-0001', g3: 'webhook-key-0003' },
      limiterOf: (id) => {
        ids.push(id)
        return unlimited
      },
    })
    for (const groupId of ['g1', 'g2', 'g3']) await channel.send(toGroup('a', groupId))
    expect(fake.sent).toHaveLength(3)
    expect(new Set(ids).size).toBe(2)
    expect(ids.join()).not.toContain('key-000')
  })

  it('calls on the members that its own marks name and on nobody that is quoted', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toGroup('{{@zhang.san}} 请看 {{@all}} {{@@ALL}} {{@所有人}} {{@a|b}} <@u1> @所有人'))
    expect(fake.sent[0]?.content).toBe('<@zhang.san>请看 {{all}} {{ALL}} {{所有人}} <u1> 所有人')
  })
})

describe('WeCom app message', () => {
  const channelOf = (baseUrl: string, changes: Partial<WecomAppChannelOptions> = {}) =>
    createWecomAppChannel({
      channelId: 'main',
      corpId: 'wwcorp',
      corpSecret: 'app-secret',
      agentId: 1000002,
      fetch: globalThis.fetch,
      now: () => 0,
      baseUrl,
      limiterOf: () => unlimited,
      ...changes,
    })

  it('reaches persons of the groups it serves', () => {
    const channel = channelOf('http://127.0.0.1:1', { serves: (groupId) => groupId === 'g1' })
    expect(channel).toMatchObject({ name: 'wecom-app:main', maxBytes: 2048 })
    expect(channel.reaches({ groupId: 'g1', audience: member('u') })).toBe(true)
    expect(channel.reaches({ groupId: 'g2', audience: member('u') })).toBe(false)
    expect(channel.reaches({ groupId: 'g1', audience: { kind: 'group' } })).toBe(false)
  })

  it('sends markdown with the duplicate check of four hours', async () => {
    const fake = await start()
    expect(await channelOf(fake.url).send(toMember('请周五前报送'))).toEqual({ status: 'sent', receipt: 'sent-1' })
    expect(fake.sent[0]?.body).toEqual({
      touser: 'zhangsan',
      msgtype: 'markdown',
      agentid: 1000002,
      markdown: { content: '请周五前报送' },
      enable_duplicate_check: 1,
      duplicate_check_interval: 14_400,
    })
  })

  it('paces what one member gets, whatever the case of the id, and calls on nobody', async () => {
    const fake = await start()
    const ids: string[] = []
    const limiterOf = (id: string) => {
      ids.push(id)
      return unlimited
    }
    const channel = channelOf(fake.url, { limiterOf })
    await channel.send(toMember('{{@lisi}} 请看', 'ZhangSan'))
    await channel.send(toMember('b', 'zhangsan'))
    await channel.send(toMember('c', 'lisi'))
    expect(new Set(ids).size).toBe(2)
    expect(fake.sent[0]?.content).toBe('请看')
  })

  it('fetches one token for many messages at once', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => channel.send(toMember(`第 ${i} 条`))))
    expect(results.every((result) => result.status === 'sent')).toBe(true)
    expect(fake.seen.filter((request) => request.path === '/cgi-bin/gettoken')).toHaveLength(1)
  })

  it('survives a token that ends before its time, with one message sent', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toMember('一'))
    fake.expireToken()
    expect(await channel.send(toMember('二'))).toMatchObject({ status: 'sent' })
    expect(fake.tokensIssued).toBe(2)
    expect(fake.sent.map(({ content }) => content)).toEqual(['一', '二'])
  })

  it('does not loop where every token is refused', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toMember('一'))
    const before = fake.seen.length
    fake.next(error(40014, 'x'), error(0, 'no token in here'))
    expect(await channel.send(toMember('二'))).toMatchObject({ status: 'retry', code: 'WECOM_ANSWER_UNREADABLE' })
    expect(fake.seen.length - before).toBe(2)
  })

  it('sends again what may have been sent, since WeCom drops a repetition', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toMember('a'))
    for (const answer of [...LOST, ...REPLACED]) {
      fake.next(answer)
      expect(await channel.send(toMember('a'))).toMatchObject({ status: 'retry' })
      expect(fake.sent.at(-1)?.body).toMatchObject({ enable_duplicate_check: 1 })
    }
  })

  it('tries again where only the call for a token went wrong', async () => {
    for (const answer of [...LOST, ...REPLACED]) {
      const fake = await start()
      fake.next(answer)
      expect(await channelOf(fake.url).send(toMember('a'))).toMatchObject({ status: 'retry' })
      expect(fake.sent).toHaveLength(0)
    }
  })

  it('reads the lists of those who got nothing, whatever the case of their ids', async () => {
    const fake = await start({ invalidUsers: ['LiSi'], unlicensedUsers: ['wangwu'] })
    const channel = channelOf(fake.url)
    expect(await channel.send(toMember('a', 'lisi'))).toMatchObject({ status: 'failed', code: 'WECOM_INVALID_USER' })
    expect(await channel.send(toMember('a', 'WangWu'))).toMatchObject({
      status: 'failed',
      code: 'WECOM_UNLICENSED_USER',
    })
    fake.next({ body: '{"errcode":0,"errmsg":"ok","invaliduser":"LISI|x","msgid":"m"}' })
    expect(await channel.send(toMember('a', 'lisi'))).toMatchObject({ code: 'WECOM_INVALID_USER' })
  })

  it('tells a wrong secret, a strange address and a rate limit apart', async () => {
    const fake = await start()
    expect(await channelOf(fake.url, { corpSecret: 'wrong' }).send(toMember('a'))).toMatchObject({
      status: 'failed',
      code: 'WECOM_40001',
      hint: expect.stringContaining('Secret'),
    })
    const channel = channelOf(fake.url)
    await channel.send(toMember('a'))
    fake.next(error(60020, 'not allow to access from your ip, from ip: 203.0.113.7, hint: [1]'))
    expect(await channel.send(toMember('a'))).toMatchObject({
      status: 'failed',
      code: 'WECOM_60020',
      hint: '服务器出口 IP 203.0.113.7 不在应用的「企业可信IP」中,请管理员在企业微信后台添加',
    })
    fake.next(error(45009, 'api freq out of limit'))
    expect(await channel.send(toMember('a'))).toMatchObject({ status: 'retry', code: 'WECOM_45009' })
    fake.next(error(81013, 'user & party & tag all invalid'))
    expect(await channel.send(toMember('a'))).toMatchObject({ status: 'failed', code: 'WECOM_81013' })
  })

  it('sends to nobody but one person, whatever the member id says', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    for (const memberId of ['@all', 'a|b', '', ' ', 'a b', 'x'.repeat(65)]) {
      expect(await channel.send(toMember('a', memberId))).toMatchObject({ code: 'WECOM_RECIPIENT_INVALID' })
    }
    expect(await channel.send(toGroup('a'))).toMatchObject({ code: 'WECOM_RECIPIENT_INVALID' })
    expect(await channel.send(toMember('好'.repeat(683)))).toMatchObject({ code: 'WECOM_TOO_LONG' })
    expect(fake.seen).toHaveLength(0)
  })

  it('says nothing of its secrets when a platform answers nonsense', async () => {
    const fake = await start()
    fake.next({ status: 500, type: 'text/html', body: '<html>corpsecret=app-secret</html>' })
    const result = await channelOf(fake.url).send(toMember('a'))
    expect(result).toMatchObject({ status: 'retry' })
    expect(JSON.stringify(result)).not.toContain('app-secret')
  })

  it('calls the documented addresses', () =>
    withNock(async () => {
      const token = nock('https://qyapi.weixin.qq.com')
        .get('/cgi-bin/gettoken')
        .query({ corpid: 'ww&1', corpsecret: 's+/=' })
        .reply(200, { errcode: 0, errmsg: 'ok', access_token: 'T&1', expires_in: 7200 })
      const send = nock('https://qyapi.weixin.qq.com')
        .post('/cgi-bin/message/send', (body) => body.touser === 'zhangsan' && body.markdown.content === '提醒')
        .query({ access_token: 'T&1' })
        .reply(200, { errcode: 0, errmsg: 'ok', msgid: 'm1' })
      const options = { channelId: 'main', corpId: 'ww&1', corpSecret: 's+/=', agentId: 1 }
      const channel = createWecomAppChannel({ ...options, fetch: globalThis.fetch, now: () => 0 })
      expect(await channel.send(toMember('提醒'))).toEqual({ status: 'sent', receipt: 'm1' })
      expect([token.isDone(), send.isDone()]).toEqual([true, true])
    }))

  it('is not created with an incomplete configuration', () => {
    for (const changes of [{ corpId: '' }, { corpSecret: '' }, { agentId: Number.NaN }]) {
      expect(() => channelOf('http://127.0.0.1:1', changes)).toThrowError(
        expect.objectContaining({ code: 'WECOM_APP_INVALID' }),
      )
    }
  })
})

describe('WeCom app chat', () => {
  const channelOf = (baseUrl: string, changes: Partial<WecomAppchatChannelOptions> = {}) =>
    createWecomAppchatChannel({
      channelId: 'main',
      corpId: 'wwcorp',
      corpSecret: 'app-secret',
      chats: { g1: 'chat1', g2: 'chatgone' },
      fetch: globalThis.fetch,
      now: () => 0,
      baseUrl,
      limiter: unlimited,
      ...changes,
    })

  it('reaches the groups it has a chat for, and no person', () => {
    const channel = channelOf('http://127.0.0.1:1')
    expect(channel).toMatchObject({ name: 'wecom-appchat:main', maxBytes: 2048 })
    expect(channel.reaches({ groupId: 'g1', audience: { kind: 'group' } })).toBe(true)
    expect(channel.reaches({ groupId: 'toString', audience: { kind: 'group' } })).toBe(false)
    expect(channel.reaches({ groupId: 'g1', audience: member('u') })).toBe(false)
  })

  it('posts markdown into the chat, calling on the members its marks name', async () => {
    const fake = await start()
    const result = await channelOf(fake.url).send(toGroup('## 周报\n{{@lisi}} @所有人 3 项'))
    expect(result).toEqual({ status: 'sent', receipt: null })
    const content = '## 周报\n<@lisi>所有人 3 项'
    expect(fake.sent).toEqual([
      { kind: 'appchat', to: 'chat1', content, body: { chatid: 'chat1', msgtype: 'markdown', markdown: { content } } },
    ])
  })

  it('says what to do about a chat that is not the app’s own, and refuses what is too long', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    expect(await channel.send(toGroup('a', 'g2'))).toMatchObject({
      status: 'failed',
      code: 'WECOM_86003',
      hint: expect.stringContaining('chatid'),
    })
    expect(await channel.send(toGroup('a', 'g3'))).toMatchObject({ status: 'failed', code: 'WECOM_GROUP_UNKNOWN' })
    expect(await channel.send(toGroup('好'.repeat(683)))).toMatchObject({ status: 'failed', code: 'WECOM_TOO_LONG' })
    expect(await channel.send(toGroup('好'.repeat(682)))).toMatchObject({ status: 'sent' })
  })

  it('waits where the platform says so and renews a token that ended early', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toGroup('一'))
    fake.next(error(45009, 'x'))
    expect(await channel.send(toGroup('二'))).toMatchObject({ status: 'retry', code: 'WECOM_45009', afterMs: 60_000 })
    fake.expireToken()
    expect(await channel.send(toGroup('二'))).toMatchObject({ status: 'sent' })
    expect(fake.tokensIssued).toBe(2)
    fake.next(error(60020, 'from ip: 203.0.113.7'))
    expect(await channel.send(toGroup('三'))).toMatchObject({ status: 'failed', code: 'WECOM_60020' })
  })

  it('does not post again what may have been posted', async () => {
    const fake = await start()
    const channel = channelOf(fake.url)
    await channel.send(toGroup('a'))
    for (const answer of [...LOST, ...REPLACED]) {
      fake.next(answer)
      expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'uncertain' })
    }
    expect(fake.sent).toHaveLength(1 + LOST.length + REPLACED.length)
  })

  it('tries again where the network is down or only the call for a token went wrong', async () => {
    const closed = await start()
    await closed.close()
    open.length = 0
    expect(await channelOf(closed.url).send(toGroup('a'))).toMatchObject({ status: 'retry', code: 'HTTP_UNREACHABLE' })
    for (const answer of [...LOST, ...REPLACED]) {
      const fake = await start()
      fake.next(answer)
      expect(await channelOf(fake.url).send(toGroup('a'))).toMatchObject({ status: 'retry' })
      expect(fake.sent).toHaveLength(0)
    }
  })

  it('calls the documented addresses', () =>
    withNock(async () => {
      nock('https://qyapi.weixin.qq.com')
        .get('/cgi-bin/gettoken')
        .query({ corpid: 'ww&1', corpsecret: 's+/=' })
        .reply(200, { errcode: 0, errmsg: 'ok', access_token: 'T&1', expires_in: 7200 })
      const send = nock('https://qyapi.weixin.qq.com')
        .post('/cgi-bin/appchat/send', { chatid: 'chat1', msgtype: 'markdown', markdown: { content: '周报' } })
        .query({ access_token: 'T&1' })
        .reply(200, { errcode: 0, errmsg: 'ok' })
      const credentials = { corpId: 'ww&1', corpSecret: 's+/=', fetch: globalThis.fetch, now: () => 0 }
      const channel = createWecomAppchatChannel({ ...credentials, channelId: 'main', chats: { g1: 'chat1' } })
      expect(await channel.send(toGroup('周报'))).toEqual({ status: 'sent', receipt: null })
      expect(send.isDone()).toBe(true)
    }))

  it('lets at most 200 posts pass in any minute, in order, and loses none', async () => {
    vi.useFakeTimers({ now: 0 })
    const started: { at: number; job: number }[] = []
    const limiter = createAppchatLimiter()
    const jobs = Array.from({ length: 300 }, (_, job) =>
      limiter.schedule(async () => {
        started.push({ at: Date.now(), job })
      }),
    )
    await vi.advanceTimersByTimeAsync(400_000)
    await Promise.all(jobs)
    expect(started.map(({ job }) => job)).toEqual(Array.from({ length: 300 }, (_, job) => job))
    for (const { at } of started) {
      expect(started.filter((other) => other.at >= at && other.at < at + 60_000).length).toBeLessThanOrEqual(200)
    }
  })

  it('is not created with an incomplete configuration', () => {
    const created = (changes: Partial<WecomAppchatChannelOptions>) => () => channelOf('http://127.0.0.1:1', changes)
    expect(created({ corpId: '' })).toThrowError(expect.objectContaining({ code: 'WECOM_APP_INVALID' }))
    expect(created({ chats: { g: 'a b' } })).toThrowError(expect.objectContaining({ code: 'WECOM_CHATID_INVALID' }))
  })
})
