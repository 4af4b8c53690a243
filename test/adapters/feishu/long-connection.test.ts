import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ListenerNote } from '../../../src/adapters/adapter.ts'
import { createFeishuApi } from '../../../src/adapters/feishu/api.ts'
import { ackFrame, decodeFrame, encodeFrame, type Frame, pingFrame } from '../../../src/adapters/feishu/frame.ts'
import { createBackfill } from '../../../src/adapters/feishu/history.ts'
import { createFeishuConnection, type FeishuConnectionOptions } from '../../../src/adapters/feishu/long-connection.ts'
import { createParts } from '../../../src/adapters/feishu/parts.ts'
import { openSocket } from '../../../src/adapters/open-socket.ts'
import { createEars, type ListeningEars } from '../../platforms/ears.ts'
import { type FakeFeishu, refused, startFakeFeishu } from '../../platforms/fake-feishu.ts'
import { type FeignedTiming, feignTiming } from '../../platforms/feigned-timing.ts'
import { FEISHU_APP, feishuEvent, feishuItem, feishuReceived } from '../../platforms/feishu-wire.ts'
import { json } from '../../platforms/loopback.ts'
import { readingOf } from './reading.ts'

const ENDPOINT = '/callback/ws/endpoint'
const HISTORY = '/open-apis/im/v1/messages'
const MINUTE = 60_000

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Scene {
  fake: FakeFeishu
  ears: ListeningEars
  timing: FeignedTiming
  stop(): Promise<void>
  ended: Promise<void>
}

/** A listener that listens to a fake platform; histories are read unless they are taken away. */
async function listening(
  changes: Partial<FeishuConnectionOptions> & { fake?: FakeFeishu; ears?: ListeningEars; timing?: FeignedTiming } = {},
): Promise<Scene> {
  const fake = changes.fake ?? (await startFakeFeishu())
  if (changes.fake === undefined) closing.push(() => fake.close())
  const { ears = createEars(), timing = feignTiming() } = changes
  const reading = readingOf()
  const fetch = globalThis.fetch
  const api = createFeishuApi({ ...FEISHU_APP, fetch, now: timing.now, baseUrl: fake.url })
  const answer = changes.answer ?? (() => {})
  const listener = createFeishuConnection({
    reading,
    ...FEISHU_APP,
    fetch,
    timing,
    openSocket,
    baseUrl: fake.url,
    hears: 'all',
    answer,
    backfill: createBackfill({ api, reading, timing, answer }),
    ...changes,
  })
  const stopping = new AbortController()
  const ended = listener.listen(ears, stopping.signal)
  ended.catch(() => {})
  const stop = () => {
    stopping.abort()
    return ended
  }
  closing.push(() => stop().catch(() => {}))
  return { fake, ears, timing, stop, ended }
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 2 })
const up = ({ ears }: Pick<Scene, 'ears'>, times = 1) =>
  until(() => expect(ears.notes.filter(({ kind }) => kind === 'up')).toHaveLength(times))
const ids = ({ ears }: Pick<Scene, 'ears'>) => ears.messages.map(({ messageId }) => messageId)
const gaps = (notes: readonly ListenerNote[]) => notes.filter(({ kind }) => kind === 'gap')
const downCodes = (notes: readonly ListenerNote[]) => notes.flatMap((note) => (note.kind === 'down' ? note.code : []))

describe('frames of the long connection', () => {
  it('survive the way there and back, 64-bit numbers and all', () => {
    const frame: Frame = {
      SeqID: '18446744073709551615',
      LogID: '9007199254740993',
      service: 33,
      method: 1,
      headers: [{ key: 'type', value: 'event' }],
      payloadEncoding: 'none',
      payloadType: 'json',
      payload: Buffer.from('{"甲":1}'),
      LogIDNew: 'x',
    }
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
    expect(Buffer.from(encodeFrame(pingFrame(33))).toString('hex')).toBe(
      '080010001821 2000 2a0c0a0474797065120470696e67'.replaceAll(' ', ''),
    )
    expect(decodeFrame(encodeFrame(ackFrame(frame, 200, 5)))).toMatchObject({
      SeqID: frame.SeqID,
      headers: [...frame.headers, { key: 'biz_rt', value: '5' }],
      payload: Buffer.from('{"code":200}'),
    })
  })

  it('are null where the bytes are no frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const frame = decodeFrame(bytes)
        expect(frame === null || Array.isArray(frame.headers)).toBe(true)
      }),
    )
    expect(decodeFrame(Buffer.from('hello'))).toBeNull()
  })

  it('are put together from parts in any order, once, within ten seconds', () => {
    let now = 0
    const add = createParts(() => now)
    const part = (seq: number, sum = 3, id = 'e1') => {
      const headers = Object.entries({ message_id: id, sum, seq }).map(([key, value]) => ({
        key,
        value: String(value),
      }))
      return add({ ...pingFrame(1), method: 1, headers, payload: Buffer.from(String(seq)) })?.toString() ?? null
    }
    expect([part(2), part(0), part(0), part(1)]).toEqual([null, null, null, '012'])
    expect([part(0, 2, 'e2'), part(0, 2, 'e3'), part(1, 2, 'e2')]).toEqual([null, null, '01'])
    now = 10_001
    expect(part(1, 2, 'e3')).toBeNull()
    expect([part(0, 0), part(3), part(-1), part(0.5), part(0, 1e9), part(0, Number.NaN)]).toEqual(Array(6).fill(null))
    expect(part(0, 1, 'e4')).toBe('0')
  })
})

describe('Feishu long connection', () => {
  it('hears, stores, then acknowledges; whole, in parts, out of order and in Chinese', async () => {
    const scene = await listening()
    await up(scene)
    const { fake, ears } = scene
    fake.push(feishuReceived('om_1', '周五前报送'), { id: 'f1' })
    fake.push(feishuReceived('om_2', '台账👍'.repeat(3_000)), { id: 'f2', parts: 5, order: [4, 2, 0, 1, 3] })
    fake.push(
      feishuEvent('im.message.recalled_v1', { message_id: 'om_1', chat_id: 'oc_1', recall_time: '1700000000001' }),
    )
    fake.push(feishuEvent('im.chat.updated_v1', {}), { id: 'f4' })
    await until(() => expect(fake.acks).toHaveLength(4))
    expect(ids(scene).toSorted()).toEqual(['om_1', 'om_2'])
    expect(ears.messages.find(({ messageId }) => messageId === 'om_2')?.text).toBe('台账👍'.repeat(3_000))
    expect(ears.amendments).toMatchObject([{ messageId: 'om_1', change: { kind: 'recalled' } }])
    expect(fake.acks.every(({ code, hasBizRt }) => code === 200 && hasBizRt)).toBe(true)
  })

  it('does not acknowledge before the store has it, and refuses what the store refuses', async () => {
    const scene = await listening()
    await up(scene)
    const { fake, ears } = scene
    let letThrough = () => {}
    ears.gate = new Promise((resolve) => {
      letThrough = resolve
    })
    fake.push(feishuReceived('om_1', 'a'), { id: 'f1' })
    await until(() => expect(ears.deliveries.some(({ messages }) => messages.length > 0)).toBe(true))
    expect(fake.acks).toEqual([])
    letThrough()
    await until(() => expect(fake.acks).toEqual([{ id: 'f1', code: 200, hasBizRt: true }]))
    ears.refuse = 1
    fake.push(feishuReceived('om_2', 'b'), { id: 'f2' })
    await until(() => expect(fake.acks.at(-1)).toEqual({ id: 'f2', code: 500, hasBizRt: true }))
    fake.push(feishuReceived('om_2', 'b'), { id: 'f3' })
    await until(() => expect(ids(scene)).toEqual(['om_1', 'om_2']))
  })

  it('keeps a repeated delivery to one message, and hands answers over', async () => {
    const answered: unknown[] = []
    const scene = await listening({
      answer: (message, receipt) => void answered.push([message.messageId, receipt?.answers]),
    })
    scene.ears.answer = '好'
    await up(scene)
    for (let i = 0; i < 3; i++) scene.fake.push(feishuReceived('om_1', 'a'))
    await until(() => expect(scene.fake.acks).toHaveLength(3))
    expect(ids(scene)).toEqual(['om_1'])
    expect(answered).toEqual(Array(3).fill(['om_1', ['好']]))
  })

  it('outlives nonsense, and tells the operator what it could not read', async () => {
    const scene = await listening()
    await up(scene)
    const { fake } = scene
    fake.raw(Buffer.from('no frame'))
    fake.push('{"half":', { id: 'f1' })
    fake.push(feishuReceived('om_1', '长'.repeat(20_001)), { id: 'f2' })
    fake.push(feishuEvent('im.message.receive_v1', {}, { app_id: 'cli_other' }), { id: 'f3' })
    fake.push({}, { type: 'card' })
    fake.push(feishuReceived('om_2', 'a'), { id: 'f5' })
    await until(() => expect(fake.acks).toHaveLength(4))
    expect(Object.fromEntries(fake.acks.map(({ id, code }) => [id, code]))).toEqual({
      f1: 500,
      f2: 500,
      f3: 200,
      f5: 200,
    })
    const told = scene.ears.notes.flatMap((note) => (note.kind === 'unusable' ? note.code : []))
    expect(told.toSorted()).toEqual(['BODY_INVALID', 'TEXT_TOO_LONG'])
    expect(ids(scene)).toEqual(['om_2'])
  })

  it('pings at once and at the platform’s interval', async () => {
    const scene = await listening()
    await up(scene)
    expect(scene.fake.pings).toBe(1)
    await scene.timing.advance(119_000)
    expect(scene.fake.pings).toBe(1)
    await scene.timing.advance(1_000)
    await until(() => expect(scene.fake.pings).toBe(2))
    expect(scene.fake.connections).toBe(1)
  })

  it('notices a connection that is half open and makes a new one', async () => {
    const scene = await listening()
    await up(scene)
    scene.fake.pongs = false
    await scene.timing.advance(120_000)
    await scene.timing.advance(20_000)
    await until(() => expect(downCodes(scene.ears.notes)).toEqual(['FEISHU_SILENT']))
    scene.fake.pongs = true
    await until(() => expect(scene.timing.waits.at(-1)).toBe(1_000))
    await scene.timing.wakeNext()
    await up(scene, 2)
    expect(scene.fake.open).toBe(1)
  })

  it('reads after an interruption what was said meanwhile, once, with threads, recalls and edits', async () => {
    const scene = await listening()
    await up(scene)
    const { fake, ears, timing } = scene
    const at = timing.now()
    fake.push(feishuReceived('om_1', '第一', { create_time: String(at) }))
    await until(() => expect(ids(scene)).toEqual(['om_1']))
    const missed = Array.from({ length: 120 }, (_, i) => feishuItem(`om_m${i}`, `第 ${i}`, at + 1_000 + i))
    const thread = [feishuItem('om_t1', '回复', at + 5_000), feishuItem('om_old', '很久以前', at - 50 * MINUTE)]
    fake.history.set('oc_1', [
      feishuItem('om_0', '更早', at - 40 * MINUTE),
      feishuItem('om_1', '第一', at),
      ...missed,
      feishuItem('om_r', 'This message was recalled', at + 2_000, { deleted: true }),
      feishuItem('om_e', '改过', at + 3_000, { updated: true, thread_id: 'omt_1' }),
    ])
    fake.history.set('omt_1', thread)
    fake.cut()
    await until(() => expect(timing.waits.at(-1)).toBe(1_000))
    await timing.wakeNext()
    await up(scene, 2)
    await until(() => expect(ears.kept).toBe(String(at)))
    await until(() => expect(ids(scene)).toHaveLength(1 + 120 + 2))
    expect(ids(scene)).toEqual(expect.arrayContaining(['om_1', 'om_m119', 'om_e', 'om_t1']))
    expect(ears.amendments).toMatchObject([
      { messageId: 'om_r', change: { kind: 'recalled' } },
      { messageId: 'om_e', change: { kind: 'edited', text: '改过' } },
    ])
    expect(gaps(ears.notes)).toEqual([])
  })

  it('continues after a restart where the cursor stands, whatever the clock says', async () => {
    const ears = createEars()
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    const platform = 1_700_000_000_000
    // This server's clock is 20 minutes fast throughout.
    const timing = feignTiming(platform + 20 * MINUTE)
    const first = await listening({ fake, ears, timing })
    await up(first)
    fake.push(feishuReceived('om_1', 'a', { create_time: String(platform + MINUTE) }))
    await until(() => expect(fake.acks).toHaveLength(1))
    await first.stop()
    fake.history.set('oc_1', [feishuItem('om_2', '其间', platform + 2 * MINUTE)])
    await timing.advance(2 * MINUTE)
    const second = await listening({ fake, ears, timing })
    await until(() => expect(ids(second)).toEqual(['om_1', 'om_2']))
    expect(gaps(ears.notes)).toEqual([])
  })

  it('does not move the cursor past what is still to be read', async () => {
    const ears = createEars()
    const timing = feignTiming()
    const start = timing.now()
    ears.kept = String(start - 3 * MINUTE)
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    fake.history.set('oc_1', [feishuItem('om_h', '其间', start - 2 * MINUTE)])
    fake.next(HISTORY, refused(99991400, 429))
    const scene = await listening({ fake, ears, timing })
    await up(scene)
    await until(() => expect(timing.waits).toContain(10_000))
    fake.push(feishuReceived('om_live', 'a', { create_time: String(start) }))
    await until(() => expect(ids(scene)).toEqual(['om_live']))
    expect(ears.kept).toBe(String(start - 3 * MINUTE))
    await timing.advance(10_000)
    await until(() => expect(ids(scene)).toEqual(['om_live', 'om_h']))
    await until(() => expect(ears.kept).toBe(String(start)))
  })

  it('reports what cannot be read: a group that forbids it, no permission, more than a week', async () => {
    const timing = feignTiming()
    const ears = createEars()
    ears.kept = String(timing.now() - 8 * 24 * 60 * MINUTE)
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    fake.history.set('oc_1', [])
    fake.next(HISTORY, refused(231203))
    const scene = await listening({ fake, ears, timing })
    await until(() => expect(gaps(ears.notes)).toHaveLength(2))
    const week = timing.now() - 7 * 24 * 60 * MINUTE
    expect(gaps(ears.notes)).toEqual([
      { kind: 'gap', from: Number(ears.kept), to: week },
      { kind: 'gap', from: week, to: timing.now() },
    ])
    await scene.stop()

    const deaf = await listening({ backfill: null, hears: 'mentions' })
    await up(deaf)
    deaf.fake.cut()
    await until(() => expect(deaf.timing.waits.at(-1)).toBe(1_000))
    const cutAt = deaf.timing.now()
    await deaf.timing.wakeNext()
    await until(() => expect(gaps(deaf.ears.notes)).toEqual([{ kind: 'gap', from: cutAt, to: cutAt + 1_000 }]))
  })

  it('passes over a group that the bot has left', async () => {
    const timing = feignTiming()
    const ears = createEars()
    ears.kept = String(timing.now())
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    fake.history.set('oc_left', [])
    fake.history.set('oc_1', [feishuItem('om_1', 'a', timing.now())])
    fake.next(HISTORY, refused(230002))
    const scene = await listening({ fake, ears, timing })
    await until(() => expect(ids(scene)).toEqual(['om_1']))
    expect(gaps(ears.notes)).toEqual([])
  })

  it('tries again with growing waits, one attempt at a time, through every kind of outage', async () => {
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    const html = { type: 'text/html', body: '<html/>' }
    const down = [html, { status: 502, body: '' }, json({ code: 1, msg: 'busy' }), json({ code: 0, data: {} })]
    const elsewhere = json({ code: 0, data: { URL: 'http://127.0.0.1/x?service_id=1' } })
    const nowhere = json({ code: 0, data: { URL: 'ws://127.0.0.1:9/?a=1&service_id=1' } })
    const full = json({ code: 1000040350, msg: 'exceed', data: {} })
    fake.next(ENDPOINT, ...down, elsewhere, nowhere, full)
    const scene = await listening({ fake })
    const waits = () => scene.timing.waits.filter((ms) => ms !== 15_000)
    for (let failures = 1; failures <= 7; failures++) {
      await until(() => expect(waits()).toHaveLength(failures))
      await scene.timing.wakeNext()
    }
    await up(scene)
    expect(waits().slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64].map((seconds) => seconds * 1_000))
    expect(fake.mostAtOnce).toBe(1)
    expect(downCodes(scene.ears.notes)).toEqual([
      'FEISHU_ANSWER_UNREADABLE',
      'FEISHU_ANSWER_UNREADABLE',
      'FEISHU_1',
      'FEISHU_ENDPOINT_INVALID',
      'FEISHU_ENDPOINT_INVALID',
      'FEISHU_UNREACHABLE',
    ])
    expect(scene.ears.notes.find(({ kind }) => kind === 'alarm')).toMatchObject({ code: 'FEISHU_TOO_MANY_CONNECTIONS' })
  })

  it('gives up with a hint where trying again is useless', async () => {
    const wrong = await listening({ appSecret: 'wrong' })
    await expect(wrong.ended).rejects.toMatchObject({ code: 'FEISHU_CREDENTIALS_INVALID' })
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    fake.next(ENDPOINT, json({ code: 403, msg: 'forbidden' }))
    const forbidden = await listening({ fake })
    await expect(forbidden.ended).rejects.toMatchObject({ code: 'FEISHU_CONNECTION_FORBIDDEN' })
  })

  it('shares the work among several nodes: each event reaches one', async () => {
    const fake = await startFakeFeishu()
    closing.push(() => fake.close())
    const nodes = [await listening({ fake }), await listening({ fake }), await listening({ fake })]
    for (const node of nodes) await up(node)
    for (let i = 0; i < 30; i++) fake.push(feishuReceived(`om_${i}`, `第 ${i} 条`))
    await until(() => expect(fake.acks).toHaveLength(30))
    expect(nodes.map((node) => ids(node).length)).toEqual([10, 10, 10])
  })

  it('leaves nothing open when it is told to end, at whatever moment', async () => {
    for (const moment of ['before', 'up', 'waiting'] as const) {
      const scene = await listening()
      if (moment !== 'before') await up(scene)
      if (moment === 'waiting') {
        scene.fake.cut()
        await until(() => expect(scene.timing.waits.at(-1)).toBe(1_000))
      }
      await scene.stop()
      await until(() => expect(scene.fake.open).toBe(0))
    }
  })
})
