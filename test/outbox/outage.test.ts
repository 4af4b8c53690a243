import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/database.ts'
import type { OutboxEntry } from '../../src/store/outbox.ts'
import { MORNING } from '../helpers/intake.ts'
import { DESTINATIONS, type Destination } from './outage-ways.ts'
import { type OutageWorld, openOutageWorld, type Trouble } from './outage-world.ts'

const MINUTE = 60_000
const DOWN_FROM = MORNING + MINUTE
const DOWN_UNTIL = DOWN_FROM + 10 * MINUTE

let store: Store
let world: OutageWorld
beforeEach(async () => {
  store = await openStore({ kind: 'embedded', folder: null })
  world = await openOutageWorld(store, MORNING)
})
afterEach(async () => {
  await world.close()
  await store.close()
})

interface Said {
  destination: Destination
  number: number
  /** What is not said any more before the platforms are back. */
  lapses: boolean
  entry: OutboxEntry
}

/** Two words before, as many as there are while the platforms are out of order, two after; then all that waits. */
async function throughTheOutage(trouble: Trouble): Promise<Said[]> {
  const said: Said[] = []
  const moments = DESTINATIONS.flatMap((destination) =>
    Array.from({ length: destination.words }, (_, index) => {
      const during = DOWN_FROM + MINUTE / 2 + ((index - 2) * 8 * MINUTE) / (destination.words - 4)
      const after = DOWN_UNTIL + MINUTE
      const at = index < 2 ? MORNING + 5_000 : index < destination.words - 2 ? during : after
      return {
        destination,
        number: index + 1,
        at,
        lapses: at > DOWN_FROM && at < DOWN_FROM + 5 * MINUTE && index % 3 === 2,
      }
    }),
  ).sort((a, b) => a.at - b.at)
  const speak = async (upTo: number) => {
    while (moments[0] !== undefined && moments[0].at < upTo) {
      const { at, ...word } = moments.shift() as (typeof moments)[number]
      await world.work(at)
      const body = `第〔${word.destination.way}:${word.number}〕条:请按时报送。`
      const expiresAt = word.lapses ? { expiresAt: at + 3 * MINUTE } : {}
      said.push({ ...word, entry: await world.say(word.destination, { body, ...expiresAt }) })
    }
    await world.work(upTo)
  }
  await speak(DOWN_FROM)
  await world.down(trouble)
  await speak(DOWN_UNTIL)
  await world.up()
  await speak(DOWN_UNTIL + 2 * MINUTE)
  await world.work()
  return said
}

/** Which numbers reached a destination, in order. */
const heardBy = ({ way }: Destination): number[] =>
  world.arrived().flatMap((text) => {
    const [, name, number] = /〔([\w-]+):(\d+)〕/.exec(text) ?? []
    return name === way ? [Number(number)] : []
  })

async function statesOf(said: readonly Said[], destination: Destination): Promise<Map<number, string>> {
  const rows = await store.db.selectFrom('outbox').select(['outbox_id', 'state']).execute()
  const states = new Map(rows.map((row) => [row.outbox_id, row.state]))
  const own = said.filter((one) => one.destination === destination)
  return new Map(own.map(({ number, entry }) => [number, states.get(entry.outboxId) ?? 'absent']))
}

const byWay = <T>(of: (destination: Destination) => T) =>
  Object.fromEntries(DESTINATIONS.map((one) => [one.way, of(one)]))
const numbered = (said: readonly Said[], destination: Destination, lapses: boolean) =>
  said.filter((one) => one.destination === destination && one.lapses === lapses).map((one) => one.number)

/** More than a thousand deliveries through the store. */
const PATIENCE = { timeout: 240_000 }

describe('ten minutes in which no platform can be spoken to', () => {
  it.each(['unreachable', 'busy'] as const)('lose nothing that has not expired: %s', PATIENCE, async (trouble) => {
    const said = await throughTheOutage(trouble)
    expect(byWay(heardBy)).toEqual(byWay((one) => numbered(said, one, false)))
    for (const destination of DESTINATIONS) {
      const states = await statesOf(said, destination)
      const within = (state: string) => [...states].flatMap(([number, its]) => (its === state ? [number] : []))
      expect({ way: destination.way, sent: within('sent'), dropped: within('dropped') }).toEqual({
        way: destination.way,
        sent: numbered(said, destination, false),
        dropped: numbered(said, destination, true),
      })
    }
    expect(world.excesses()).toEqual([])
  })

  it.each(['broken', 'swallowed'] as const)(
    'cost little where nobody knows what arrived: %s',
    PATIENCE,
    async (trouble) => {
      const said = await throughTheOutage(trouble)
      for (const destination of DESTINATIONS) {
        const heard = heardBy(destination)
        // Never twice, and never out of order.
        expect({ way: destination.way, heard }).toEqual({
          way: destination.way,
          heard: [...new Set(heard)].sort((a, b) => a - b),
        })
        const states = await statesOf(said, destination)
        const uncertain = numbered(said, destination, false).filter((number) => states.get(number) === 'uncertain')
        const unheard = numbered(said, destination, false).filter((number) => !heard.includes(number))
        expect(unheard.filter((number) => !uncertain.includes(number))).toEqual([])
        expect(uncertain.length).toBeLessThanOrEqual(destination.repeatable || destination.way === 'wecom-bot' ? 0 : 8)
      }
      expect(world.excesses()).toEqual([])
    },
  )
})
