import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDwsListener, type DwsOptions } from '../../../src/adapters/dingtalk/dws.ts'
import { readDwsEvent } from '../../../src/adapters/dingtalk/dws-event.ts'
import { pipedDws, spawnDws } from '../../../src/adapters/dingtalk/dws-source.ts'
import { CodedError } from '../../../src/domain/errors.ts'
import { groupMessageSchema } from '../../../src/domain/message.ts'
import { createEars } from '../../platforms/ears.ts'
import { feignTiming } from '../../platforms/feigned-timing.ts'
import { refusalOf } from '../refused.ts'
import { fixture } from './fixture.ts'

const NOW = 1_783_490_000_000
const FAKE = fileURLToPath(new URL('../../platforms/fake-dws.ts', import.meta.url))
const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 15_000 })

const READY = '[event] ready event_key=user_im_message_receive_group_all bus_pid=1 subscribe_id=s\n'
const event = (id: string, changes: Record<string, unknown> = {}) => ({
  ...fixture('dws-message'),
  message_id: id,
  ...changes,
})
const line = (id: string, changes?: Record<string, unknown>) => `${JSON.stringify(event(id, changes))}\n`

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** Each run of the command does the steps of its turn; the last turn's again and again. */
function start(turns: unknown[][], changes: Partial<DwsOptions> = {}, ears = createEars()) {
  const timing = feignTiming(NOW)
  let runs = 0
  const listener = createDwsListener({
    tenantId: 'default',
    channelId: 'dws',
    timing,
    open: () => {
      const steps = JSON.stringify(turns[Math.min(runs++, turns.length - 1)])
      return spawnDws({ command: [process.execPath, FAKE, steps], environment: process.env, timing })
    },
    ...changes,
  })
  const aborter = new AbortController()
  const outcome = listener.listen(ears, aborter.signal).then(
    () => 'ended',
    (error: { code?: string }) => error.code,
  )
  const stop = () => {
    aborter.abort()
    return outcome
  }
  ending.push(stop)
  const unusable = () => ears.notes.flatMap((note) => (note.kind === 'unusable' ? note.code : []))
  const kinds = () =>
    ears.notes.flatMap((note) => (note.kind === 'unusable' ? [] : 'code' in note ? note.code : note.kind))
  /** Without those between two marks of having heard everything. */
  const waits = () => timing.waits.filter((wait) => wait !== 30_000)
  return { timing, waits, ears, unusable, listener, outcome, stop, kinds, runs: () => runs }
}

describe('dws events', () => {
  const options = { tenantId: 'default', channelId: 'dws', receivedAt: NOW, robotName: undefined }
  const read = (value: unknown, changes = {}) => readDwsEvent(JSON.stringify(value), { ...options, ...changes })

  it('normalises the recorded message', () => {
    const found = read(fixture('dws-message'))
    expect(found).toEqual({
      message: {
        tenantId: 'default',
        groupId: 'cidgroup1==',
        messageId: 'msg-flat==',
        adapter: 'dingtalk',
        channelId: 'dws',
        chat: 'group',
        sentAt: 1_783_483_235_983,
        sender: { memberId: 'open:openuser1', name: '张大勇' },
        kind: 'text',
        text: '@李敏 明天下班前把防汛物资清单报给我',
        mentions: [{ name: '李敏' }],
        addressesBot: false,
      },
    })
    expect(groupMessageSchema.safeParse(found && 'message' in found && found.message).success).toBe(true)
  })

  it('reads the envelope that dws writes where it cannot read an event itself', () => {
    expect(read(fixture('dws-envelope'))).toMatchObject({
      message: {
        messageId: 'msg-raw==',
        groupId: 'cidgroup1==',
        sentAt: 1_783_483_235_983,
        text: expect.stringContaining('防汛'),
      },
    })
  })

  it('turns a recall into an amendment', () => {
    expect(read(fixture('dws-recall'))).toEqual({
      amendment: {
        tenantId: 'default',
        groupId: 'cidgroup1==',
        messageId: 'msg-flat==',
        at: 1_783_483_592_766,
        change: { kind: 'recalled' },
      },
    })
  })

  it('takes nothing from private conversations, and nothing that is no message', () => {
    expect(read(fixture('dws-private'))).toBeNull()
    for (const type of ['user_im_message_read_group', 'user_im_message_recall_o2o', 'user_im_group_updated']) {
      expect(read(event('m', { type }))).toBeNull()
    }
  })

  it('leaves to the robot what calls the robot', () => {
    const called = event('m', { content: '@清群 清单' })
    expect(read(called, { robotName: '清群' })).toBeNull()
    expect(read(called)).toMatchObject({ message: { text: '@清群 清单', addressesBot: false } })
  })

  it('reads the time it was written at where the event has no other', () => {
    const written = event('m', { event_time: undefined })
    expect(read(written)).toMatchObject({ message: { sentAt: Date.parse('2026-07-08T12:00:35+08:00') } })
    expect(read({ ...written, create_time: '昨天', timestamp: 0 })).toMatchObject({ message: { sentAt: NOW } })
  })

  it('keeps a message without text, and refuses what cannot be identified', () => {
    expect(read(event('m', { content: '' }))).toMatchObject({ message: { kind: 'unsupported', text: '[其他内容]' } })
    for (const broken of [{ message_id: '' }, { conversation_id: 5 }, { sender_open_dingtalk_id: '' }, { type: 'x' }]) {
      expect(refusalOf(() => read(event('m', broken))).code).toBe('EVENT_MALFORMED')
    }
    expect(refusalOf(() => read(event('m', { content: '长'.repeat(20_001) }))).code).toBe('TEXT_TOO_LONG')
  })

  it('never fails but with a refusal, whatever a line holds', () => {
    const valid = fc.constantFrom(...['dws-message', 'dws-recall', 'dws-envelope'].map((name) => fixture(name)))
    const mutated = fc.tuple(valid, fc.string(), fc.jsonValue(), fc.nat()).map(([base, key, value, pick]) => {
      const keys = Object.keys(base)
      return JSON.stringify({ ...base, [keys[pick % keys.length] ?? key]: value })
    })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated), (text) => {
        try {
          const found = readDwsEvent(text, options)
          if (found !== null && 'message' in found) groupMessageSchema.parse(found.message)
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError)
          expect((error as CodedError).status).toBe(400)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('dws as a supervised child', () => {
  it('stores what the child writes, in order, though lines are cut in two and garbage stands between them', async () => {
    const whole = line('m1') + line('m2') + line('m3')
    const half = Buffer.byteLength(line('m1')) + 30
    const steps = [
      { error: READY },
      { out: whole.slice(0, half) },
      { out: whole.slice(half) },
      { out: 'not json\n\n{"type":"user_im_message_receive_group"}\n' },
      { out: line('m2') + line('m4') },
      { out: `${JSON.stringify(fixture('dws-recall'))}\n` },
      { listen: true },
    ]
    const { ears, unusable, stop, kinds, listener } = start([steps])
    await until(() => expect(ears.amendments).toHaveLength(1))
    expect(ears.messages.map(({ messageId }) => messageId)).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(unusable()).toEqual(['BODY_INVALID', 'EVENT_MALFORMED'])
    expect(kinds()).toEqual(['up'])
    expect([listener.exclusive, listener.capabilities.hears]).toEqual([true, 'all'])
    expect(await stop()).toBe('ended')
    expect(ears.kept).toBe(String(NOW))
  })

  it('keeps the last line of a child that dies, if it is whole, and drops the half of one', async () => {
    const { ears, unusable, timing, waits } = start([
      [{ error: READY }, { out: line('m1').trimEnd() }, { exit: 1 }],
      [{ error: READY }, { out: line('m2') + line('m3').slice(0, 50) }, { exit: 1 }],
      [{ error: READY }, { listen: true }],
    ])
    await until(() => expect(waits()).toHaveLength(1))
    await timing.wakeNext()
    await until(() => expect(waits()).toHaveLength(2))
    expect(ears.messages.map(({ messageId }) => messageId)).toEqual(['m1', 'm2'])
    expect(unusable()).toEqual(['BODY_INVALID'])
  })

  it('starts the child again with growing waits, and tells each time what was not heard', async () => {
    const { ears, timing, kinds, waits } = start([
      [{ error: READY }, { out: line('m1') }, { exit: 1 }],
      [{ error: '[event] exited — received 0 event(s) in 0s (reason: bus_shutdown)\n' }, { exit: 3 }],
      [{ error: READY }, { out: line('m2') }, { listen: true }],
    ])
    await until(() => expect(waits()).toEqual([3_000]))
    await timing.wakeNext()
    await until(() => expect(waits()).toEqual([3_000, 6_000]))
    await timing.wakeNext()
    await until(() => expect(ears.messages).toHaveLength(2))
    expect(kinds()).toEqual(['up', 'DWS_ENDED', 'DWS_NOT_READY', 'up', 'gap'])
    expect(ears.notes.at(-1)).toEqual({ kind: 'gap', from: NOW, to: NOW + 9_000 })
    const [, ended, notReady] = ears.notes
    expect(ended).toMatchObject({ hint: expect.stringContaining('退出码 1') })
    expect(notReady).toMatchObject({ hint: expect.stringMatching(/退出码 3,原因 bus_shutdown.*主管理员/) })
  })

  it('tells after a restart of the server what was said since it last listened, and nothing the first time', async () => {
    const ears = createEars()
    ears.kept = String(NOW - 60_000)
    const { kinds } = start([[{ error: READY }, { listen: true }]], {}, ears)
    await until(() => expect(kinds()).toEqual(['up', 'gap']))
    expect(ears.notes[1]).toEqual({ kind: 'gap', from: NOW - 60_000, to: NOW })
  })

  it('remembers every half minute that it hears, though nobody says anything, and not while the store refuses', async () => {
    const ears = createEars()
    const steps = [{ error: READY }, { listen: true }]
    const { timing, kinds } = start([steps], {}, ears)
    await until(() => expect(kinds()).toEqual(['up']))
    await timing.advance(30_000)
    await until(() => expect(ears.kept).toBe(String(NOW + 30_000)))
    await timing.advance(30_000)
    await until(() => expect(ears.kept).toBe(String(NOW + 60_000)))
    ears.refuse = Number.POSITIVE_INFINITY
    await timing.advance(60_000)
    expect(ears.kept).toBe(String(NOW + 60_000))
  })

  it('holds messages until the store takes them', async () => {
    const ears = createEars()
    ears.refuse = 5
    const { timing, kinds, unusable, waits } = start(
      [[{ error: READY }, { out: line('m1') }, { out: line('m2') }, { listen: true }]],
      {},
      ears,
    )
    for (let round = 1; round <= 2; round++) {
      await until(() => expect(waits()).toHaveLength(round))
      await timing.wakeNext()
    }
    await until(() => expect(ears.messages.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']))
    expect([waits(), unusable()]).toEqual([[1_000, 2_000], []])
    await until(() => expect(kinds()).toEqual(['up', 'STORE_REFUSED', 'up']))
  })

  it('gives up one message that a store which is well cannot take, and keeps the others', async () => {
    const ears = createEars()
    const { deliver } = ears
    ears.deliver = async (delivery) => {
      if (delivery.messages.some(({ messageId }) => messageId === 'poison')) throw new Error('22P02')
      return deliver(delivery)
    }
    const steps = [{ error: READY }, { out: line('m1') + line('poison') + line('m2') }, { listen: true }]
    const { timing, unusable, waits } = start([steps], {}, ears)
    for (let round = 1; round <= 2; round++) {
      await until(() => expect(waits()).toHaveLength(round))
      await timing.wakeNext()
    }
    await until(() => expect(ears.messages.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']))
    expect(unusable()).toEqual(['MESSAGE_NOT_STORABLE'])
  })

  it('does not call what it gave up heard, where it is stopped while the store refuses', async () => {
    const ears = createEars()
    ears.refuse = Number.POSITIVE_INFINITY
    ears.kept = String(NOW - 5_000)
    const { stop, kinds } = start([[{ error: READY }, { out: line('m1') }, { listen: true }]], {}, ears)
    await until(() => expect(kinds()).toContain('STORE_REFUSED'))
    expect(await stop()).toBe('ended')
    expect(ears.kept).toBe(String(NOW - 5_000))
  })

  it('insists where the child does not leave', async () => {
    const { ears, timing, stop, waits } = start([[{ error: READY }, { out: line('m1') }, { deaf: true }]])
    await until(() => expect(ears.messages).toHaveLength(1))
    const stopped = stop()
    await until(() => expect(waits()).toEqual([5_000]))
    await timing.wakeNext()
    await until(() => expect(waits()).toEqual([5_000, 5_000]))
    await timing.wakeNext()
    expect(await stopped).toBe('ended')
  })

  it('says which command could not be started', async () => {
    const timing = feignTiming(NOW)
    const { outcome } = start([[]], {
      open: () => spawnDws({ command: ['/nowhere/dws'], environment: {}, timing }),
    })
    expect(await outcome).toBe('DWS_COMMAND_FAILED')
  })

  it('hands the child none of our secrets', async () => {
    const timing = feignTiming(NOW)
    const source = spawnDws({
      command: [process.execPath, '-e', 'process.stdout.write(JSON.stringify(Object.keys(process.env)))'],
      environment: { PATH: process.env.PATH, DINGTALK_APP_SECRET: 's', DATABASE_URL: 'd', DWS_CONFIG: 'c' },
      timing,
    })
    let text = ''
    for await (const piece of source.output) text += piece.toString()
    await source.ended
    expect(JSON.parse(text)).toEqual(expect.arrayContaining(['PATH', 'DWS_CONFIG']))
    expect(text).not.toMatch(/SECRET|DATABASE/)
  })
})

describe('dws through a pipe', () => {
  it('takes lines until the pipe ends, then raises the alarm and waits', async () => {
    const input = new PassThrough()
    const { ears, kinds, stop, listener } = start([], { open: () => pipedDws(input), once: true })
    input.write(line('m1'))
    await until(() => expect(ears.messages).toHaveLength(1))
    input.end(line('m2'))
    await until(() => expect(kinds()).toEqual(['up', 'DWS_INPUT_ENDED']))
    expect(ears.messages).toHaveLength(2)
    expect(listener.exclusive).toBe(false)
    expect(await stop()).toBe('ended')
  })

  it('stops while the pipe is open', async () => {
    const input = new PassThrough()
    const { ears, stop } = start([], { open: () => pipedDws(input), once: true })
    input.write(line('m1'))
    await until(() => expect(ears.messages).toHaveLength(1))
    expect(await stop()).toBe('ended')
    expect(input.destroyed).toBe(true)
  })
})
