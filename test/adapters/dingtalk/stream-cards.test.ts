import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDingtalkStream } from '../../../src/adapters/dingtalk/stream.ts'
import { createPressSeal } from '../../../src/adapters/press-seal.ts'
import { dingtalkPressed } from '../../platforms/dingtalk-wire.ts'
import { createEars } from '../../platforms/ears.ts'
import { startFakeDingtalkStream } from '../../platforms/fake-dingtalk-stream.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'

const TOPIC = '/v1.0/card/instances/callback'
const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 })

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

const seal = createPressSeal('ding-secret')
const press = dingtalkPressed({ press: seal.seal({ g: 'cidgroup1', c: '销号 3' }) })

async function start() {
  const fake = await startFakeDingtalkStream()
  ending.push(() => fake.close())
  const ears = createEars()
  ears.answer = '第 3 号已销号。'
  const listener = createDingtalkStream({
    tenantId: 'default',
    channelId: 'stream',
    appKey: 'ding-key',
    appSecret: 'ding-secret',
    robotCode: 'ding1fdabddc',
    fetch: globalThis.fetch,
    timing: feignTiming(),
    baseUrl: fake.url,
    seal,
  })
  const aborter = new AbortController()
  const listening = listener.listen(ears, aborter.signal)
  ending.push(() => {
    aborter.abort()
    return listening
  })
  await until(() => expect(fake.open).toBe(1))
  const answered = async (body: unknown, times: number) => {
    fake.push('CALLBACK', TOPIC, body)
    await until(() => expect(fake.acks).toHaveLength(times))
    return fake.acks.at(-1)
  }
  return { fake, ears, listener, answered }
}

describe('DingTalk Stream: pressed buttons', () => {
  it('are stored, then answered with the card as it looks then; once, however often they are pushed', async () => {
    const { ears, answered, listener } = await start()
    const response = { cardUpdateOptions: expect.anything(), userPrivateData: expect.anything() }
    for (const times of [1, 2]) {
      const ack = await answered(press, times)
      expect(ack).toMatchObject({ code: 200, message: 'OK' })
      expect(JSON.parse(String(ack?.data))).toEqual({ response })
      expect(String(ack?.data)).toContain('第 3 号已销号。')
    }
    expect(ears.messages.map(({ text, channelId }) => [text, channelId])).toEqual([['销号 3', 'stream']])
    expect(listener.capabilities.card).toBe(true)
  })

  it('are not answered while the store refuses, so that they come again', async () => {
    const { ears, fake, answered } = await start()
    ears.refuse = 1
    fake.push('CALLBACK', TOPIC, press)
    await until(() => expect(ears.notes).toContainEqual(expect.objectContaining({ code: 'STORE_REFUSED' })))
    expect(fake.acks).toEqual([])
    expect(await answered(press, 1)).toMatchObject({ code: 200 })
    expect(ears.messages).toHaveLength(1)
  })

  it('cost nothing but themselves where they cannot be read', async () => {
    const { ears, answered } = await start()
    expect(await answered({ outTrackId: 'o1' }, 1)).toMatchObject({ code: 400, message: 'PRESS_MALFORMED' })
    expect(await answered(dingtalkPressed({ press: 'forged' }), 2)).toMatchObject({ code: 200 })
    expect(ears.deliveries).toEqual([])
    expect(await answered(press, 3)).toMatchObject({ code: 200 })
  })
})
