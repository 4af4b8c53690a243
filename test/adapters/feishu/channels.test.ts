import nock from 'nock'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFeishuAnswers } from '../../../src/adapters/feishu/answers.ts'
import { createFeishuApi } from '../../../src/adapters/feishu/api.ts'
import { createFeishuAppChannel, createFeishuSender } from '../../../src/adapters/feishu/app-channel.ts'
import { createBotIdentity } from '../../../src/adapters/feishu/bot-identity.ts'
import { createDirectory } from '../../../src/adapters/feishu/directory.ts'
import { postContent, webhookCard } from '../../../src/adapters/feishu/format.ts'
import { createAppLimiters, createWebhookLimiters } from '../../../src/adapters/feishu/limiter.ts'
import { feishuMessage } from '../../../src/adapters/feishu/message.ts'
import { createFeishuWebhookChannel } from '../../../src/adapters/feishu/webhook-channel.ts'
import { type FakeFeishu, refused, startFakeFeishu } from '../../platforms/fake-feishu.ts'
import { withNock } from '../../platforms/feigned-sockets.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { FEISHU_APP } from '../../platforms/feishu-wire.ts'
import { json, type NextAnswer } from '../../platforms/loopback.ts'
import { readingOf } from './reading.ts'

const SEND = '/open-apis/im/v1/messages'
const TOKEN = '/open-apis/auth/v3/tenant_access_token/internal'

const open: FakeFeishu[] = []
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(open.splice(0).map((fake) => fake.close()))
})
async function start(hooks: Record<string, string> = {}): Promise<FakeFeishu> {
  const fake = await startFakeFeishu({ hooks })
  open.push(fake)
  return fake
}

const limiterOf = () => ({ schedule: <T>(job: () => Promise<T>) => job() })
function roomOf(baseUrl: string, clock = { now: 1_700_000_000_000 }) {
  const now = () => clock.now
  const api = createFeishuApi({ ...FEISHU_APP, fetch: globalThis.fetch, now, baseUrl })
  const send = createFeishuSender({ api, now, limiterOf })
  return { api, send, clock, now, channel: createFeishuAppChannel({ channelId: 'main', send, api }) }
}
const toGroup = (body: string, outboxId = 'o1', groupId = 'oc_1') => ({
  groupId,
  audience: { kind: 'group' } as const,
  outboxId,
  body,
})
const toMember = (body: string, memberId = 'ou_zhang') => ({
  ...toGroup(body),
  audience: { kind: 'member', memberId } as const,
})

describe('Feishu app messages', () => {
  it('reach groups and persons of Feishu, and only those it serves', () => {
    const { channel, send } = roomOf('http://127.0.0.1:1')
    expect(channel).toMatchObject({ name: 'feishu-app:main' })
    expect(channel.reaches(toGroup(''))).toBe(true)
    expect(channel.reaches(toMember(''))).toBe(true)
    expect(channel.reaches(toMember('', 'all'))).toBe(false)
    expect(channel.reaches(toGroup('', 'o1', 'wrG1'))).toBe(false)
    const other = createFeishuAppChannel({ channelId: 'main', send, serves: (groupId) => groupId === 'oc_2' })
    expect(other.reaches(toGroup(''))).toBe(false)
  })

  it('are posts under the id of the outbox, to a group and to a person', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    expect(await channel.send(toGroup('## 周报\n- 3 项'))).toEqual({ status: 'sent', receipt: 'om_sent1' })
    expect(await channel.send({ ...toMember('请周五前报送'), outboxId: 'o2' })).toMatchObject({ status: 'sent' })
    expect(fake.sent).toEqual([
      {
        to: 'oc_1',
        msgType: 'post',
        content: { zh_cn: { title: '周报', content: [[{ tag: 'md', text: '- 3 项' }]] } },
        uuid: 'o1',
      },
      {
        to: 'ou_zhang',
        msgType: 'post',
        content: { zh_cn: { title: '', content: [[{ tag: 'md', text: '请周五前报送' }]] } },
        uuid: 'o2',
      },
    ])
    const queries = fake.seen.filter(({ path }) => path === SEND).map(({ query }) => query.get('receive_id_type'))
    expect(queries).toEqual(['chat_id', 'open_id'])
  })

  it('fetch one token for many at once, and another where the platform ends it early', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => channel.send(toGroup('a', `o${i}`))))
    expect(results.every(({ status }) => status === 'sent')).toBe(true)
    expect(fake.tokensIssued).toBe(1)
    fake.expireToken()
    expect(await channel.send(toGroup('a', 'late'))).toMatchObject({ status: 'sent' })
    expect(fake.tokensIssued).toBe(2)
  })

  it('are said once, however the answer to the first attempt is lost', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    const lost: NextAnswer[] = [
      (usual) => ({ ...usual, broken: 'reset' }),
      (usual) => ({ ...usual, broken: 'cut' }),
      () => ({ status: 502, type: 'text/html', body: '<html/>' }),
      () => ({ status: 200, body: '' }),
    ]
    for (const [index, answer] of lost.entries()) {
      fake.next(SEND, answer)
      expect(await channel.send(toGroup('a', `o${index}`))).toMatchObject({ status: 'retry' })
      expect(await channel.send(toGroup('a', `o${index}`))).toMatchObject({ status: 'sent' })
      expect(fake.sent).toHaveLength(index + 1)
    }
  })

  it('are not tried again once the platform no longer knows a repetition', async () => {
    const fake = await start()
    const { channel, clock } = roomOf(fake.url)
    fake.next(SEND, (usual) => ({ ...usual, broken: 'reset' }))
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry' })
    clock.now += 51 * 60_000
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'uncertain', code: 'FEISHU_UNCONFIRMED' })
    expect(fake.sent).toHaveLength(1)
  })

  it('tell errors that pass from errors that stay, in words', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    const expected: [number, object][] = [
      [230020, { status: 'retry', code: 'FEISHU_230020', afterMs: 2_000 }],
      [230049, { status: 'retry', code: 'FEISHU_230049' }],
      [99991400, { status: 'retry', code: 'FEISHU_99991400' }],
      [230002, { status: 'failed', code: 'FEISHU_230002', hint: expect.stringContaining('群') }],
      [230013, { status: 'failed', code: 'FEISHU_230013' }],
      [230053, { status: 'failed', code: 'FEISHU_230053' }],
      [99991672, { status: 'failed', code: 'FEISHU_99991672', hint: expect.stringContaining('权限') }],
      [777, { status: 'failed', code: 'FEISHU_777' }],
    ]
    for (const [code, result] of expected)
      for (const status of [200, 400]) {
        fake.next(SEND, refused(code, status))
        expect(await channel.send(toGroup('a', `o${code}${status}`))).toMatchObject(result)
      }
    expect(fake.sent).toEqual([])
  })

  it('wait as long as the platform asks', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    const limited = { ...refused(99991400, 429), headers: { 'x-ogw-ratelimit-reset': '37' } }
    fake.next(SEND, limited, { status: 429, body: '' })
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry', afterMs: 37_000 })
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry', afterMs: 60_000 })
  })

  it('survive a token endpoint that answers HTML, refuses, or is gone', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    const html = { type: 'text/html', body: '<html>登录</html>' }
    fake.next(TOKEN, html, json({ code: 0, msg: 'ok' }), refused(10014, 200))
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry', code: 'FEISHU_ANSWER_UNREADABLE' })
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'retry', code: 'FEISHU_ANSWER_UNREADABLE' })
    expect(await channel.send(toGroup('a'))).toMatchObject({
      status: 'failed',
      hint: expect.stringContaining('App Secret'),
    })
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'sent' })
    await fake.close()
    open.length = 0
    const gone = roomOf(fake.url).channel
    expect(await gone.send(toGroup('a'))).toMatchObject({ status: 'retry', code: 'HTTP_UNREACHABLE' })
  })

  it('refuse what is no recipient and what is too long', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    expect(await channel.send(toMember('a', 'all'))).toMatchObject({ code: 'FEISHU_RECIPIENT_INVALID' })
    expect(await channel.send(toGroup('好'.repeat(channel.maxBytes / 3)))).toMatchObject({ status: 'sent' })
    expect(await channel.send(toGroup('好'.repeat(10_000)))).toMatchObject({ code: 'FEISHU_TOO_LONG' })
  })

  it('can be taken back', async () => {
    const fake = await start()
    const { channel } = roomOf(fake.url)
    expect(await channel.recall?.('om_1')).toEqual({ status: 'sent', receipt: 'om_1' })
    expect(fake.recalled).toEqual(['om_1'])
    fake.next(`${SEND}/om_2`, refused(230009))
    expect(await channel.recall?.('om_2')).toMatchObject({ status: 'failed', code: 'FEISHU_230009' })
  })

  it('go to the documented address', () =>
    withNock(async () => {
      const scope = nock('https://open.feishu.cn')
        .post(TOKEN, { app_id: FEISHU_APP.appId, app_secret: FEISHU_APP.appSecret })
        .reply(200, { code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200 })
        .post(SEND, (body) => body.receive_id === 'oc_1' && body.uuid === 'o1')
        .query({ receive_id_type: 'chat_id' })
        .matchHeader('authorization', 'Bearer t-1')
        .reply(200, { code: 0, msg: 'success', data: { message_id: 'om_1' } })
      const now = () => 0
      const api = createFeishuApi({ ...FEISHU_APP, fetch: globalThis.fetch, now })
      const channel = createFeishuAppChannel({ channelId: 'main', send: createFeishuSender({ api, now, limiterOf }) })
      expect(await channel.send(toGroup('a'))).toEqual({ status: 'sent', receipt: 'om_1' })
      expect(scope.isDone()).toBe(true)
    }))

  it('keep to fewer than five a second in one group, in order, without holding up the others', async () => {
    vi.useFakeTimers({ now: 0 })
    const limiterFor = createAppLimiters()
    const started: { at: number; id: string; job: number }[] = []
    const jobs = Array.from({ length: 40 }, (_, job) => {
      const id = job % 2 === 0 ? 'a' : 'b'
      return limiterFor(id).schedule(async () => void started.push({ at: Date.now(), id, job }))
    })
    await vi.advanceTimersByTimeAsync(10_000)
    await Promise.all(jobs)
    for (const id of ['a', 'b']) {
      const own = started.filter((each) => each.id === id)
      expect(own.map(({ job }) => job)).toEqual(own.map(({ job }) => job).toSorted((x, y) => x - y))
      for (const { at } of own)
        expect(own.filter((each) => each.at >= at && each.at < at + 1000).length).toBeLessThan(5)
    }
    expect(started.at(-1)?.at).toBeLessThan(7_000)
  })
})

describe('Feishu formatting', () => {
  it('calls nobody, however the mention is written', () => {
    const calls = [
      '<at user_id="all"></at>',
      '<at id=all></at>',
      '< at id=all>',
      '<<at id=all>',
      '<AT  id=all>',
      '@所有人',
    ]
    for (const call of calls) {
      const said = `${postContent(`甲 ${call} 乙`)}${JSON.stringify(webhookCard(`甲 ${call} 乙`))}`
      expect(said).not.toMatch(/<\s*\/?\s*at\b|@所有人/i)
    }
  })

  it('makes bold lines of headings, and the first one a title', () => {
    const post = JSON.parse(postContent('# 周报\n\n## **任务**\n- 甲\n> 引文'))
    expect(post).toEqual({ zh_cn: { title: '周报', content: [[{ tag: 'md', text: '**任务**\n- 甲\n> 引文' }]] } })
    expect(webhookCard('# 周报')).toEqual({
      header: { template: 'blue', title: { tag: 'plain_text', content: '周报' } },
      elements: [{ tag: 'markdown', content: '周报' }],
    })
  })
})

describe('Feishu answers', () => {
  const message = (sentAt = 1_700_000_000_000) =>
    feishuMessage(
      {
        messageId: 'om_1',
        chatId: 'oc_1',
        single: false,
        senderOpenId: 'ou_zhang',
        createdAt: sentAt,
        type: 'text',
        content: '{"text":"a"}',
        mentions: [],
      },
      readingOf(),
    )

  it('reply to the message, once for all its deliveries, and not to one that is long past', async () => {
    const fake = await start()
    const timing = feignTiming()
    const { send } = roomOf(fake.url)
    const answer = createFeishuAnswers({ send, timing, signal: new AbortController().signal })
    answer(message(), { duplicate: false, answers: ['好', '的'] })
    answer(message(), { duplicate: true, answers: ['好', '的'] })
    answer(message(timing.now() - 3_600_000), { duplicate: true, answers: ['晚'] })
    answer(message(), { duplicate: false, answers: [] })
    await vi.waitFor(() => expect(fake.seen.filter(({ path }) => path === `${SEND}/om_1/reply`)).toHaveLength(2))
    await vi.waitFor(() => expect(fake.sent).toHaveLength(1))
    expect(fake.sent[0]).toMatchObject({
      to: 'om_1',
      uuid: 'answer-om_1',
      content: { zh_cn: { content: [[{ text: '好\n\n的' }]] } },
    })
  })

  it('are tried again after what passes, and their failure is told', async () => {
    const fake = await start()
    const timing = feignTiming()
    const failures: unknown[] = []
    const { send } = roomOf(fake.url)
    const signal = new AbortController().signal
    const answer = createFeishuAnswers({ send, timing, signal, onFailure: (failure) => void failures.push(failure) })
    fake.next(`${SEND}/om_1/reply`, refused(230020), refused(230011))
    answer(message(), { duplicate: false, answers: ['好'] })
    await vi.waitFor(() => expect(timing.waits).toHaveLength(1))
    await timing.wakeNext()
    await vi.waitFor(() => expect(failures).toMatchObject([{ channelId: 'main', code: 'FEISHU_230011' }]))
  })
})

describe('Feishu custom bot', () => {
  const HOOKS = { 'hook-0001': 'demo-secret', 'hook-0002': '' }
  const channelOf = (baseUrl: string) =>
    createFeishuWebhookChannel({
      channelId: 'main',
      hooks: { oc_1: 'hook-0001:demo-secret', oc_2: 'hook-0002', oc_3: 'hook-gone', oc_4: 'hook-0001:wrong-secret' },
      fetch: globalThis.fetch,
      now: () => 1_599_360_473_000,
      baseUrl,
      limiterOf,
    })

  it('posts a card, signed where there is a secret', async () => {
    const fake = await start(HOOKS)
    const channel = channelOf(fake.url)
    expect(await channel.send(toGroup('# 周报\n@所有人 3 项'))).toEqual({ status: 'sent', receipt: null })
    expect(await channel.send(toGroup('a', 'o2', 'oc_2'))).toEqual({ status: 'sent', receipt: null })
    expect(fake.sent.map(({ to, msgType }) => [to, msgType])).toEqual([
      ['hook-0001', 'interactive'],
      ['hook-0002', 'interactive'],
    ])
    expect(fake.sent[0]?.content).toMatchObject({ elements: [{ tag: 'markdown', content: '所有人 3 项' }] })
  })

  it('says what is wrong, and never posts twice what may have been posted', async () => {
    const fake = await start(HOOKS)
    const channel = channelOf(fake.url)
    expect(channel.reaches(toMember('a'))).toBe(false)
    expect(channel.reaches(toGroup('a', 'o1', 'constructor'))).toBe(false)
    expect(await channel.send(toGroup('a', 'o1', 'oc_3'))).toMatchObject({ status: 'failed', code: 'FEISHU_19001' })
    expect(await channel.send(toGroup('a', 'o1', 'oc_4'))).toMatchObject({
      status: 'failed',
      code: 'FEISHU_19021',
      hint: expect.stringContaining('时钟'),
    })
    fake.next('/open-apis/bot/v2/hook/hook-0001', (usual) => ({ ...usual, broken: 'reset' }))
    expect(await channel.send(toGroup('a'))).toMatchObject({ status: 'uncertain' })
  })

  it('is not created with a token that is none, and names no token', () => {
    const create = (hook: string) => () =>
      createFeishuWebhookChannel({ channelId: 'm', hooks: { g: hook }, fetch: globalThis.fetch, now: () => 0 })
    for (const hook of ['', 'https://open.feishu.cn/x', 'abc'])
      expect(create(hook)).toThrowError(expect.objectContaining({ code: 'FEISHU_WEBHOOK_INVALID' }))
  })

  it('keeps to 100 a minute', async () => {
    vi.useFakeTimers({ now: 0 })
    const limiter = createWebhookLimiters()('x')
    const started: number[] = []
    const jobs = Array.from({ length: 120 }, () => limiter.schedule(async () => void started.push(Date.now())))
    await vi.advanceTimersByTimeAsync(120_000)
    await Promise.all(jobs)
    for (const at of started) {
      expect(started.filter((each) => each >= at && each < at + 60_000).length).toBeLessThanOrEqual(100)
      expect(started.filter((each) => each >= at && each < at + 1_000).length).toBeLessThanOrEqual(5)
    }
  })
})

describe('what Feishu messages do not carry', () => {
  it('is the bot itself: asked for once, and again a minute after a refusal', async () => {
    const fake = await start()
    const { api, clock, now } = roomOf(fake.url)
    fake.next('/open-apis/bot/v3/info', refused(99991672))
    const openId = createBotIdentity({ api, now })
    const asked = () => fake.seen.filter(({ path }) => path === '/open-apis/bot/v3/info').length
    expect([openId(), openId()]).toEqual([undefined, undefined])
    await vi.waitFor(() => expect(asked()).toBe(1))
    clock.now += 60_000
    expect(openId()).toBeUndefined()
    await vi.waitFor(() => expect(openId()).toBe('ou_bot'))
    expect(asked()).toBe(2)
  })

  it('is names and roles: fetched in the background, once for many messages', async () => {
    const fake = await start()
    const { api, now } = roomOf(fake.url)
    const chat = createDirectory({ api, now })
    for (let i = 0; i < 20; i++) expect(chat('oc_1')).toBeUndefined()
    await vi.waitFor(() => expect(chat('oc_1')?.name).toBe('项目群'))
    expect(chat('oc_1')?.members.get('ou_zhang')).toBe('张三')
    expect([...(chat('oc_1')?.leaders ?? [])]).toEqual(['ou_zhang', 'ou_li'])
    expect(fake.seen.filter(({ path }) => path === '/open-apis/im/v1/chats/oc_1')).toHaveLength(1)
  })
})
