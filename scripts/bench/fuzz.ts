import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CodedError } from '../../src/domain/errors.ts'
import { allTargets, Breach, type Target } from '../../test/platforms/attack.ts'
import { seededRandom } from '../lib/seeded-random.ts'

/** Between the first look, when everything is warm, and the last. */
const MAX_GROWTH_BYTES = 8 << 20
const LOOKS = 10

interface Figures {
  target: string
  callbacks: number
  outcomes: Record<string, number>
  perSecond: number
  /** Heap in use after each tenth, garbage collected, MiB. */
  heapMiB: number[]
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

function fuzz(target: Target, callbacks: number, seed: number, collect: () => void): Figures {
  const random = seededRandom(seed)
  const outcomes: Record<string, number> = {}
  const heaps: number[] = []
  const from = performance.now()
  for (let done = 1; done <= callbacks; done++) {
    try {
      const outcome = target.attack(random)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    } catch (error) {
      if (!(error instanceof Breach)) throw error
      throw new CodedError('FUZZ_BREACH', `${error.message} (seed ${seed}, callback ${done})`, { cause: error.cause })
    }
    if (done % Math.ceil(callbacks / LOOKS) === 0) {
      collect()
      heaps.push(process.memoryUsage().heapUsed)
    }
  }
  const perSecond = Math.round((callbacks / (performance.now() - from)) * 1000)
  if ((heaps.at(-1) ?? 0) - (heaps[0] ?? 0) > MAX_GROWTH_BYTES)
    throw new CodedError('FUZZ_MEMORY', `${target.name}: the heap grew from ${heaps[0]} to ${heaps.at(-1)} bytes`)
  const heapMiB = heaps.map((bytes) => Math.round((bytes / 2 ** 20) * 10) / 10)
  return { target: target.name, callbacks, outcomes, perSecond, heapMiB }
}

/**
 * Mutated callbacks on every verifier, and mutated frames on every way in that stays open: no crash, no 5xx, no forgery,
 * memory flat; the first breach ends it. `bench -- fuzz [--callbacks N] [--only NAME] [--seed N] [--json]`; N is for each.
 */
export async function benchFuzz(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      callbacks: { type: 'string', default: '1000000' },
      only: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const callbacks = Number(values.callbacks)
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(callbacks) || callbacks < LOOKS || !Number.isSafeInteger(seed))
    throw new CodedError('FUZZ_ARGS', `--callbacks is a whole number of at least ${LOOKS}, --seed a whole number`)
  const targets = allTargets(randomBytes).filter(({ name }) => values.only === undefined || name === values.only)
  if (targets.length === 0)
    throw new CodedError('FUZZ_ARGS', `--only is one of: ${allTargets(randomBytes).map(({ name }) => name)}`)
  const collect = collector()
  for (const target of targets) {
    const figures = fuzz(target, callbacks, seed, collect)
    if (values.json) console.log(JSON.stringify(figures))
    else {
      const { perSecond, heapMiB, outcomes } = figures
      const heap = `heap ${heapMiB[0]} to ${heapMiB.at(-1)} MiB`
      console.log(`${target.name}: ${callbacks} callbacks, ${perSecond}/s, ${heap}, ${JSON.stringify(outcomes)}`)
    }
  }
}
