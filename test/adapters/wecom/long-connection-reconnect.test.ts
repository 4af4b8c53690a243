import { describe, expect, it } from 'vitest'
import { createEars } from '../../platforms/ears.ts'
import { wecomGroupText } from '../../platforms/wecom-wire.ts'
import { NOW, startListening, until } from './long-connection-listening.ts'

const MINUTE = 60_000
type Started = Awaited<ReturnType<typeof startListening>>

/** Lets the next `times` attempts fail one after another; gives the wait before each following one. */
async function failures({ ears, timing }: Started, times: number): Promise<number[]> {
  const waits: number[] = []
  for (let count = 1; count <= times; count++) {
    const before = timing.waits.length
    const notes = ears.notes.length
    const down = () => expect(ears.notes.slice(notes).some((note) => note.kind !== 'gap')).toBe(true)
    if (count > 1) await timing.advance(waits.at(-1) ?? 0)
    await until(down)
    await until(() => expect(timing.waits.length).toBeGreaterThan(before))
    waits.push(timing.waits.at(-1) ?? 0)
  }
  return waits
}

describe('WeCom long connection: reconnecting', () => {
  it('never has two attempts under way in a storm, and its waits grow up to a minute', async () => {
    const started = await startListening({}, (fake) => fake.turnAway(12))
    const waits = await failures(started, 12)
    expect(waits.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000])
    expect(waits.slice(7)).toEqual(Array(5).fill(60_000))
    await started.timing.advance(MINUTE)
    await started.up()
    expect(started.fake.attempts).toBe(13)
    expect(started.mostAtOnce()).toBe(1)
    expect(started.kinds().slice(0, 12)).toEqual(Array(12).fill('WECOM_BOT_UNREACHABLE'))
  })

  it('waits longer, too, where each connection is cut soon after it was subscribed', async () => {
    const started = await startListening()
    const { fake, timing, up, kinds } = started
    const waits: number[] = []
    for (let times = 1; times <= 4; times++) {
      await up(times)
      fake.drop()
      await until(() => expect(kinds().filter((kind) => kind === 'WECOM_BOT_CLOSED')).toHaveLength(times))
      waits.push(timing.waits.at(-1) ?? 0)
      await timing.advance(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000])
    await up(5)
    await timing.advance(MINUTE)
    fake.drop()
    await until(() => expect(kinds().filter((kind) => kind === 'WECOM_BOT_CLOSED')).toHaveLength(5))
    expect(timing.waits.at(-1)).toBe(1000)
  })

  it('shortens its waits by chance, so that many do not come back at once', async () => {
    const started = await startListening({}, (fake, timing) => {
      fake.turnAway(2)
      timing.random = () => 0.5
    })
    expect(await failures(started, 2)).toEqual([900, 1800])
  })

  it('tells from when to when it was deaf', async () => {
    const { fake, timing, ears, up, kinds } = await startListening()
    await up()
    await timing.advance(10_000)
    fake.drop()
    await until(() => expect(kinds()).toContain('WECOM_BOT_CLOSED'))
    fake.turnAway(1)
    await timing.advance(1000)
    await until(() => expect(kinds()).toContain('WECOM_BOT_UNREACHABLE'))
    await timing.advance(2000)
    await up(2)
    expect(ears.notes.filter((note) => note.kind === 'gap')).toEqual([
      { kind: 'gap', from: NOW + 10_000, to: NOW + 13_000 },
    ])
  })

  it('remembers until when it heard, and tells after a restart from then on', async () => {
    const ears = createEars()
    const first = await startListening({}, undefined, ears)
    await first.up()
    expect(ears.kept).toBeNull()
    await first.timing.advance(30_000)
    await until(() => expect(first.received()).toBe(2))
    await until(() => expect(ears.kept).toBe(String(NOW)))
    await first.timing.advance(5_000)
    await first.stop()
    // Stopped in order: it was heard until now.
    expect(ears.kept).toBe(String(NOW + 35_000))

    ears.notes.length = 0
    ears.kept = String(NOW - 70_000)
    const second = await startListening({}, undefined, ears)
    await second.up()
    expect(ears.notes).toEqual([{ kind: 'gap', from: NOW - 70_000, to: NOW }, { kind: 'up' }])
  })

  it('does not call heard what the store has not taken yet', async () => {
    const ears = createEars()
    const { deliver } = ears
    ears.deliver = (delivery) =>
      delivery.messages.length > 0 ? Promise.reject(new Error('the store is out of order')) : deliver(delivery)
    const { fake, timing, up } = await startListening({}, undefined, ears)
    await up()
    await timing.advance(10_000)
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(timing.waits).toContain(1000))
    await timing.advance(19_000)
    await timing.advance(30_000)
    await until(() => expect(ears.kept).toBe(String(NOW + 10_000)))
    await timing.advance(31_000)
    expect(ears.kept).toBe(String(NOW + 10_000))
  })

  it('gives a handshake that is never answered fifteen seconds', async () => {
    const { fake, timing, up, kinds } = await startListening({}, (platform) => platform.turnAway(1, 'silence'))
    await until(() => expect(fake.attempts).toBe(1))
    await timing.advance(15_000)
    await until(() => expect(kinds()).toEqual(['WECOM_BOT_UNANSWERED']))
    await timing.advance(1000)
    await up()
  })

  it('gives a subscription that is never answered ten seconds', async () => {
    const { fake, timing, kinds, mostAtOnce } = await startListening({}, (platform) =>
      platform.acknowledge('aibot_subscribe', 'never'),
    )
    await until(() => expect(fake.subscribed).toBe(1))
    await timing.advance(10_000)
    await until(() => expect(kinds()).toEqual(['WECOM_BOT_UNANSWERED']))
    expect(mostAtOnce()).toBe(1)
  })
})

describe('WeCom long connection: signs of life', () => {
  it('pings every thirty seconds and stays while it is answered', async () => {
    const { fake, timing, up, kinds, received } = await startListening()
    await up()
    for (let times = 1; times <= 10; times++) {
      await timing.advance(30_000)
      await until(() => expect(fake.of('ping')).toHaveLength(times))
      await until(() => expect(received()).toBe(1 + times))
    }
    expect(kinds()).toEqual(['up'])
  })

  it('ends a half-open connection after two pings without a sign, and tells the gap from the last one', async () => {
    const { fake, timing, up, kinds, ears } = await startListening()
    await up()
    await timing.advance(20_000)
    fake.tell(wecomGroupText('M1', '@清群 你好'))
    await until(() => expect(ears.messages).toHaveLength(1))
    fake.freeze()
    await timing.advance(69_999)
    expect(kinds()).toEqual(['up'])
    await timing.advance(1)
    await until(() => expect(kinds()).toEqual(['up', 'WECOM_BOT_SILENT']))
    await timing.advance(1000)
    await up(2)
    expect(ears.notes.filter((note) => note.kind === 'gap')).toEqual([
      { kind: 'gap', from: NOW + 20_000, to: NOW + 91_000 },
    ])
  })

  it('takes messages for signs of life where pings are not answered', async () => {
    const { fake, timing, up, kinds, ears } = await startListening()
    await up()
    fake.acknowledge('ping', 'never')
    for (let times = 1; times <= 6; times++) {
      await timing.advance(30_000)
      fake.tell(wecomGroupText(`M${times}`, '@清群 你好'))
      await until(() => expect(ears.messages).toHaveLength(times))
    }
    expect(kinds()).toEqual(['up'])
  })
})

describe('WeCom long connection: refused', () => {
  it('raises an alarm over a wrong secret and asks again after minutes, not seconds', async () => {
    const started = await startListening({ secret: 'wrong' })
    const waits = await failures(started, 6)
    expect(waits).toEqual([5, 10, 20, 40, 60, 60].map((minutes) => minutes * MINUTE))
    expect(started.ears.notes).toHaveLength(6)
    for (const note of started.ears.notes) expect(note).toMatchObject({ kind: 'alarm', code: 'WECOM_853000' })
    expect(JSON.stringify(started.ears.notes)).not.toContain('wrong')
    expect(started.mostAtOnce()).toBe(1)
  })

  it('waits as the platform asks where it subscribes too often', async () => {
    const started = await startListening({}, (fake) => fake.refuse('aibot_subscribe', 45009))
    expect(await failures(started, 1)).toEqual([60_000])
    await started.timing.advance(MINUTE)
    await started.up()
    expect(started.kinds()).toEqual(['WECOM_45009', 'gap', 'up'])
  })
})

describe('WeCom long connection: another connection takes the place', () => {
  it('stops listening and does not come back by itself', async () => {
    const { fake, timing, up, kinds, listening } = await startListening()
    await up()
    fake.event('disconnected_event')
    await listening()
    await timing.advance(60 * MINUTE)
    expect(kinds()).toEqual(['up', 'WECOM_BOT_TAKEN_OVER'])
    expect(fake.subscribed).toBe(1)
    await until(() => expect(fake.open).toBe(0))
  })

  it('raises an alarm and waits longer and longer where somebody else keeps using the bot', async () => {
    const { fake, timing, up, ears, listen, listening } = await startListening()
    const waits: number[] = []
    for (let times = 1; times <= 4; times++) {
      await up(times)
      fake.event('disconnected_event')
      await listening()
      listen()
      await until(() => expect(timing.waits.at(-1)).toBeLessThan(10 * MINUTE))
      waits.push(timing.waits.at(-1) ?? 0)
      await timing.advance(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000])
    expect(ears.notes.filter(({ kind }) => kind !== 'up' && kind !== 'gap').map((note) => note.kind)).toEqual([
      'down',
      'alarm',
      'alarm',
      'alarm',
    ])
  })
})
