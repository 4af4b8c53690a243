import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Channel } from '../../../src/adapters/adapter.ts'
import { createSessionBook } from '../../../src/adapters/dingtalk/session-book.ts'
import { createDingtalkStream, type DingtalkStreamOptions } from '../../../src/adapters/dingtalk/stream.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { dingtalkBody } from '../../platforms/dingtalk-wire.ts'
import { createEars, type ListeningEars } from '../../platforms/ears.ts'
import { startFakeDingtalkStream } from '../../platforms/fake-dingtalk-stream.ts'
import { type FeignedTiming, feignTiming } from '../../platforms/feigned-timing.ts'
import { json } from '../../platforms/loopback.ts'
import { fixture } from './fixture.ts'
import { memoryShelf } from './session-shelf.ts'

const NOW = 1_695_199_269_500
const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 })

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

async function start(
  changes: Partial<DingtalkStreamOptions> = {},
  ears: ListeningEars = createEars(),
  gateway?: Parameters<typeof startFakeDingtalkStream>[0],
) {
  const fake = await startFakeDingtalkStream(gateway)
  ending.push(() => fake.close())
  const timing: FeignedTiming = feignTiming(NOW)
  const listener = createDingtalkStream({
    tenantId: 'default',
    channelId: 'main',
    appKey: 'ding-key',
    appSecret: 'ding-secret',
    robotCode: 'ding1fdabddc',
    fetch: globalThis.fetch,
    timing,
    baseUrl: fake.url,
    ...changes,
  })
  const aborter = new AbortController()
  const listening = listener.listen(ears, aborter.signal)
  const outcome = listening.then(
    () => 'ended',
    (error: { code?: string }) => error.code,
  )
  const stop = async () => {
    aborter.abort()
    return outcome
  }
  ending.push(stop)
  const connected = (times = 1) => until(() => expect([fake.connections, fake.open]).toEqual([times, 1]))
  const unusable = () => ears.notes.flatMap((note) => (note.kind === 'unusable' ? note.code : []))
  const kinds = () =>
    ears.notes.flatMap((note) => (note.kind === 'unusable' ? [] : 'code' in note ? note.code : note.kind))
  return { fake, timing, ears, unusable, listener, outcome, stop, connected, kinds }
}

describe('DingTalk Stream: messages', () => {
  it('asks for robot messages alone and answers what the gateway says', async () => {
    const { fake, connected, ears } = await start()
    await connected()
    expect(fake.opened).toEqual([
      {
        clientId: 'ding-key',
        clientSecret: 'ding-secret',
        ua: '',
        subscriptions: [{ type: 'CALLBACK', topic: '/v1.0/im/bot/messages/get' }],
      },
    ])
    for (const name of ['stream-ping', 'stream-event', 'stream-card']) fake.raw(JSON.stringify(fixture(name)))
    await until(() => expect(fake.acks).toHaveLength(3))
    const [ping, event, card] = fake.acks
    expect(ping).toEqual({
      code: 200,
      message: 'OK',
      headers: fixture('stream-ping').headers,
      data: fixture('stream-ping').data,
    })
    const headers = { contentType: 'application/json', messageId: 'event-1' }
    expect(event).toEqual({ code: 200, message: 'OK', headers, data: '{"status":"SUCCESS"}' })
    expect(card).toMatchObject({ code: 404, headers: { messageId: 'card-1' } })
    expect([ears.deliveries, fake.strange]).toEqual([[], []])
  })

  it('normalises every recorded robot message as the callback does, and acknowledges it', async () => {
    const { fake, connected, ears } = await start()
    await connected()
    for (const name of ['robot-text', 'robot-richtext', 'robot-picture', 'robot-single']) fake.tell(fixture(name), name)
    await until(() => expect(fake.acks).toHaveLength(4))
    for (const ack of fake.acks) expect(ack).toMatchObject({ code: 200, data: '{"response":{}}' })
    expect(fake.acks.map(({ headers }) => headers.messageId)).toEqual([
      'robot-text',
      'robot-richtext',
      'robot-picture',
      'robot-single',
    ])
    expect(ears.messages.map(({ text }) => text)).toEqual([
      '请各科室周五前报送台账',
      '泵房漏水 [图片]',
      '[图片]',
      '帮助',
    ])
    for (const message of ears.messages) expect(groupMessageSchema.parse(message)).toEqual(message)
    expect(ears.messages[0]).toMatchObject({ adapter: 'dingtalk', channelId: 'main', groupId: 'cidjMOszAhS4Jg==' })
  })

  it('acknowledges only after the message is stored', async () => {
    const ears = createEars()
    let open = () => {}
    ears.gate = new Promise((resolve) => {
      open = resolve
    })
    const { fake, connected } = await start({}, ears)
    await connected()
    fake.tell(fixture('robot-text'), 'held')
    fake.push('SYSTEM', 'ping', {}, 'after')
    await until(() => expect(fake.acks.map(({ headers }) => headers.messageId)).toEqual(['after']))
    expect(ears.deliveries).toHaveLength(1)
    open()
    await until(() => expect(fake.acks.map(({ headers }) => headers.messageId)).toEqual(['after', 'held']))
  })

  it('leaves a message unacknowledged that the store refuses, and takes it when it is pushed again', async () => {
    const { fake, connected, ears, kinds } = await start()
    await connected()
    ears.refuse = 1
    fake.tell(fixture('robot-text'), 'once')
    await until(() => expect(kinds()).toEqual(['up', 'STORE_REFUSED']))
    fake.push('SYSTEM', 'ping', {}, 'p')
    await until(() => expect(fake.acks).toHaveLength(1))
    fake.tell(fixture('robot-text'), 'once')
    fake.tell(fixture('robot-text'), 'once')
    await until(() => expect(fake.acks).toHaveLength(3))
    expect(ears.messages).toHaveLength(1)
    expect(kinds()).toEqual(['up', 'STORE_REFUSED', 'up'])
  })

  it('raises the alarm for a quota notice and goes on', async () => {
    const notices: unknown[] = []
    const { fake, connected, ears } = await start({ onQuota: (notice) => void notices.push(notice) })
    await connected()
    fake.tell(fixture('robot-quota'), 'q')
    fake.tell(fixture('robot-text'), 't')
    await until(() => expect(fake.acks).toHaveLength(2))
    expect(notices).toEqual([{ channelId: 'main', errMsg: 'The organization quota has been exhausted' }])
    expect(ears.messages).toHaveLength(1)
  })

  it('survives malformed frames, bodies and huge texts, and keeps the good among them', async () => {
    const { fake, connected, ears, unusable } = await start()
    await connected()
    for (const text of ['', '{', 'null', '[]', '"x"', '{"type":1}', '{"type":"CALLBACK"}', '\u0000', '𠮷'.repeat(9)]) {
      fake.raw(text)
    }
    for (const data of [
      '',
      '[]',
      '<xml/>',
      '{"msgId":"x"}',
      'null',
      { ...dingtalkBody(), text: { content: '长'.repeat(20_001) } },
    ]) {
      fake.tell(data)
    }
    fake.tell(dingtalkBody({ robotCode: 'another' }))
    fake.tell(dingtalkBody({ text: { content: '👨‍👩‍👧 \u202e防汛 \ud800' } }), 'good')
    await until(() => expect(fake.acks).toHaveLength(8))
    expect(fake.acks.map(({ code }) => code)).toEqual([400, 400, 400, 400, 400, 400, 400, 200])
    expect(unusable().filter((code) => code === 'FRAME_MALFORMED')).toHaveLength(9)
    expect(unusable()).toContain('TEXT_TOO_LONG')
    expect(unusable()).toContain('RECEIVER_WRONG')
    expect(ears.messages.map(({ text }) => text)).toEqual(['👨‍👩‍👧 \u202e防汛 \ufffd'])
    expect([fake.connections, fake.open]).toEqual([1, 1])
  })

  it('keeps a connection when a frame is too large for it: that one is lost, and a new one opened', async () => {
    const { fake, connected, timing } = await start()
    await connected()
    fake.raw('x'.repeat((1 << 20) + 1))
    await until(() => expect(fake.open).toBe(0))
    await until(() => expect(timing.waits.at(-1)).toBe(3_000))
    await timing.advance(3_000)
    await connected(2)
  })
})

describe('DingTalk Stream: answers', () => {
  const speaker = (said: unknown[], result: Awaited<ReturnType<Channel['send']>>): Channel => ({
    name: 'speaker',
    maxBytes: 54,
    reaches: () => true,
    send: async (message) => {
      said.push(message)
      return result
    },
  })

  it('says what the bot answers, once however often the message comes, and in a group to the asker', async () => {
    const ears = createEars()
    ears.answer = '已记为第 1 号任务:请各科室周五前报送台账'
    const said: unknown[] = []
    const sessions = createSessionBook({ shelf: memoryShelf(), now: () => NOW })
    const { fake, connected } = await start(
      { sessions, answers: speaker(said, { status: 'sent', receipt: null }) },
      ears,
    )
    await connected()
    fake.tell(fixture('robot-text'))
    fake.tell(fixture('robot-text'))
    fake.tell(fixture('robot-single'))
    await until(() => expect(said).toHaveLength(2))
    expect(said).toEqual([
      {
        groupId: 'cidjMOszAhS4Jg==',
        audience: { kind: 'group' },
        outboxId: 'answer-msg-text==',
        body: '{{@452523285939877041}} 已记为第 1 号任务:…',
      },
      expect.objectContaining({
        audience: { kind: 'member', memberId: '452523285939877041' },
        body: '已记为第 1 号任务:请各科室周五前报…',
      }),
    ])
    expect((await sessions.find('cidjMOszAhS4Jg=='))?.url).toContain('/robot/sendBySession')
  })

  it('answers a message that comes again because the process died before it answered', async () => {
    const ears = createEars()
    ears.answer = '已记为第 1 号任务'
    const before: unknown[] = []
    // The first process stores the message and dies with the acknowledgement and the answer unsaid.
    const never = Promise.withResolvers<void>()
    const first = await start({ answers: speaker(before, { status: 'sent', receipt: null }) }, ears)
    await first.connected()
    ears.gate = never.promise
    first.fake.tell(fixture('robot-text'), 'f-1')
    await until(() => expect(ears.deliveries).toHaveLength(1))
    first.fake.cut()
    ears.gate = Promise.resolve()
    await ears.deliver(ears.deliveries[0] ?? { messages: [] })

    const said: unknown[] = []
    const second = await start({ answers: speaker(said, { status: 'sent', receipt: null }) }, ears)
    await second.connected()
    second.fake.tell(fixture('robot-text'), 'f-1')
    second.fake.tell(fixture('robot-text'), 'f-2')
    await until(() => expect(second.fake.acks).toHaveLength(2))
    expect([ears.messages.length, said.length, before.length]).toEqual([1, 1, 0])
    never.resolve()
  })

  it('reports an answer that was not said', async () => {
    const ears = createEars()
    ears.answer = '好'
    const refused = { status: 'uncertain', code: 'HTTP_TIMEOUT', hint: '…' } as const
    const unanswered: unknown[] = []
    const { fake, connected } = await start(
      { answers: speaker([], refused), onUnanswered: (result) => void unanswered.push(result) },
      ears,
    )
    await connected()
    fake.tell(fixture('robot-text'))
    await until(() => expect(unanswered).toEqual([refused]))
  })
})

describe('DingTalk Stream: the connection', () => {
  it('never has two gateway calls under way in a storm, and waits longer each time up to a minute', async () => {
    const { fake, timing, kinds, listener } = await start()
    fake.next(...Array.from({ length: 12 }, () => json({ code: 'ServiceUnavailable' }, 503)))
    expect(listener.exclusive).toBe(false)
    for (let round = 1; round <= 12; round++) {
      await until(() => expect(timing.waits).toHaveLength(round))
      await timing.wakeNext()
    }
    await until(() => expect(fake.connections).toBe(1))
    expect(timing.waits.slice(0, 12)).toEqual([
      3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000,
    ])
    expect([fake.opened.length, fake.mostAtOnce]).toEqual([13, 1])
    expect(new Set(kinds().slice(0, 12))).toEqual(new Set(['DINGTALK_ANSWER_UNREADABLE']))
  })

  it('waits longer although the gateway answers, where every dial is turned away', async () => {
    const { fake, timing, kinds } = await start()
    fake.turnAway(20)
    await until(() => expect(timing.waits.filter((wait) => wait !== 20_000).length).toBeGreaterThan(0))
    for (let round = 1; round <= 8; round++) {
      await until(() => expect(timing.waits.filter((wait) => wait !== 20_000)).toHaveLength(round))
      await timing.advance(60_000)
    }
    expect(timing.waits.filter((wait) => wait !== 20_000).slice(0, 8)).toEqual([
      3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000,
    ])
    expect([fake.mostAtOnce, new Set(kinds())]).toEqual([1, new Set(['DINGTALK_STREAM_REFUSED'])])
  })

  it('waits longer where every connection is cut as soon as it stands, and begins anew after one that held', async () => {
    const { fake, timing, connected } = await start()
    const backOffs = () => timing.waits.filter((wait) => wait !== 20_000)
    for (let round = 1; round <= 4; round++) {
      await connected(round)
      fake.cut()
      await until(() => expect(backOffs()).toHaveLength(round))
      await timing.advance(60_000)
    }
    expect(backOffs()).toEqual([3_000, 6_000, 12_000, 24_000])
    await connected(5)
    for (let pings = 0; pings < 4; pings++) {
      await timing.advance(20_000)
      const id = fake.push('SYSTEM', 'ping', {})
      await until(() => expect(fake.acks.at(-1)?.headers.messageId).toBe(id))
    }
    fake.cut()
    await until(() => expect(backOffs().at(-1)).toBe(3_000))
    expect(fake.mostAtOnce).toBe(1)
  })

  it('answers a request to leave, closes and comes back at once where the connection had held', async () => {
    const { fake, timing, connected, kinds } = await start()
    await connected()
    for (let pings = 0; pings < 4; pings++) {
      await timing.advance(20_000)
      const id = fake.push('SYSTEM', 'ping', {})
      await until(() => expect(fake.acks.at(-1)?.headers.messageId).toBe(id))
    }
    const id = fake.askToLeave()
    await connected(2)
    expect(fake.acks.at(-1)?.headers.messageId).toBe(id)
    expect(fake.opened).toHaveLength(2)
    await until(() => expect(kinds()).toEqual(['up', 'DINGTALK_STREAM_ASKED', 'up']))
  })

  it('stores and acknowledges what was being stored when it is asked to leave', async () => {
    const ears = createEars()
    let open = () => {}
    ears.gate = new Promise((resolve) => {
      open = resolve
    })
    const { fake, connected, stop } = await start({}, ears)
    await connected()
    fake.tell(fixture('robot-text'), 'last')
    await until(() => expect(ears.deliveries).toHaveLength(1))
    const stopped = stop()
    open()
    expect(await stopped).toBe('ended')
    await until(() => expect(fake.acks.map(({ headers }) => headers.messageId)).toEqual(['last']))
    expect([ears.messages.length, fake.open]).toEqual([1, 0])
  })

  it('notices a connection that is open and deaf, and tells what may have been missed', async () => {
    const { fake, timing, connected, kinds, ears } = await start()
    await connected()
    fake.push('SYSTEM', 'ping', {})
    await until(() => expect(fake.acks).toHaveLength(1))
    fake.freeze()
    await timing.advance(20_000)
    await timing.advance(20_000)
    await until(() => expect(kinds()).toContain('DINGTALK_STREAM_SILENT'))
    fake.next(json({ code: 'ServiceUnavailable' }, 503))
    for (let round = 1; round <= 2; round++) {
      await until(() => expect(timing.waits.filter((wait) => wait !== 20_000)).toHaveLength(round))
      await timing.advance(60_000)
    }
    await until(() => expect(fake.connections).toBe(2))
    await until(() => expect(kinds().at(-1)).toBe('gap'))
    const gap = ears.notes.at(-1)
    expect(gap).toEqual({ kind: 'gap', from: NOW, to: timing.now() })
  })

  it('remembers until when it heard, and tells after a restart what was pushed to nobody', async () => {
    const ears = createEars()
    const first = await start({}, ears)
    await first.connected()
    for (let pings = 1; pings <= 3; pings++) {
      const id = first.fake.push('SYSTEM', 'ping', {})
      await until(() => expect(first.fake.acks.at(-1)?.headers.messageId).toBe(id))
      await first.timing.advance(20_000)
      await until(() => expect(ears.kept).toBe(String(NOW + 20_000 * (pings - 1))))
    }
    await first.stop()
    const heardUntil = Number(ears.kept)
    ears.notes.length = 0

    const soon = feignTiming(heardUntil + 60_000)
    const second = await start({ timing: soon }, ears)
    await second.connected()
    await until(() => expect(second.kinds()).toEqual(['up']))
    await second.stop()

    const late = feignTiming(heardUntil + 60_001)
    const third = await start({ timing: late }, ears)
    await third.connected()
    await until(() => expect(third.kinds()).toEqual(['up', 'up', 'gap']))
    expect(ears.notes.at(-1)).toEqual({ kind: 'gap', from: heardUntil, to: heardUntil + 60_001 })
  })

  it('tells no gap where another node has listened meanwhile', async () => {
    const { fake, timing, connected, ears, kinds } = await start()
    await connected()
    fake.cut()
    fake.next(...Array.from({ length: 4 }, () => json({ code: 'ServiceUnavailable' }, 503)))
    const backOffs = () => timing.waits.filter((wait) => wait !== 20_000)
    for (let round = 1; round <= 5; round++) {
      await until(() => expect(backOffs()).toHaveLength(round))
      await timing.advance(60_000)
      ears.kept = String(timing.now())
    }
    await connected(2)
    await until(() => expect(kinds().at(-1)).toBe('up'))
    await timing.advance(0)
    expect(kinds()).not.toContain('gap')
  })

  it('tries again whatever the gateway answers, with a clear word to the operator', async () => {
    const { fake, timing, connected, kinds, ears } = await start({ fetch: unavailableFirst() })
    const answers = [
      { status: 200, type: 'text/html', body: '<html>维护中</html>' },
      { status: 200, type: 'application/xml', body: '<xml/>' },
      { status: 503, type: 'text/html', body: '<html/>' },
      json({ endpoint: 'wss://x' }),
      json({ endpoint: 'https://evil.example', ticket: 't' }),
      json({ endpoint: 'ws://not a url', ticket: 't' }),
      { status: 429, body: '' },
    ]
    fake.next(...answers)
    for (let round = 1; round <= answers.length + 1; round++) {
      await until(() => expect(timing.waits).toHaveLength(round))
      await timing.wakeNext()
    }
    await connected()
    await until(() => expect(kinds().at(-1)).toBe('up'))
    for (const note of ears.notes) if (note.kind === 'down') expect(note.hint).toMatch(/[\u4e00-\u9fff]/)
    expect(JSON.stringify(ears.notes)).not.toContain('ding-secret')
  })

  it('presents its ticket as it is, whatever characters it holds', async () => {
    const { connected } = await start({}, createEars(), { ticketOf: (serial) => `T+${serial}=&x #?/` })
    await connected()
  })

  it('gives up where the credentials are wrong, and says so', async () => {
    const { outcome, fake } = await start({ appSecret: 'wrong' })
    expect(await outcome).toBe('DINGTALK_CREDENTIALS_INVALID')
    expect(fake.opened).toHaveLength(1)
  })

  it('ends at once while the gateway keeps it waiting', async () => {
    const { fake, stop } = await start({ fetch: lateFetch() })
    expect(await stop()).toBe('ended')
    expect(fake.connections).toBe(0)
  })

  it('hears all the same with a clock that is 20 minutes off', async () => {
    const { fake, timing, connected, ears } = await start()
    await timing.advance(20 * 60_000)
    await connected()
    fake.tell(fixture('robot-text'))
    await until(() => expect(ears.messages).toHaveLength(1))
    expect(ears.messages[0]?.sentAt).toBe(1_695_199_269_062)
  })
})

/** Throws what an unreachable host makes fetch throw, once. */
function unavailableFirst(): typeof globalThis.fetch {
  let calls = 0
  return (input, init) => {
    calls++
    if (calls > 1) return globalThis.fetch(input, init)
    const cause = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH', syscall: 'connect' })
    return Promise.reject(new TypeError('fetch failed', { cause }))
  }
}

/** Answers only by giving up. */
const lateFetch = (): typeof globalThis.fetch => (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
  })
