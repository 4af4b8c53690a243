import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { seededRandom } from '../../scripts/lib/seeded-random.ts'
import type { Store } from '../../src/store/database.ts'
import { onEachStore } from '../helpers/stores.ts'
import { ALL_WAYS } from './all-ways.ts'
import { type House, openHouse } from './house.ts'
import { isWhy, type Said, type Way, type Wire } from './way.ts'

const SEED = 20_261_125
const DELIVERIES = 10_000
const FORGED = 0.05
const MOST_REPEATS = 3
/** Callbacks that are under way at once. */
const AT_ONCE = 32
/** After so many deliveries a platform that gathers hands over what it has. */
const GATHERED = 500
const GROUPS = 4

type Post = Exclude<Wire, () => void>

/** One delivery, as it will be made `times` times. */
interface Plan {
  way: Way
  said: Said
  wire: Wire
  genuine: boolean
  times: number
}

function planAll(house: House, random: () => number): Plan[] {
  const ways = Object.values(ALL_WAYS).map((build) => build(house))
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  return Array.from({ length: DELIVERIES }, (_, index): Plan => {
    const way = ways[index % ways.length] as Way
    const genuine = random() >= FORGED
    const said: Said = {
      id: `om${index}-1`,
      group: `mixed${Math.floor(random() * GROUPS)}`,
      person: `p${Math.floor(random() * 50)}`,
      text: `第${index}条:今天食堂的番茄炒蛋味道还可以,就是米饭稍微有点硬`,
      at: house.timing.now() + index,
    }
    const first = Object.values(way.forgeries)[0] as (said: Said) => Wire
    // What only makes sense beside others is left to the suite of the ways.
    const forgeries = way.open === undefined ? Object.values(way.forgeries) : [first]
    const forge = pick(isWhy(way.contents) ? forgeries : [...forgeries, way.tampered])
    const wire = genuine ? way.genuine(said) : forge(said)
    return { way, said, wire, genuine, times: 1 + Math.floor(random() * MOST_REPEATS) }
  })
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const all = [...list]
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [all[last] as T, all[other] as T]
    all[last] = two
    all[other] = one
  }
  return all
}

/** Makes all deliveries in their order; gives how many callbacks were taken that should not have been, or not that should. */
async function deliverAll(house: House, plans: readonly Plan[]): Promise<number> {
  const open = [...new Set(plans.flatMap(({ way }) => way.open ?? []))]
  const underWay = new Set<Promise<void>>()
  let wrong = 0
  async function post(wire: Post, genuine: boolean): Promise<void> {
    const told = await house.post(wire)
    if (told.taken !== genuine) wrong++
  }
  for (const [index, { wire, genuine }] of plans.entries()) {
    if (typeof wire === 'function') wire()
    else {
      const work = post(wire, genuine).finally(() => underWay.delete(work))
      underWay.add(work)
    }
    if (underWay.size >= AT_ONCE) await Promise.race(underWay)
    if (index % GATHERED === 0) for (const one of open) await one.flush?.()
  }
  for (const one of open) await one.flush?.()
  await Promise.all(underWay)
  return wrong
}

/** How often each text of this run is stored. */
async function stored(store: Store): Promise<Map<string, number>> {
  const { rows } = await sql<{
    text: string
    count: string
  }>`select text, count(*) from messages group by text`.execute(store.db)
  return new Map(rows.map(({ text, count }) => [text, Number(count)]))
}

onEachStore('10,000 deliveries mixed over all ways in', (stores) => {
  it('store every genuine message once and no forged one', { timeout: 400_000 }, async () => {
    const store = await stores.open()
    const house = await openHouse(store)
    try {
      for (const build of Object.values(ALL_WAYS)) {
        const { open } = build(house)
        if (open !== undefined) await house.until(() => house.isListening(open.channel), { pressing: true })
      }
      const random = seededRandom(SEED)
      const plans = planAll(house, random)
      const all = plans.flatMap((plan) => Array.from({ length: plan.times }, () => plan))
      const began = performance.now()
      expect(await deliverAll(house, shuffled(all, random))).toBe(0)
      const genuine = plans.filter((plan) => plan.genuine)
      let next = 0
      await house.until(
        () => {
          while (house.comings(genuine[next]?.said.id ?? '').taken > 0) next++
          return next === genuine.length
        },
        { withinMs: 200_000 },
      )
      // What comes last on each wire has nothing behind it that could still be taken.
      await house.stop()
      const seconds = (performance.now() - began) / 1000
      const texts = await stored(store)
      expect(genuine.filter(({ said }) => texts.get(said.text) !== 1).map(({ said }) => said.id)).toEqual([])
      expect(plans.filter((plan) => !plan.genuine && texts.has(plan.said.text)).map(({ said }) => said.id)).toEqual([])
      expect(await house.count('messages')).toBe(genuine.length)
      expect([genuine.length > 9_400, plans.length - genuine.length > 400, all.length > 19_000]).toEqual([
        true,
        true,
        true,
      ])
      console.log(
        `${all.length} deliveries (${genuine.length} genuine messages, ${plans.length - genuine.length} forged) in ${seconds.toFixed(1)} s`,
      )
    } finally {
      await house.close()
    }
  })
})
