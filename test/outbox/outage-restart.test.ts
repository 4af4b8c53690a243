import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel } from '../../src/adapters/adapter.ts'
import { createCourier } from '../../src/outbox/courier.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { markUncertain } from '../../src/store/outbox.ts'
import { MORNING } from '../helpers/intake.ts'
import { DESTINATIONS, type Destination } from './outage-ways.ts'
import { type OutageWorld, openOutageWorld } from './outage-world.ts'
import { stored } from './outbox-fixtures.ts'

let store: Store
let world: OutageWorld
beforeAll(async () => {
  store = await openStore({ kind: 'embedded', folder: null })
  world = await openOutageWorld(store, MORNING)
})
afterAll(async () => {
  await world.close()
  await store.close()
})

/** The channels of a process that dies when it says something: before the platform has it, or right after. */
const dyingChannels = (when: 'before' | 'after') =>
  new Map(
    [...world.channels].map(([name, channel]): [string, Channel] => [
      name,
      {
        ...channel,
        async send(message) {
          if (when === 'after') await channel.send(message)
          throw new Error('the process died')
        },
      },
    ]),
  )

const courierWith = (channels: ReadonlyMap<string, Channel>) =>
  createCourier({ db: store.db, jobs: world.jobs, channels, now: world.time.timing.now })

let serial = 0
async function say(destination: Destination) {
  const mark = `〔${destination.way}:${++serial}〕`
  const entry = await world.say(destination, { body: `第${mark}条:请按时报送。` })
  return { entry, times: () => world.arrived().filter((text) => text.includes(mark)).length }
}

describe.each(DESTINATIONS)('a restart in the middle of a send: $way', (destination) => {
  it.each(['before', 'after'] as const)(
    'says nothing twice where the process dies %s the platform has it',
    async (when) => {
      const word = await say(destination)
      const next = await say(destination)
      const dying = courierWith(dyingChannels(when)).deliver(word.entry)
      await expect(world.time.during(dying)).rejects.toThrow('the process died')
      expect((await stored(store, word.entry)).state).toBe('sending')

      // The next process: an embedded store is looked through at its start, a server's job comes again.
      if (when === 'before') await markUncertain(store.db, 'all', world.time.timing.now())
      await world.time.during(courierWith(world.channels).deliver(word.entry, true))
      await world.work()
      expect(await stored(store, word.entry)).toMatchObject({ state: 'uncertain', code: 'INTERRUPTED' })
      expect(word.times()).toBe(when === 'after' ? 1 : 0)
      expect([(await stored(store, next.entry)).state, next.times()]).toEqual(['sent', 1])
    },
  )
})

describe('a process that dies while its limiter would keep a word waiting', () => {
  const [webhook] = DESTINATIONS.filter(({ way }) => way === 'wecom-webhook')
  it('has not begun to say it: the next process says it, once', async () => {
    const words = []
    for (let count = 0; count < 8; count++) words.push(await say(webhook as Destination))
    const courier = courierWith(world.channels)
    for (const { entry } of words) await world.time.during(courier.deliver(entry))
    const states = await Promise.all(words.map(async ({ entry }) => (await stored(store, entry)).state))
    expect(new Set(states)).toEqual(new Set(['sent', 'queued']))

    expect(await markUncertain(store.db, 'all', world.time.timing.now())).toEqual([])
    await world.work()
    expect(words.map(({ times }) => times())).toEqual(words.map(() => 1))
    expect(world.excesses()).toEqual([])
  })
})
