import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DWClient, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDingtalkStream } from '../../../src/adapters/dingtalk/stream.ts'
import { createPressSeal } from '../../../src/adapters/press-seal.ts'
import { dingtalkPressed } from '../../platforms/dingtalk-wire.ts'
import { createEars } from '../../platforms/ears.ts'
import { type FakeDingtalkStream, startFakeDingtalkStream } from '../../platforms/fake-dingtalk-stream.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { fixture } from './fixture.ts'

const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 5_000 })

interface Axios {
  interceptors: {
    request: {
      use(change: (request: { url?: string; proxy?: unknown }) => object): number
      eject(id: number): void
    }
  }
}

/** The very instance that the official client calls with. It has no setting for the gateway's address. */
async function officialAxios(): Promise<Axios> {
  const client = new URL('../../../node_modules/dingtalk-stream/package.json', import.meta.url)
  const folder = dirname(createRequire(client).resolve('axios/package.json'))
  return (await import(pathToFileURL(join(folder, 'index.js')).href)).default
}

describe('the official dingtalk-stream client and ours', () => {
  let fake: FakeDingtalkStream
  let axios: Axios
  let redirecting: number
  beforeEach(async () => {
    for (const method of ['info', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {})
    fake = await startFakeDingtalkStream()
    axios = await officialAxios()
    redirecting = axios.interceptors.request.use((request) => {
      const url = request.url?.replace('https://api.dingtalk.com', fake.url)
      return { ...request, url, proxy: false }
    })
  })
  afterEach(async () => {
    axios.interceptors.request.eject(redirecting)
    await fake.close()
  })

  async function play() {
    await until(() => expect(fake.open).toBe(1))
    for (const name of ['stream-ping', 'stream-event']) fake.raw(JSON.stringify(fixture(name)))
    await until(() => expect(fake.acks).toHaveLength(2))
    fake.tell(fixture('robot-text'), 'robot-1')
    await until(() => expect(fake.acks).toHaveLength(3))
    return { opened: fake.opened.splice(0), acks: fake.acks.splice(0), strange: fake.strange.splice(0) }
  }

  it('ask the gateway alike and acknowledge the same frames alike', async () => {
    const heard: unknown[] = []
    const official = new DWClient({ clientId: 'ding-key', clientSecret: 'ding-secret' })
    official.registerCallbackListener(TOPIC_ROBOT, ({ data, headers }) => {
      heard.push(JSON.parse(data))
      official.socketCallBackResponse(headers.messageId, {})
    })
    await official.connect()
    const theirs = await play().finally(() => official.disconnect())
    await until(() => expect(fake.open).toBe(0))

    const ears = createEars()
    const ours = createDingtalkStream({
      tenantId: 'default',
      channelId: 'main',
      appKey: 'ding-key',
      appSecret: 'ding-secret',
      fetch: globalThis.fetch,
      timing: feignTiming(),
      baseUrl: fake.url,
    })
    const stop = new AbortController()
    const listening = ours.listen(ears, stop.signal)
    const mine = await play().finally(() => stop.abort())
    await listening

    expect(heard).toEqual([fixture('robot-text')])
    expect(ears.messages).toHaveLength(1)
    expect([theirs.strange, mine.strange]).toEqual([[], []])
    expect(mine.acks).toEqual(theirs.acks)
    const { subscriptions, ...credentials } = mine.opened[0] ?? {}
    expect(theirs.opened[0]).toMatchObject(credentials)
    expect(theirs.opened[0]?.subscriptions).toEqual(expect.arrayContaining(subscriptions as unknown[]))
  })

  it('hear the same pressed button and answer with the same card', async () => {
    const seal = createPressSeal('ding-secret')
    const press = dingtalkPressed({ press: seal.seal({ g: 'cidgroup1', c: '销号 3' }) })
    const changed = {
      cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
      userPrivateData: { cardParamMap: { answer: '第 3 号已销号。', done: 'true' } },
    }
    async function pressOnce() {
      await until(() => expect(fake.open).toBe(1))
      fake.push('CALLBACK', '/v1.0/card/instances/callback', press, 'card-1')
      await until(() => expect(fake.acks).toHaveLength(1))
      return { opened: fake.opened.splice(0), acks: fake.acks.splice(0), strange: fake.strange.splice(0) }
    }
    const heard: unknown[] = []
    const official = new DWClient({ clientId: 'ding-key', clientSecret: 'ding-secret' })
    official.registerCallbackListener(TOPIC_CARD, ({ data, headers }) => {
      heard.push(JSON.parse(data))
      official.socketCallBackResponse(headers.messageId, changed)
    })
    await official.connect()
    const theirs = await pressOnce().finally(() => official.disconnect())
    await until(() => expect(fake.open).toBe(0))

    const ears = createEars()
    ears.answer = '第 3 号已销号。'
    const stop = new AbortController()
    const listening = createDingtalkStream({
      tenantId: 'default',
      channelId: 'main',
      appKey: 'ding-key',
      appSecret: 'ding-secret',
      fetch: globalThis.fetch,
      timing: feignTiming(),
      baseUrl: fake.url,
      seal,
    }).listen(ears, stop.signal)
    const mine = await pressOnce().finally(() => stop.abort())
    await listening

    expect(heard).toEqual([press])
    expect(ears.messages.map(({ groupId, text }) => [groupId, text])).toEqual([['cidgroup1', '销号 3']])
    expect(mine.acks).toEqual(theirs.acks)
    expect([theirs.strange, mine.strange]).toEqual([[], []])
    expect(mine.opened[0]?.subscriptions).toContainEqual({ type: 'CALLBACK', topic: TOPIC_CARD })
  })
})
